#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Shared by the checks of form: which files are the project's own.

# project_files FIND-EXPRESSION...: files below the current folder, without
# what building in place, or make distcheck, leaves there.
project_files()
{
	find . \( -path ./.git -o -path ./autom4te.cache -o -path ./build-aux \
		-o -path './build*' -o -path ./_build -o -path ./_inst \
		-o -path './espy-[0-9]*' -o -name .deps -o -path ./tap \
		-o -path ./tests/progs.built -o -path ./tests/kept \
		-o -path ./tests/fuzz/o -o -path ./tests/fuzz/corpus \) -prune -o \
		-type f \( "$@" \) -print |
		sed 's,^\./,,' | LC_ALL=C sort |
		grep -vxE "$generated"
}

generated='aclocal\.m4|grammar/(lexer\.c|(cdecl|parser)\.[ch])'\
'|src/codegen/bcode_data\.c|src/machine/syscalls\.h'
