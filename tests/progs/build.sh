#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh DIR - build the test programs into DIR; up to date ones are kept.
# All but those that user probes are tested on are static: they make no system
# call but their own, and start quickly in an emulated guest.
set -eu

out=${1:?usage: build.sh DIR}
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"

for source in "$here"/*.c; do
	name=$(basename "$source" .c)
	flags=-static
	case $name in
	work | marks | shapes | many) flags= ;;
	esac
	program=$out/$name
	if [ "$program" -nt "$source" ] && [ "$program" -nt "$here/number.h" ] &&
	   [ "$program" -nt "$here/build.sh" ]; then
		continue
	fi
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu11 -O0 -g -fno-omit-frame-pointer \
		-Wall -Wextra -Werror $flags -o "$program.new.$$" "$source"
	mv "$program.new.$$" "$program"
done
