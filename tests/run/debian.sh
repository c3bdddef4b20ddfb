#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# debian.sh NAME - does NAME.bt of Debian's bpftrace pass the check without a
# word, against this kernel? Prints "NAME: ok", or what espy said.
#
# Probes that this kernel lacks are no mistake of a script that names those of
# several releases. What cannot pass yet
# is in the table, with the reason: then it must not pass.
set -u

declare -A not_yet=(
	[biostacks]="unknown name 'kstack'"
	[tcpdrop]="unknown name 'kstack'"
)

# What a newer kernel does not have any more.
declare -A gone=(
	[runqlen]="struct cfs_rq has no field 'nr_running'"
)

name=${1:?usage: debian.sh NAME}
script=/usr/sbin/$name.bt
said=$(ESPY_MISSING_PROBES=ignore espy --check "$script" 2>&1)
status=$?
reason=${not_yet[$name]-}
lack=${gone[$name]-}
# A guest's kernel may lack the probe whose body is the reason.
[[ $status != 0 || -z ${ESPY_TEST_GUEST-} ]] || reason=
if [[ $status == 0 && -z $said && -z $reason ]]; then
	echo "$name: ok"
elif [[ $status == 0 && -z $said ]]; then
	echo "$name: passes, but its row says: $reason"
elif [[ -n $reason && $said == *"$reason"* ]]; then
	echo "$name: ok, not yet: $reason"
elif [[ -n $lack && $said == *"$lack"* ]]; then
	echo "$name: ok, gone from this kernel: $lack"
else
	echo "$name: status $status: $said"
fi
