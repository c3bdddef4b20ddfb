#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What CONTRIBUTING.md asks of the form of the sources and clang-format does
# not see. Prints TAP.
set -u
cd "${top_srcdir:-.}" || exit 1
root=$PWD

. tests/files.sh

sources()
{
	project_files -name '*.[chly]' -o -name '*.sh'
}

# report NAME: what comes on stdin is wrong.
report()
{
	wrong=$(cat)
	if test -z "$wrong"; then
		echo "ok - $1"
		return
	fi
	echo "not ok - $1"
	echo "$wrong" | sed 's/^/# /'
}

file_lengths()
{
	sources | xargs awk '
	FNR == 601 { print FILENAME ": more than 600 lines" }'
}

# A function starts with a brace in the first column and ends with one; what is
# between them counts.
function_lengths()
{
	project_files -name '*.c' | xargs awk '
	FNR == 1 { start = 0 }
	/^{/ { start = FNR }
	/^}/ && start {
		n = FNR - start - 1
		if (n > 60)
			printf "%s:%d: function of %d lines\n", \
				FILENAME, start, n
		start = 0
	}'
}

markers()
{
	sources | grep -v '^tests/style\.sh$' |
		xargs grep -nwE 'TODO|FIXME|XXX'
}

# The code alone, as FILE:LINE:CODE; comments, strings and characters empty.
code()
{
	xargs awk '
	FNR == 1 { comment = 0 }
	{
		s = $0
		gsub(/\\./, "", s)
		gsub(/"[^"]*"/, "\"\"", s)
		if (comment && !sub(/.*\*\//, "", s))
			next
		comment = 0
		gsub(/\/\*([^*]|\*[^\/])*\*\//, "", s)
		comment = sub(/\/\*.*/, "", s)
		print FILENAME ":" FNR ":" s
	}'
}

# Only the programs, and what they share, end the process or write to its
# error output.
library_manners()
{
	project_files -path './src/*.[ch]' -o -path './runtime/*.[ch]' \
		-o -path './grammar/*.[ly]' |
		grep -v -e '^src/cli/' -e '^runtime/run_[mo][a-z]*\.[ch]$' | code |
		grep -E '[^_[:alnum:]](exit *\(|stderr)'
}

paths()
{
	project_files -name '*.[chly]' -o -name '*.sh' -o -name '*.md' -o \
		-name '*.am' -o -name '*.ac' -o -name '*.m4' -o \
		-name '*.bt' -o -name '*.test' -o -name '*.in' |
		grep -vxF Makefile.in | xargs grep -nF -e "$root/"
	sources | xargs grep -nE '/home/[[:alnum:]]+/'
}

spdx()
{
	project_files -name '*.[chly]' -o -name '*.sh' -o -path './m4/*.m4' -o \
		-name '*.ac' -o -name '*.am' | while read -r f; do
		sed 2q "$f" | grep -q SPDX-License-Identifier: ||
			echo "$f: no SPDX line at the top"
	done
}

# Sources that are kept but not built, or not in the release archive.
unlisted()
{
	project_files -path './src/*.[ch]' -o -path './runtime/*.[ch]' \
		-o -path './grammar/*.[ly]' -o -path './bpf-helpers/*.[ch]' \
		-o -path './tests/unit/*.[ch]' | while read -r f; do
		grep -qF "$f" Makefile.am && continue
		test -e .git && test -z "$(git ls-files "$f")" && continue
		echo "$f: not in Makefile.am"
	done
}

file_lengths | report "files have at most 600 lines"
function_lengths | report "functions have at most 60 lines"
markers | report "nothing is left to be done later"
library_manners | report "no exit and no stderr in the libraries"
paths | report "no path of one machine"
spdx | report "every source names its licence"
unlisted | report "every source is in Makefile.am"
