#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""refused.py FROM TO WHAT: a saved program, made such that verifiers refuse it.

The last instructions of its first program are replaced, and it is sealed
again: its lines are still those of its script. Some are refused by espy itself:
other_helper, other_kfunc, refusing, other_map, large_map, pinned_map.
"""
import struct
import sys

EXIT = b"\x95" + bytes(7)
ZERO = b"\xb7" + bytes(7)  # r0 = 0
IS_NULL, IS_NOT = 0x15, 0x55  # if r == 0 goto, if r != 0 goto


def insn(code, regs=0, off=0, imm=0):
    return struct.pack("<BBhi", code, regs, off, imm)


ENDS = {
    "uninitialised": insn(0xBF, 0x50) + EXIT,
    "raw_pointer": insn(0xB7, 1, 0, 8) + insn(0x79, 0x12) + ZERO + EXIT,
    "loop": ZERO + insn(0x15, 0, -1, 0) + EXIT,
    "stack_bounds": insn(0x7A, 0x0A, -520, 0) + ZERO + EXIT,
    "pointer_arithmetic": insn(0xBF, 0xA0) + insn(0x27, 0, 0, 8) + ZERO + EXIT,
    "helper": insn(0x85, 0, 0, 9999) + EXIT,
    "shape": EXIT + ZERO + EXIT,
    "other_helper": insn(0xB7, 1) + insn(0x85, 0, 0, 123) + ZERO + EXIT,
    "refusing": insn(0xB7, 0, 0, -1) + EXIT,
}


def sections(elf):
    start, = struct.unpack_from("<Q", elf, 0x28)
    size, n, names = struct.unpack_from("<HHH", elf, 0x3A)
    heads = [struct.unpack_from("<IIQQQQ", elf, start + i * size)
             for i in range(n)]
    for head in heads:
        at = heads[names][4] + head[0]
        yield elf[at:elf.index(0, at)], head[4], head[5]


def seal(elf):
    body = elf + b"ESPS" + struct.pack("<I", len(elf))
    value = 0xCBF29CE484222325
    for byte in body:
        value = (value ^ byte) * 0x100000001B3 & (1 << 64) - 1
    return body + struct.pack("<Q", value)


def spoil(elf, what):
    for name, at, size in sections(elf):
        if not name.startswith(b"sec_"):
            continue
        if what == "maybe_null":  # the check behind a lookup
            check = elf.index(insn(0x85, 0, 0, 1), at, at + size) + 8
            while elf[check] not in (IS_NULL, IS_NOT):
                check += 8
            elf[check + 4] = 1  # compared with something else
        else:
            end = ENDS[what]
            elf[at + size - len(end):at + size] = end
        return
    raise SystemExit("there is no program in it")


def btf_types(btf, at):
    """Of each type: its number, name, kind, how many parts, where."""
    size, types, length, names = struct.unpack_from("<IIII", btf, at + 4)
    p, end, number = at + size + types, at + size + types + length, 1
    while p < end:
        name, info = struct.unpack_from("<II", btf, p)
        kind, n = info >> 24 & 31, info & 0xFFFF
        where = at + size + names + name
        yield number, btf[where:btf.index(0, where)], kind, n, p
        p += 12 + {1: 4, 3: 12, 4: 12 * n, 5: 12 * n, 6: 8 * n, 13: 8 * n,
                   14: 4, 15: 12 * n, 17: 4, 19: 12 * n}.get(kind, 0)
        number += 1


def kfunc(name):
    with open("/sys/kernel/btf/vmlinux", "rb") as f:
        for number, other, kind, _, _ in btf_types(f.read(), 0):
            if kind == 12 and other == name:
                return insn(0x85, 0x20, 0, number)
    raise SystemExit("the kernel has no such function")


def pin(elf):
    """The map @ names a path: its one element is what says so. The word is at
    the end of the script's line."""
    at, size = [x[1:] for x in sections(elf) if x[0] == b".BTF"][0]
    head, _, _, names = struct.unpack_from("<IIII", elf, at + 4)
    word = elf.index(b"pinning\0", at, at + size) - at - head - names
    types = list(btf_types(elf, at))
    p = [t[4] for t in types if t[1:3] == (b"AT_", 14)][0]  # a variable
    of, = struct.unpack_from("<I", elf, p + 8)
    n, p = types[of - 1][3:]
    for member in range(p + 12, p + 12 + 12 * n, 12):
        name, = struct.unpack_from("<I", elf, member)
        name += at + head + names
        if elf[name:].startswith(b"max_entries\0"):
            struct.pack_into("<I", elf, member, word)


def enlarge(elf):
    """Arrays of 77 elements, which is how sizes of maps are written."""
    at, size = [x[1:] for x in sections(elf) if x[0] == b".BTF"][0]
    for p in range(at, at + size - 24, 4):
        kind, = struct.unpack_from("<I", elf, p + 4)
        n, = struct.unpack_from("<I", elf, p + 20)
        if kind == 3 << 24 and n == 77:
            struct.pack_into("<I", elf, p + 20, 1 << 28)


def main():
    if sys.argv[3] == "other_kfunc":
        ENDS["other_kfunc"] = (kfunc(b"bpf_rcu_read_lock") +
                               kfunc(b"bpf_rcu_read_unlock") + ZERO + EXIT)
    with open(sys.argv[1], "rb") as f:
        elf = bytearray(f.read()[:-16])
    if sys.argv[3] == "other_map":
        elf = elf.replace(b"espy_lost", b"espy_lust")
    elif sys.argv[3] == "large_map":
        enlarge(elf)
    elif sys.argv[3] == "pinned_map":
        pin(elf)
    else:
        spoil(elf, sys.argv[3])
    with open(sys.argv[2], "wb") as f:
        f.write(seal(bytes(elf)))


main()
