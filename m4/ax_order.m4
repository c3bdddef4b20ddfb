# SPDX-License-Identifier: Apache-2.0
# AX_ORDER - may functions of LLVM be laid side by side (src/cli/order.sh)?
#
# That takes LLVM's archives, a program at fixed addresses, a linker that
# takes an order beside its own script, and a processor that touched.c knows.
# Defines the conditional ORDERED.
AC_DEFUN([AX_ORDER], [
	AC_REQUIRE([AX_ARCHIVES])
	AC_REQUIRE([AX_LLVM])
	AC_CHECK_TOOL([NM], [nm], [:])
	AC_MSG_CHECKING([whether the linker takes an order of sections])
	order=no
	cat >conftest.ld <<'_ACEOF'
SECTIONS { .text.touched : { *(.text.main) } } INSERT BEFORE .text;
_ACEOF
	order_save=$LDFLAGS
	LDFLAGS="$LDFLAGS -no-pie -Wl,--gc-sections -Wl,-T,conftest.ld"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#ifndef __x86_64__
#error touched.c knows the breakpoints of x86-64 only
#endif
]])], [order=yes])
	LDFLAGS=$order_save
	rm -f conftest.ld
	AC_MSG_RESULT([$order])
	AS_IF([test -z "$ESPY_FIXED" || test "$llvm_link" != static ||
		test "$cross_compiling" = yes], [order=no])
	AM_CONDITIONAL([ORDERED], [test "$order" = yes])
])
