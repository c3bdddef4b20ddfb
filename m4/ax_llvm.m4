# SPDX-License-Identifier: Apache-2.0
#
# AX_LLVM
#	Finds LLVM's C library with the BPF back end, and decides how to link
#	it: --with-llvm=static (the archives of the BPF back end only, the
#	default where they are installed), shared (libLLVM.so), or the PREFIX
#	of an installation. Sets LLVM_CONFIG, LLVM_VERSION, LLVM_MAJOR,
#	LLVM_CPPFLAGS, LLVM_LDFLAGS, LLVM_LIBS and llvm_link.
#
# AX_BPF_CLANG
#	Finds a clang that makes BPF bitcode which that LLVM can read: one
#	that is not newer. Sets BPF_CLANG and bpf_clang_version.

m4_define([AX_LLVM_OLDEST], [16])
m4_define([AX_LLVM_NEWEST], [22])

# What the compiler uses; AX_LLVM_STATIC_LIBS below is their archives.
m4_define([AX_LLVM_COMPONENTS], [bpf bitreader core linker passes target])

AC_DEFUN([AX_LLVM], [
	AC_ARG_VAR([LLVM_CONFIG], [llvm-config of the LLVM to use])
	AC_ARG_WITH([llvm],
		[AS_HELP_STRING([--with-llvm=static|shared|PREFIX],
			[how to link LLVM, or where it is installed])],
		[], [with_llvm=auto])
	AS_CASE([$with_llvm],
		[yes], [with_llvm=auto],
		[no], [AC_MSG_ERROR([the compiler needs LLVM])])
	_AX_LLVM_CONFIG
	_AX_LLVM_VERSION
	LLVM_CPPFLAGS="-I`$LLVM_CONFIG --includedir`"
	_AX_LLVM_LINK
	_AX_LLVM_TRY
	AC_SUBST([LLVM_VERSION])
	AC_SUBST([LLVM_MAJOR])
	AC_SUBST([LLVM_CPPFLAGS])
	AC_SUBST([LLVM_LDFLAGS])
	AC_SUBST([LLVM_LIBS])
])

AC_DEFUN([_AX_LLVM_CONFIG], [
	AS_CASE([$with_llvm],
		[/*], [
			test -n "$LLVM_CONFIG" ||
				LLVM_CONFIG=$with_llvm/bin/llvm-config
			with_llvm=auto],
		[auto|static|shared], [],
		[AC_MSG_ERROR([--with-llvm: not static, shared or a path: $with_llvm])])
	AC_PATH_PROGS([LLVM_CONFIG], [llvm-config-19 llvm-config-20 \
		llvm-config-21 llvm-config-22 llvm-config-18 llvm-config-17 \
		llvm-config-16 llvm-config])
	AS_IF([test -z "$LLVM_CONFIG"], [AC_MSG_ERROR([no llvm-config found
	(Debian: llvm-19-dev; elsewhere try --with-llvm=PREFIX)])])
])

AC_DEFUN([_AX_LLVM_VERSION], [
	AC_MSG_CHECKING([for the version of LLVM])
	LLVM_VERSION=`$LLVM_CONFIG --version 2>/dev/null`
	LLVM_MAJOR=`echo "$LLVM_VERSION" | sed 's/@<:@^0-9@:>@.*//'`
	AC_MSG_RESULT([${LLVM_VERSION:-unknown}])
	AS_IF([test -z "$LLVM_MAJOR"], [AC_MSG_ERROR([cannot run $LLVM_CONFIG])])
	AS_IF([test "$LLVM_MAJOR" -lt AX_LLVM_OLDEST ||
		test "$LLVM_MAJOR" -gt AX_LLVM_NEWEST],
		[AC_MSG_ERROR([LLVM has to be AX_LLVM_OLDEST to AX_LLVM_NEWEST])])
	AS_CASE([" `$LLVM_CONFIG --targets-built` "],
		[*" BPF "*], [],
		[AC_MSG_ERROR([this LLVM was built without its BPF back end])])
])

# Static when asked for or possible.
AC_DEFUN([_AX_LLVM_LINK], [
	AC_MSG_CHECKING([how to link LLVM])
	llvm_link=shared
	AS_IF([test "$with_llvm" != shared], [_AX_LLVM_HAVE_ARCHIVES])
	AS_IF([test "$with_llvm" = static && test $llvm_link = shared],
		[AC_MSG_ERROR([the archives of LLVM are not installed])])
	AS_IF([test $llvm_link = static], [
		LLVM_LDFLAGS="-L`$LLVM_CONFIG --libdir`"
		LLVM_LIBS=`$LLVM_CONFIG --link-static --libs AX_LLVM_COMPONENTS`
	], [
		llvm_dir=`$LLVM_CONFIG --libdir`
		LLVM_LDFLAGS="-L$llvm_dir"
		LLVM_LIBS=`$LLVM_CONFIG --link-shared --libs AX_LLVM_COMPONENTS`
		AS_CASE([$llvm_dir],
			[/usr/lib/llvm-*|/usr/lib|/usr/lib64|/lib*], [],
			[LLVM_LDFLAGS="$LLVM_LDFLAGS -Wl,-rpath,$llvm_dir"])
	])
	AC_MSG_RESULT([$llvm_link])
])

AC_DEFUN([_AX_LLVM_HAVE_ARCHIVES], [
	llvm_archives=`$LLVM_CONFIG --link-static --libfiles AX_LLVM_COMPONENTS 2>/dev/null`
	AS_IF([test -n "$llvm_archives"], [
		llvm_link=static
		for llvm_file in $llvm_archives; do
			test -f "$llvm_file" || llvm_link=shared
		done
	])
])

# The archives need a C++ library and what LLVM's support code uses. Most of
# what --system-libs names belongs to parts that are not linked here, so the
# short list is tried first.
AC_DEFUN([_AX_LLVM_TRY], [
	AS_IF([test $llvm_link = static], [
		llvm_short="-lz -lzstd -lrt -ldl -lm -lpthread"
		test "$run_archives" = no ||
			llvm_short="-Wl,-Bstatic -lz -lzstd -Wl,-Bdynamic -lrt -ldl -lm -lpthread"
		llvm_long=`$LLVM_CONFIG --link-static --system-libs`
	], [
		llvm_short=
		llvm_long=
	])
	llvm_libs=$LLVM_LIBS
	llvm_ok=no
	for llvm_cxx in "-Wl,-Bstatic -lstdc++ -Wl,-Bdynamic" "-lstdc++" "-lc++"
	do
		for llvm_system in "$llvm_short" "$llvm_long"; do
			test $llvm_ok = no || break
			AS_IF([test $llvm_link = static],
				[LLVM_LIBS="$llvm_libs $llvm_cxx $llvm_system"])
			_AX_LLVM_LINKS([llvm_ok=yes])
		done
	done
	AC_MSG_CHECKING([whether a program with LLVM links])
	AC_MSG_RESULT([$llvm_ok])
	AS_IF([test $llvm_ok = no],
		[AC_MSG_FAILURE([cannot link LLVM $LLVM_VERSION ($llvm_link)])])
])

AC_DEFUN([_AX_LLVM_LINKS], [
	llvm_save="$CPPFLAGS|$LDFLAGS|$LIBS"
	llvm_save_CPPFLAGS=$CPPFLAGS
	llvm_save_LDFLAGS=$LDFLAGS
	llvm_save_LIBS=$LIBS
	CPPFLAGS="$CPPFLAGS $LLVM_CPPFLAGS"
	LDFLAGS="$LDFLAGS $LLVM_LDFLAGS"
	LIBS="$LLVM_LIBS $LIBS"
	AC_LINK_IFELSE([AC_LANG_PROGRAM([[
#include <llvm-c/BitReader.h>
#include <llvm-c/Core.h>
#include <llvm-c/Linker.h>
#include <llvm-c/Target.h>
#include <llvm-c/TargetMachine.h>
#include <llvm-c/Transforms/PassBuilder.h>
	]], [[
	LLVMModuleRef m = LLVMModuleCreateWithName("m");

	LLVMInitializeBPFTargetInfo();
	LLVMInitializeBPFTarget();
	LLVMInitializeBPFTargetMC();
	LLVMInitializeBPFAsmPrinter();
	LLVMInitializeBPFAsmParser();
	LLVMLinkModules2(m, LLVMModuleCreateWithName("n"));
	LLVMRunPasses(m, "default<O2>", 0, LLVMCreatePassBuilderOptions());
	]])], [$1])
	CPPFLAGS=$llvm_save_CPPFLAGS
	LDFLAGS=$llvm_save_LDFLAGS
	LIBS=$llvm_save_LIBS
])

AC_DEFUN([AX_BPF_CLANG], [
	AC_REQUIRE([AX_LLVM])
	AC_ARG_VAR([BPF_CLANG], [clang for bpf-helpers, not newer than LLVM])
	AC_MSG_CHECKING([for a clang that is not newer than LLVM])
	bpf_clang_names=$BPF_CLANG
	AS_IF([test -z "$BPF_CLANG"], [
		bpf_clang_names="`$LLVM_CONFIG --bindir`/clang"
		bpf_clang_major=$LLVM_MAJOR
		while test "$bpf_clang_major" -ge 14; do
			bpf_clang_names="$bpf_clang_names clang-$bpf_clang_major"
			AS_IF([test "$bpf_clang_major" = "$LLVM_MAJOR"],
				[bpf_clang_names="$bpf_clang_names clang"])
			bpf_clang_major=`expr $bpf_clang_major - 1`
		done
	])
	bpf_clang_refused=
	bpf_clang_found=
	for bpf_clang_try in $bpf_clang_names; do
		_AX_BPF_CLANG_TRY
	done
	BPF_CLANG=$bpf_clang_found
	AS_IF([test -z "$BPF_CLANG"], [
		AC_MSG_RESULT([none])
		AC_MSG_ERROR([no clang that makes BPF bitcode for LLVM $LLVM_VERSION$bpf_clang_refused
	LLVM does not read the bitcode of a clang newer than itself.
	(Debian: clang-$LLVM_MAJOR; elsewhere set BPF_CLANG)])
	])
	AC_MSG_RESULT([$BPF_CLANG ($bpf_clang_version)])
])

# Takes $bpf_clang_try when nothing was found so far and it fits.
AC_DEFUN([_AX_BPF_CLANG_TRY], [
	bpf_clang_version=`$bpf_clang_try --version 2>/dev/null |
		sed -n 's/.*clang version \(@<:@0-9.@:>@*\).*/\1/p' | sed 1q`
	bpf_clang_major=`echo "$bpf_clang_version" | sed 's/\..*//'`
	AS_IF([test -z "$bpf_clang_major"], [],
		[test "$bpf_clang_major" -gt "$LLVM_MAJOR"],
		[bpf_clang_refused="$bpf_clang_refused
	$bpf_clang_try is $bpf_clang_version: too new"],
		[echo 'int f(void) { return 0; }' |
			$bpf_clang_try --target=bpf -O2 -emit-llvm -c -x c - \
				-o conftest.bc >&AS_MESSAGE_LOG_FD 2>&1],
		[bpf_clang_found=$bpf_clang_try])
	rm -f conftest.bc
	test -z "$bpf_clang_found" || break
])
