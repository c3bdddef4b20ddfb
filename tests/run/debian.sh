#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# debian.sh NAME - does NAME.bt of Debian's bpftrace pass the check without a
# word, against this kernel? Prints "NAME: ok", or what espy said.
#
# Probes that this kernel lacks are no mistake of a script that names those of
# several releases.
set -u

# What a newer kernel does not have any more.
declare -A gone=(
	[runqlen]="struct cfs_rq has no field 'nr_running'"
)

name=${1:?usage: debian.sh NAME}
script=/usr/sbin/$name.bt
said=$(ESPY_MISSING_PROBES=ignore espy --check -q "$script" 2>&1)
status=$?
lack=${gone[$name]-}
if [[ $status == 0 && -z $said ]]; then
	echo "$name: ok"
elif [[ -n $lack && $said == *"$lack"* ]]; then
	echo "$name: ok, gone from this kernel: $lack"
else
	echo "$name: status $status: $said"
fi
