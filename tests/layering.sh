#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Every #include stays within the layers: who may include whom is the first
# table, who may use which library the second. Prints TAP.
set -u
cd "${top_srcdir:-.}" || exit 1
. tests/files.sh

# What files of a folder may include: folders, or single headers.
allowed()
{
	case $1 in
	src/base) echo base ;;
	src/plan) echo base plan ;;
	src/machine) echo base machine plan/type.h plan/abi.h ;;
	src/ast | grammar) echo base plan ast grammar ;;
	src/sema) echo base plan machine ast sema lang/lang.h ;;
	src/codegen) echo base plan ast codegen lang/lang.h ;;
	src/lang) echo base plan machine ast sema lang codegen/ir.h ;;
	src) echo base plan machine ast sema lang codegen compile.h ;;
	runtime) echo base plan machine runtime ;;
	src/cli) echo base plan machine grammar ast sema lang codegen runtime cli \
		compile.h ;;
	bpf-helpers) echo espy.h plan/abi.h ;;
	esac
}

# The folders and files that may include a library's headers.
users()
{
	case $1 in
	llvm-c/*) echo src/codegen ;;
	bpf/*) echo src/machine src/cli runtime bpf-helpers ;;
	libelf.h | gelf.h | elf.h) echo src/plan/code.c \
		src/plan/plan_elf.c src/machine runtime ;;
	elfutils/* | dwarf.h) echo src/machine runtime ;;
	readline/*) echo src/cli ;;
	*) echo any ;;
	esac
}

# Is $1, or the folder it is in, one of the words after it?
is_among()
{
	what=$1
	shift
	for word; do
		case $what in
		"$word" | "$word"/*) return 0 ;;
		esac
		test "$word" != any || return 0
	done
	return 1
}

check_edge()
{
	file=$1 kind=$2 header=$3
	case $kind in
	\<)
		is_among "$file" $(users "$header") && return
		echo "# $file: may not use <$header>"
		;;
	\")
		is_among "$header" $(allowed "$(dirname "$file")") && return
		echo "# $file: may not include \"$header\""
		;;
	esac
}

edges()
{
	project_files -path './src/*.[ch]' -o -path './runtime/*.[ch]' \
		-o -path './grammar/*.[ly]' -o -path './bpf-helpers/*.[ch]' |
		xargs sed -nE '
		/^[ \t]*#[ \t]*include/ {
			s/^[ \t]*#[ \t]*include[ \t]*([<"])([^>"]*).*/\1 \2/
			F
			p
		}' | paste -d ' ' - -
}

list=$(edges)
wrong=$(echo "$list" | while read -r file kind header; do
	check_edge "$file" "$kind" "$header"
done)
if test -z "$list"; then
	echo "not ok - no #include was found"
elif test -n "$wrong"; then
	echo "not ok - includes follow the layers"
	echo "$wrong"
else
	echo "ok - includes follow the layers"
fi
