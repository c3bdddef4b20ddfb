#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Makes the binary files of the fake machine again: the BTF of its kernel and
# of its module, and its programs and library. They are kept in the
# repository: run this only after changing host.c, module.c or prog.c.
# Needs clang, llvm-objcopy and libbpf's headers; CLANG and OBJCOPY name
# others.
set -eu

cd "$(dirname "$0")"
: "${CLANG:=clang-19}" "${OBJCOPY:=llvm-objcopy-19}" "${CC:=cc}"
tmp=$(mktemp -d)
trap 'rm -rf "$tmp"' EXIT

mkdir -p host/sys/kernel/btf host/usr/bin host/usr/lib
$CLANG -target bpf -O1 -g -c -Wno-missing-declarations \
	-ffile-prefix-map="$PWD/=" host.c -o "$tmp/host.o"
$OBJCOPY --dump-section .BTF=host/sys/kernel/btf/vmlinux "$tmp/host.o" \
	"$tmp/unused.o"
$CC module.c -o "$tmp/module" -lbpf
"$tmp/module" host/sys/kernel/btf/vmlinux host/sys/kernel/btf/sample
$CC -O1 -fno-ipa-sra -fno-inline prog.c -o host/usr/bin/prog \
	-Wl,--hash-style=gnu,--build-id=none -nostartfiles -nostdlib -Wl,-e,main
$CC -O1 notes.c -o host/usr/bin/notes \
	-Wl,--hash-style=gnu,--build-id=none -nostartfiles -nostdlib -Wl,-e,main
$CC -O1 -shared -fPIC prog.c -o host/usr/lib/libsample.so.1 \
	-Wl,--hash-style=gnu,--build-id=none -nostartfiles -nostdlib -s
$CLANG -x c++ -std=c++17 -O1 -g -fno-exceptions -fno-rtti -fno-inline \
	-ffile-prefix-map="$PWD/=" -fdebug-compilation-dir=. named.cc -o host/usr/bin/named \
	-Wl,--hash-style=gnu,--build-id=none -nostartfiles -nostdlib -Wl,-e,main
echo go >"$tmp/go"
$OBJCOPY --strip-debug --add-section ".go.buildinfo=$tmp/go" \
	host/usr/bin/named host/usr/bin/gopher
ls -l host/sys/kernel/btf host/usr/bin host/usr/lib
