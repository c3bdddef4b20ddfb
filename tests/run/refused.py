#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""refused.py FROM TO WHAT: a saved program, made such that verifiers refuse it.

The last instructions of its first program are replaced, and it is sealed
again: its lines are still those of its script. Some are refused by espy itself:
other_helper, refusing, other_map, large_map.
"""
import struct
import sys

EXIT = b"\x95" + bytes(7)
ZERO = b"\xb7" + bytes(7)  # r0 = 0
IS_NULL, IS_NOT = 0x15, 0x55  # if r == 0 goto, if r != 0 goto


def insn(code, regs=0, off=0, imm=0):
    return struct.pack("<BBhi", code, regs, off, imm)


ENDS = {
    "uninitialised": insn(0xBF, 0x30) + EXIT,
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


def enlarge(elf):
    """Arrays of 77 elements, which is how sizes of maps are written."""
    at, size = [x[1:] for x in sections(elf) if x[0] == b".BTF"][0]
    for p in range(at, at + size - 24, 4):
        kind, = struct.unpack_from("<I", elf, p + 4)
        n, = struct.unpack_from("<I", elf, p + 20)
        if kind == 3 << 24 and n == 77:
            struct.pack_into("<I", elf, p + 20, 1 << 28)


def main():
    with open(sys.argv[1], "rb") as f:
        elf = bytearray(f.read()[:-16])
    if sys.argv[3] == "other_map":
        elf = elf.replace(b"espy_lost", b"espy_lust")
    elif sys.argv[3] == "large_map":
        enlarge(elf)
    else:
        spoil(elf, sys.argv[3])
    with open(sys.argv[2], "wb") as f:
        f.write(seal(bytes(elf)))


main()
