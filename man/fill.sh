#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Prints a manual page from its template: a line @NAME@ is replaced by the file
# name.roff beside it or, without one, by what `espy --docs name` says;
# @VERSION@ within a line by the version.
# Usage: fill.sh ESPY VERSION TEMPLATE
set -eu

espy=$1 version=$2 template=$3
while IFS= read -r line; do
	case $line in
	@*@)
		chapter=${line#@}
		chapter=$(echo "${chapter%@}" | tr '[:upper:]' '[:lower:]')
		if test -f "$(dirname "$template")/$chapter.roff"; then
			cat "$(dirname "$template")/$chapter.roff"
		else
			"$espy" --docs "$chapter"
		fi
		;;
	*@VERSION@*)
		echo "${line%%@VERSION@*}$version${line#*@VERSION@}" ;;
	*)
		printf '%s\n' "$line" ;;
	esac
done <"$template"
