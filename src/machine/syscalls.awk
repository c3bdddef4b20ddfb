# SPDX-License-Identifier: Apache-2.0
# Turns the macros of <sys/syscall.h> (cc -E -dM) into the rows of the table of
# system calls.
BEGIN {
	print "/* Made by syscalls.awk from <sys/syscall.h>. */"
	print "#define SYSCALLS \\"
}
$1 == "#define" && $2 ~ /^__NR_[a-z_]/ && $3 ~ /^[0-9]+$/ {
	printf "\t{ \"%s\", %s }, \\\n", substr($2, 6), $3
}
END { print "" }
