# SPDX-License-Identifier: Apache-2.0
#
# AX_ARCHIVES
#	Links what espy needs from archives where they are installed, so that
#	its programs start sooner: nothing but the C library is looked up and
#	moved to its place. --disable-archives links shared libraries. Sets
#	run_archives (libbpf, libelf, libdw) and READLINE_LIBS, ESPY_LDFLAGS
#	for every program, SHARED_LIBBPF_LIBS as it was, and ESPY_FIXED for those that are large: they are at
#	a fixed address, which spares them some 60,000 relocations.
#
# AX_STATIC_RUN
#	--enable-static-run: espy-run without any shared library, the C library
#	included. Sets RUN_LDFLAGS and RUN_LIBS, and where it can be had
#	HAVE_STATIC and RUN_STATIC_LIBS; INSTRUMENTED where it cannot be asked
#	for, since what a compiler adds needs shared libraries.

AC_DEFUN([AX_ARCHIVES], [
	AC_REQUIRE([PKG_PROG_PKG_CONFIG])
	AC_ARG_ENABLE([archives],
		[AS_HELP_STRING([--disable-archives],
			[link shared libraries also where archives are installed])])
	SHARED_LIBBPF_LIBS=$LIBBPF_LIBS
	AC_SUBST([SHARED_LIBBPF_LIBS])
	run_archives=no
	edit_archives=no
	AS_IF([test "$enable_archives" != no], [
		_AX_ARCHIVE([run_archives],
			[-lbpf -ldw -lelf -lz -llzma -lbz2 -lzstd],
			[-lbpf -ldw -lelf -lz -llzma -lbz2],
			[[
char bpf_object__open(), dwfl_begin(), elf_begin();
int main(void)
{
	return bpf_object__open() + dwfl_begin() + elf_begin();
}]])
		_AX_ARCHIVE([edit_archives], [-lreadline -ltinfo],
			[-lreadline -lncurses], [[
char readline();
int main(void)
{
	return readline();
}]])
	])
	AS_IF([test "$run_archives" != no],
		[LIBBPF_LIBS=$run_archives LIBELF_LIBS=$run_archives LIBDW_LIBS=])
	AS_IF([test "$edit_archives" != no], [READLINE_LIBS=$edit_archives])
	ESPY_LDFLAGS=
	ESPY_FIXED=
	AS_IF([test "$run_archives" != no], [
		_AX_LDFLAG([ESPY_LDFLAGS], [-static-libgcc])])
	AS_IF([test "$enable_sanitizers$enable_coverage" = "" ||
		test "$enable_sanitizers$enable_coverage" = nono],
		[_AX_LDFLAG([ESPY_FIXED], [-no-pie])])
	AC_SUBST([ESPY_LDFLAGS])
	AC_SUBST([ESPY_FIXED])
])

# _AX_ARCHIVE(VARIABLE, LIBRARIES, OTHER_LIBRARIES, PROGRAM)
AC_DEFUN([_AX_ARCHIVE], [
	AC_MSG_CHECKING([whether archives can be linked: $2])
	for archives in "$2" "$3"; do
		test "$$1" = no || break
		archives="-Wl,-Bstatic $archives -Wl,-Bdynamic"
		archives_save=$LIBS
		LIBS="$archives $LIBS"
		AC_LINK_IFELSE([AC_LANG_SOURCE([$4])], [$1=$archives])
		LIBS=$archives_save
	done
	AS_IF([test "$$1" = no], [AC_MSG_RESULT([no])],
		[AC_MSG_RESULT([yes])])
])

# _AX_LDFLAG(VARIABLE, FLAG)
AC_DEFUN([_AX_LDFLAG], [
	AC_MSG_CHECKING([whether programs can be linked with $2])
	ldflag_save=$LDFLAGS
	LDFLAGS="$LDFLAGS $2"
	AC_LINK_IFELSE([AC_LANG_PROGRAM()],
		[AC_MSG_RESULT([yes])
		$1=$2],
		[AC_MSG_RESULT([no])])
	LDFLAGS=$ldflag_save
])

AC_DEFUN([AX_STATIC_RUN], [
	AC_REQUIRE([AX_ARCHIVES])
	AC_ARG_ENABLE([static-run],
		[AS_HELP_STRING([--enable-static-run],
			[espy-run needs no shared library at all])])
	RUN_STATIC_LIBS=
	AS_IF([test "$run_archives" != no && test -n "$ESPY_FIXED"], [
		_AX_LDFLAG([run_static], [-static])
		RUN_STATIC_LIBS=`echo "$run_archives" | sed 's/-Wl,-B@<:@a-z@:>@*//g'`
	])
	RUN_LDFLAGS=
	RUN_LIBS="$LIBBPF_LIBS $LIBDW_LIBS $LIBELF_LIBS"
	AS_IF([test "$enable_static_run" = yes], [
		AS_IF([test -z "$run_static"],
			[AC_MSG_ERROR([--enable-static-run: archives are missing])])
		RUN_LDFLAGS=-static
		RUN_LIBS=$RUN_STATIC_LIBS
	])
	AC_SUBST([RUN_LDFLAGS])
	AC_SUBST([RUN_LIBS])
	AC_SUBST([RUN_STATIC_LIBS])
	AM_CONDITIONAL([HAVE_STATIC], [test -n "$run_static"])
	AM_CONDITIONAL([INSTRUMENTED],
		[test "$enable_sanitizers" = yes || test "$enable_coverage" = yes])
])
