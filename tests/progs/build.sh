#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# build.sh DIR [NAME...] - build the test programs, or those of one file that
# are named, into DIR; up to date ones are kept.
# All but those that user probes are tested on are static: they make no system
# call but their own, and start quickly in an emulated guest.
set -eu

out=${1:?usage: build.sh DIR [NAME...]}
shift
wanted=$*
here=$(cd "$(dirname "$0")" && pwd)
mkdir -p "$out"

for source in "$here"/*.c; do
	name=$(basename "$source" .c)
	case " ${wanted:-$name} " in *" $name "*) ;; *) continue ;; esac
	flags=-static
	how='-O0 -fno-omit-frame-pointer'
	program=$out/$name
	case $name in
	asker | work | marks | shapes | many | operands | sdt | marker | storm) flags= ;;
	operands_fixed) flags=-no-pie ;;
	lib*)
		flags="-shared -fPIC"
		program=$program.so
		;;
	stacks_pie) flags= ;;
	unframed) flags= how='-O2 -fomit-frame-pointer' ;;
	esac
	if [ "$program" -nt "$source" ] && [ "$program" -nt "$here/number.h" ] &&
	   [ "$program" -nt "$here/note.h" ] &&
	   [ "$program" -nt "$here/operands.c" ] &&
	   [ "$program" -nt "$here/stacks.c" ] &&
	   [ "$program" -nt "$here/build.sh" ]; then
		continue
	fi
	# shellcheck disable=SC2086
	${CC:-cc} -std=gnu11 $how -g \
		-Wall -Wextra -Werror $flags -o "$program.new.$$" "$source"
	mv "$program.new.$$" "$program"
done

[ -z "$wanted" ] || exit 0

# newer FILE THAN...: is it there, and newer than all of them?
newer()
{
	file=$1
	shift
	for than; do
		[ "$file" -nt "$than" ] || return 1
	done
}

# make NAME: what the command after it writes to a file becomes NAME
make()
{
	name=$1
	shift
	"$@" "$out/$name.new.$$"
	mv "$out/$name.new.$$" "$out/$name"
}

# C++ without its library; clang is there, since espy is built with it.
clang=${BPF_CLANG:-clang-19}
if ! newer "$out/names" "$here/names.cc" "$here/build.sh"; then
	make names "$clang" -x c++ -std=gnu++17 -O0 -g -fno-omit-frame-pointer \
		-fno-exceptions -fno-rtti -Wall -Wextra -Werror \
		"$here/names.cc" -o
fi

# Go and Rust, where their compilers are: without network or anything of the
# user's, and with Debian's own rustc where there are several. Cases that use
# these programs ask for them.
if command -v go >/dev/null && ! newer "$out/gopher" "$here/gopher.go"; then
	folder=$(cd "$out" && pwd)/go.$$
	mkdir "$folder"
	GOCACHE=$folder GOPATH=$folder GOENV=off GOFLAGS= GO111MODULE=off \
		GOTOOLCHAIN=local GOARCH=amd64 CGO_ENABLED=0 \
		go build -p 2 -o "$out/gopher.new.$$" "$here/gopher.go"
	mv "$out/gopher.new.$$" "$out/gopher"
	rm -rf "$folder"
fi

rustc=$(PATH=/usr/bin:$PATH command -v rustc || true)
# rust NAME OPTION...
rust()
{
	name=$1
	shift
	[ -n "$rustc" ] && ! newer "$out/$name" "$here/crab.rs" || return 0
	make "$name" "$rustc" --edition 2021 --crate-name crab -g \
		-C opt-level=0 -C panic=abort -C target-feature=+crt-static \
		-D warnings "$@" "$here/crab.rs" -o
}
rust crab
rust crab_v0 -C symbol-mangling-version=v0

if ! newer "$out/inlined" "$here/inlined.cc" "$here/build.sh"; then
	make inlined "$clang" -x c++ -std=gnu++17 -O2 -g \
		-fno-omit-frame-pointer -fno-exceptions -fno-rtti \
		-Wall -Wextra -Werror "$here/inlined.cc" -o
fi

# The program work without symbols of its own: they are in .gnu_debugdata, in
# the file that .gnu_debuglink names, in the one of the build-id, or nowhere;
# and with fixed addresses. The program names with the section of Go's.
if ! newer "$out/work_stripped" "$out/work" "$out/names" "$here/build.sh"; then
	debug=$out/work_link.debug
	objcopy --only-keep-debug "$out/work" "$debug"
	make work_link objcopy --strip-all --add-gnu-debuglink="$debug" \
		"$out/work"
	strip --strip-debug -o "$out/work_mini.new" "$debug"
	xz -f "$out/work_mini.new"
	make work_mini objcopy --strip-all \
		--add-section ".gnu_debugdata=$out/work_mini.new.xz" \
		"$out/work"
	rm -f "$out/work_mini.new.xz"
	id=$(readelf -n "$out/work" | sed -n 's/.*Build ID: //p')
	mkdir -p "$out/debug/.build-id/${id%"${id#??}"}"
	cp "$debug" "$out/debug/.build-id/${id%"${id#??}"}/${id#??}.debug"
	make work_id objcopy --strip-all "$out/work"
	make work_fixed "${CC:-cc}" -std=gnu11 -O0 -g -fno-omit-frame-pointer \
		-no-pie "$here/work.c" -o
	echo go >"$out/go.new"
	make names_go objcopy --add-section ".go.buildinfo=$out/go.new" \
		"$out/names"
	rm -f "$out/go.new"
	make work_stripped objcopy --strip-all \
		--remove-section=.note.gnu.build-id "$out/work"
fi
