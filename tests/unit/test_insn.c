/* SPDX-License-Identifier: Apache-2.0 */
/* Instructions of every class as text. */
#include <criterion/criterion.h>
#include <linux/bpf.h>

#include "runtime/insn.h"

#define X BPF_X
#define K BPF_K

struct row {
	struct bpf_insn insn;
	const char *text;
};

/* code, dst, src, off, imm */
#define I(c, d, s, o, i)                                                 \
	{                                                                \
		.code = (c), .dst_reg = (d), .src_reg = (s), .off = (o), \
		.imm = (i)                                               \
	}

static void each(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		/* what is behind must not be looked at */
		struct bpf_insn at[12] = {};
		auto_buf struct buf out = {};

		at[10] = rows[i].insn;
		cr_expect_eq(insn_text(at, 11, 10, NULL, &out), 1);
		cr_expect_str_eq(out.p, rows[i].text, "'%s' instead of '%s'",
				 out.p, rows[i].text);
	}
}

Test(insn, arithmetic)
{
	static const struct row rows[] = {
		{ I(BPF_ALU64 | BPF_ADD | X, 1, 2, 0, 0), "r1 += r2" },
		{ I(BPF_ALU64 | BPF_ADD | K, 1, 0, 0, -8), "r1 += -8" },
		{ I(BPF_ALU | BPF_SUB | K, 1, 0, 0, 7), "w1 -= 7" },
		{ I(BPF_ALU | BPF_MUL | X, 1, 9, 0, 0), "w1 *= w9" },
		{ I(BPF_ALU64 | BPF_DIV | X, 1, 2, 0, 0), "r1 /= r2" },
		{ I(BPF_ALU64 | BPF_DIV | X, 1, 2, 1, 0), "r1 s/= r2" },
		{ I(BPF_ALU | BPF_MOD | K, 1, 0, 0, 3), "w1 %= 3" },
		{ I(BPF_ALU64 | BPF_MOD | K, 1, 0, 1, 3), "r1 s%= 3" },
		{ I(BPF_ALU64 | BPF_OR | X, 1, 2, 0, 0), "r1 |= r2" },
		{ I(BPF_ALU64 | BPF_AND | K, 1, 0, 0, 255), "r1 &= 255" },
		{ I(BPF_ALU64 | BPF_XOR | X, 1, 2, 0, 0), "r1 ^= r2" },
		{ I(BPF_ALU64 | BPF_LSH | K, 1, 0, 0, 32), "r1 <<= 32" },
		{ I(BPF_ALU64 | BPF_RSH | K, 1, 0, 0, 32), "r1 >>= 32" },
		{ I(BPF_ALU | BPF_ARSH | K, 1, 0, 0, 31), "w1 s>>= 31" },
		{ I(BPF_ALU64 | BPF_NEG, 3, 0, 0, 0), "r3 = -r3" },
		{ I(BPF_ALU | BPF_NEG, 3, 0, 0, 0), "w3 = -w3" },
		{ I(BPF_ALU64 | BPF_MOV | X, 6, 1, 0, 0), "r6 = r1" },
		{ I(BPF_ALU | BPF_MOV | K, 0, 0, 0, 0), "w0 = 0" },
		{ I(BPF_ALU64 | BPF_MOV | X, 1, 2, 8, 0), "r1 = (s8)r2" },
		{ I(BPF_ALU | BPF_MOV | X, 1, 2, 16, 0), "w1 = (s16)w2" },
		{ I(BPF_ALU64 | BPF_MOV | X, 1, 2, 32, 0), "r1 = (s32)r2" },
		{ I(BPF_ALU64 | BPF_MOV | X, 1, 2, -1, 0),
		  "r1 = this_cpu_ptr(r2)" },
		{ I(BPF_ALU64 | BPF_MOV | X, 1, 2, 1, 65536),
		  "r1 = addr_space_cast(r2, 1, 0)" },
		{ I(BPF_ALU | BPF_END | BPF_TO_BE, 1, 0, 0, 16),
		  "r1 = be16 r1" },
		{ I(BPF_ALU | BPF_END | BPF_TO_LE, 1, 0, 0, 64),
		  "r1 = le64 r1" },
		{ I(BPF_ALU64 | BPF_END, 1, 0, 0, 32), "r1 = bswap32 r1" },
	};

	each(rows, ARRAY_SIZE(rows));
}

/* The instruction is number 10. */
Test(insn, jumps)
{
	static const struct row rows[] = {
		{ I(BPF_JMP | BPF_JA, 0, 0, 5, 0), "goto 16" },
		{ I(BPF_JMP | BPF_JA, 0, 0, -3, 0), "goto 8" },
		{ I(BPF_JMP32 | BPF_JA, 0, 0, 0, 70000), "goto 70011" },
		{ I(BPF_JMP | BPF_JEQ | K, 1, 0, 1, 0), "if r1 == 0 goto 12" },
		{ I(BPF_JMP | BPF_JNE | X, 1, 2, 1, 0), "if r1 != r2 goto 12" },
		{ I(BPF_JMP32 | BPF_JGT | K, 1, 0, 1, 9), "if w1 > 9 goto 12" },
		{ I(BPF_JMP32 | BPF_JGE | X, 1, 2, 1, 0),
		  "if w1 >= w2 goto 12" },
		{ I(BPF_JMP | BPF_JLT | K, 1, 0, 1, 9), "if r1 < 9 goto 12" },
		{ I(BPF_JMP | BPF_JLE | K, 1, 0, 1, 9), "if r1 <= 9 goto 12" },
		{ I(BPF_JMP | BPF_JSET | K, 1, 0, 1, 4), "if r1 & 4 goto 12" },
		{ I(BPF_JMP | BPF_JSGT | K, 1, 0, 1, -1),
		  "if r1 s> -1 goto 12" },
		{ I(BPF_JMP | BPF_JSGE | K, 1, 0, 1, -1),
		  "if r1 s>= -1 goto 12" },
		{ I(BPF_JMP | BPF_JSLT | K, 1, 0, 1, 0), "if r1 s< 0 goto 12" },
		{ I(BPF_JMP | BPF_JSLE | K, 1, 0, 1, 0),
		  "if r1 s<= 0 goto 12" },
		{ I(BPF_JMP | 0xe0, 0, 0, -4, 0), "may goto 7" },
		{ I(BPF_JMP | BPF_CALL, 0, 0, 0, 14), "call #14" },
		{ I(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, 20), "call 31" },
		{ I(BPF_JMP | BPF_CALL, 0, 2, 0, 77),
		  "call kernel function 77" },
		{ I(BPF_JMP | BPF_CALL | X, 3, 0, 0, 0), "call *r3" },
		{ I(BPF_JMP | BPF_EXIT, 0, 0, 0, 0), "exit" },
	};

	each(rows, ARRAY_SIZE(rows));
}

Test(insn, memory)
{
	static const struct row rows[] = {
		{ I(BPF_LDX | BPF_MEM | BPF_B, 1, 2, 0, 0),
		  "r1 = *(u8 *)(r2 + 0)" },
		{ I(BPF_LDX | BPF_MEM | BPF_H, 1, 2, 2, 0),
		  "r1 = *(u16 *)(r2 + 2)" },
		{ I(BPF_LDX | BPF_MEM | BPF_W, 1, 2, 4, 0),
		  "r1 = *(u32 *)(r2 + 4)" },
		{ I(BPF_LDX | BPF_MEM | BPF_DW, 1, 10, -8, 0),
		  "r1 = *(u64 *)(r10 - 8)" },
		{ I(BPF_LDX | 0x20 | BPF_DW, 1, 2, 8, 0),
		  "r1 = *(u64 *)(r2 + 8)" },
		{ I(BPF_LDX | 0x80 | BPF_W, 1, 2, 4, 0),
		  "r1 = *(s32 *)(r2 + 4)" },
		{ I(BPF_STX | BPF_MEM | BPF_W, 10, 1, -4, 0),
		  "*(u32 *)(r10 - 4) = r1" },
		{ I(BPF_ST | BPF_MEM | BPF_DW, 10, 0, -16, -1),
		  "*(u64 *)(r10 - 16) = -1" },
		{ I(BPF_ST | 0xc0, 0, 0, 0, 0), "nospec" },
		{ I(BPF_LD | BPF_ABS | BPF_H, 0, 0, 0, 12),
		  "r0 = *(u16 *)packet[12]" },
		{ I(BPF_LD | BPF_IND | BPF_B, 0, 3, 0, 12),
		  "r0 = *(u8 *)packet[r3 + 12]" },
	};

	each(rows, ARRAY_SIZE(rows));
}

Test(insn, atomics)
{
	enum {
		A64 = BPF_STX | BPF_ATOMIC | BPF_DW,
		A32 = BPF_STX | BPF_ATOMIC | BPF_W
	};
	static const struct row rows[] = {
		{ I(A64, 1, 2, 8, BPF_ADD), "lock *(u64 *)(r1 + 8) += r2" },
		{ I(A32, 1, 2, 0, BPF_OR), "lock *(u32 *)(r1 + 0) |= r2" },
		{ I(A64, 1, 2, 0, BPF_AND | BPF_FETCH),
		  "r2 = fetch lock *(u64 *)(r1 + 0) &= r2" },
		{ I(A64, 1, 2, 0, BPF_XOR), "lock *(u64 *)(r1 + 0) ^= r2" },
		{ I(A64, 1, 2, 0, BPF_XCHG),
		  "r2 = xchg(*(u64 *)(r1 + 0), r2)" },
		{ I(A32, 1, 2, 0, BPF_CMPXCHG),
		  "r0 = cmpxchg(*(u32 *)(r1 + 0), r0, r2)" },
		{ I(A64, 1, 2, 0, 0x100),
		  "r1 = load_acquire(*(u64 *)(r2 + 0))" },
		{ I(A64, 1, 2, 0, 0x110),
		  "store_release(*(u64 *)(r1 + 0), r2)" },
	};

	each(rows, ARRAY_SIZE(rows));
}

/* What is none is shown as it is, and nothing of what was tried before. */
Test(insn, unknown)
{
	static const struct row rows[] = {
		{ I(BPF_ALU64 | 0xe0, 1, 2, 0, 0),
		  "bytes e7 21 00 00 00 00 00 00" },
		{ I(BPF_ALU64 | BPF_MOV | X, 1, 2, 9, 0),
		  "bytes bf 21 09 00 00 00 00 00" },
		{ I(BPF_ALU | BPF_END, 1, 0, 0, 24),
		  "bytes d4 01 00 00 18 00 00 00" },
		{ I(BPF_JMP32 | BPF_CALL, 0, 0, 0, 1),
		  "bytes 86 00 00 00 01 00 00 00" },
		{ I(BPF_JMP | 0xf0, 0, 0, 0, 1),
		  "bytes f5 00 00 00 01 00 00 00" },
		{ I(BPF_LDX | 0xe0 | BPF_DW, 1, 2, 8, 0),
		  "bytes f9 21 08 00 00 00 00 00" },
		{ I(BPF_STX | BPF_ATOMIC | BPF_DW, 1, 2, 0, 0x77),
		  "bytes db 21 00 00 77 00 00 00" },
		/* the last word of a constant is missing */
		{ I(BPF_LD | BPF_IMM | BPF_DW, 1, 0, 0, 1),
		  "bytes 18 01 00 00 01 00 00 00" },
	};

	each(rows, ARRAY_SIZE(rows));
}

static bool name_call(void *arg, const struct bpf_insn *insn, size_t at,
		      struct buf *out)
{
	cr_assert_eq(at, 0);
	if (insn->imm != 14)
		return false;
	buf_printf(out, "%s", (const char *)arg);
	return true;
}

static bool name_map(void *arg, uint32_t id, struct buf *out)
{
	(void)arg;
	if (id != 7)
		return false;
	buf_puts(out, "@reads");
	return true;
}

Test(insn, names)
{
	static const struct insn_names names = { name_call, name_map,
						 "bpf_get_prandom_u32" };
	static const struct bpf_insn call = I(BPF_JMP | BPF_CALL, 0, 0, 0, 14),
				     other = I(BPF_JMP | BPF_CALL, 0, 0, 0, 5);
	auto_buf struct buf a = {}, b = {};

	insn_text(&call, 1, 0, &names, &a);
	cr_expect_str_eq(a.p, "call bpf_get_prandom_u32");
	insn_text(&other, 1, 0, &names, &b);
	cr_expect_str_eq(b.p, "call #5");
}

Test(insn, constants_of_64_bits)
{
	static const struct insn_names names = { NULL, name_map, NULL };
	static const struct {
		unsigned int kind, low, high;
		const char *text;
	} rows[] = {
		{ 0, 0x9abcdef0, 0x12345678, "r3 = 0x123456789abcdef0 ll" },
		{ 1, 7, 0, "r3 = @reads" },
		{ 1, 8, 0, "r3 = map #8" },
		{ 2, 7, 24, "r3 = value of @reads + 24" },
		{ 3, 4711, 0, "r3 = kernel variable 4711" },
		{ 4, 9, 0, "r3 = function 10" },
		{ 9, 1, 0, "bytes 18 93 00 00 01 00 00 00" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct bpf_insn insns[] = {
			I(BPF_LD | BPF_IMM | BPF_DW, 3, rows[i].kind, 0,
			  (int)rows[i].low),
			I(0, 0, 0, 0, (int)rows[i].high),
		};
		auto_buf struct buf out = {};
		size_t n = insn_text(insns, 2, 0, &names, &out);

		cr_expect_eq(n, rows[i].kind == 9 ? 1 : 2);
		cr_expect_str_eq(out.p, rows[i].text, "'%s' instead of '%s'",
				 out.p, rows[i].text);
	}
}
