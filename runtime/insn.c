/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/insn.h"

#include <inttypes.h>
#include <linux/bpf.h>

/* What older headers lack. */
#define MODE_MEMSX     0x80 /* load and extend the sign */
#define MODE_PROBE     0x20 /* a load that may fail, inside the kernel */
#define MODE_NOSPEC    0xc0 /* no speculation beyond; of BPF_ST */
#define OP_JCOND       0xe0 /* may_goto */
#define OFF_SIGNED     1 /* of a division */
#define OFF_SPACE      1 /* of a move: into another address space */
#define OFF_PERCPU     (-1) /* of a move: this CPU's copy */
#define SRC_KFUNC      2
#define ATOMIC_LOAD    0x100
#define ATOMIC_STORE   0x110
#define PSEUDO_MAP_FD  1
#define PSEUDO_MAP_VAL 2
#define PSEUDO_BTF_ID  3
#define PSEUDO_FUNC    4
#define PSEUDO_MAP_IDX 5
#define PSEUDO_IDX_VAL 6

struct printer {
	const struct bpf_insn *insn;
	size_t left; /* words from insn on */
	size_t at;
	const struct insn_names *names;
	struct buf *out;
};

/* Each returns false when the instruction is not one it knows: what it may
 * have appended is taken back. */
typedef bool (*print_fn)(struct printer *p);

static const char *const sizes[] = {
	[BPF_B >> 3] = "8",
	[BPF_H >> 3] = "16",
	[BPF_W >> 3] = "32",
	[BPF_DW >> 3] = "64",
};

static const char *size_of(const struct printer *p)
{
	return sizes[BPF_SIZE(p->insn->code) >> 3];
}

/* "*(u32 *)(r2 + 8)"; sign: u or s */
static void put_place(struct printer *p, char sign, unsigned int reg)
{
	int off = p->insn->off;

	buf_printf(p->out, "*(%c%s *)(r%u %c %d)", sign, size_of(p), reg,
		   off < 0 ? '-' : '+', off < 0 ? -off : off);
}

/* --- arithmetic ----------------------------------------------------------- */

static const char *const alu_ops[16] = {
	[BPF_ADD >> 4] = "+=",  [BPF_SUB >> 4] = "-=",
	[BPF_MUL >> 4] = "*=",  [BPF_DIV >> 4] = "/=",
	[BPF_OR >> 4] = "|=",   [BPF_AND >> 4] = "&=",
	[BPF_LSH >> 4] = "<<=", [BPF_RSH >> 4] = ">>=",
	[BPF_MOD >> 4] = "%=",  [BPF_XOR >> 4] = "^=",
	[BPF_MOV >> 4] = "=",   [BPF_ARSH >> 4] = "s>>=",
};

static bool is_wide(const struct printer *p)
{
	return BPF_CLASS(p->insn->code) == BPF_ALU64;
}

static bool print_swap(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	const char *how = "bswap";

	if (!is_wide(p))
		how = BPF_SRC(i->code) == BPF_TO_BE ? "be" : "le";
	buf_printf(p->out, "r%u = %s%d r%u", i->dst_reg, how, i->imm,
		   i->dst_reg);
	return i->imm == 16 || i->imm == 32 || i->imm == 64;
}

/* Moves that do more than move. */
static bool print_move(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	char r = is_wide(p) ? 'r' : 'w';

	buf_printf(p->out, "%c%u = ", r, i->dst_reg);
	if (i->off == OFF_PERCPU)
		buf_printf(p->out, "this_cpu_ptr(r%u)", i->src_reg);
	else if (i->off == OFF_SPACE)
		buf_printf(p->out, "addr_space_cast(r%u, %d, %d)", i->src_reg,
			   i->imm >> 16, i->imm & 0xffff);
	else
		buf_printf(p->out, "(s%d)%c%u", i->off, r, i->src_reg);
	return i->off < 0 || i->off == OFF_SPACE || i->off == 8 ||
	       i->off == 16 || i->off == 32;
}

static bool print_alu(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	const char *op = alu_ops[BPF_OP(i->code) >> 4];
	char r = is_wide(p) ? 'r' : 'w';

	if (BPF_OP(i->code) == BPF_END)
		return print_swap(p);
	if (BPF_OP(i->code) == BPF_NEG) {
		buf_printf(p->out, "%c%u = -%c%u", r, i->dst_reg, r,
			   i->dst_reg);
		return true;
	}
	if (!op)
		return false;
	if (BPF_OP(i->code) == BPF_MOV && i->off && BPF_SRC(i->code) == BPF_X)
		return print_move(p);
	buf_printf(p->out, "%c%u %s%s ", r, i->dst_reg,
		   i->off == OFF_SIGNED ? "s" : "", op);
	if (BPF_SRC(i->code) == BPF_X)
		buf_printf(p->out, "%c%u", r, i->src_reg);
	else
		buf_printf(p->out, "%d", i->imm);
	return true;
}

/* --- jumps ---------------------------------------------------------------- */

static const char *const jump_ops[16] = {
	[BPF_JEQ >> 4] = "==",   [BPF_JGT >> 4] = ">",
	[BPF_JGE >> 4] = ">=",   [BPF_JSET >> 4] = "&",
	[BPF_JNE >> 4] = "!=",   [BPF_JSGT >> 4] = "s>",
	[BPF_JSGE >> 4] = "s>=", [BPF_JLT >> 4] = "<",
	[BPF_JLE >> 4] = "<=",   [BPF_JSLT >> 4] = "s<",
	[BPF_JSLE >> 4] = "s<=",
};

static void put_target(struct printer *p, int distance)
{
	buf_printf(p->out, "goto %" PRId64, (int64_t)p->at + 1 + distance);
}

static bool print_call(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	const struct insn_names *names = p->names;

	if (BPF_SRC(i->code) == BPF_X) {
		buf_printf(p->out, "call *r%u", i->dst_reg);
		return true;
	}
	buf_puts(p->out, "call ");
	if (names && names->call && names->call(names->arg, i, p->at, p->out))
		return true;
	if (i->src_reg == BPF_PSEUDO_CALL)
		buf_printf(p->out, "%" PRId64, (int64_t)p->at + 1 + i->imm);
	else
		buf_printf(p->out, "%s%d",
			   i->src_reg == SRC_KFUNC ? "kernel function " : "#",
			   i->imm);
	return true;
}

static bool print_jump(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	bool is_32 = BPF_CLASS(i->code) == BPF_JMP32;
	const char *op = jump_ops[BPF_OP(i->code) >> 4];
	char r = is_32 ? 'w' : 'r';

	if (BPF_OP(i->code) == BPF_JA) {
		put_target(p, is_32 ? i->imm : i->off);
		return true;
	}
	if (BPF_OP(i->code) == OP_JCOND) {
		buf_puts(p->out, "may ");
		put_target(p, i->off);
		return !is_32;
	}
	if (BPF_OP(i->code) == BPF_CALL && !is_32)
		return print_call(p);
	if (BPF_OP(i->code) == BPF_EXIT && !is_32) {
		buf_puts(p->out, "exit");
		return true;
	}
	if (!op)
		return false;
	buf_printf(p->out, "if %c%u %s ", r, i->dst_reg, op);
	if (BPF_SRC(i->code) == BPF_X)
		buf_printf(p->out, "%c%u ", r, i->src_reg);
	else
		buf_printf(p->out, "%d ", i->imm);
	put_target(p, i->off);
	return true;
}

/* --- memory --------------------------------------------------------------- */

static void put_map(struct printer *p, uint32_t id)
{
	const struct insn_names *names = p->names;

	if (!names || !names->map || !names->map(names->arg, id, p->out))
		buf_printf(p->out, "map #%u", id);
}

/* A constant of 64 bits, whose upper half is in the next word. */
static bool print_constant(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	uint64_t low = (uint32_t)i->imm, high;

	if (p->left < 2)
		return false;
	high = (uint32_t)i[1].imm;
	buf_printf(p->out, "r%u = ", i->dst_reg);
	switch (i->src_reg) {
	case 0: buf_printf(p->out, "0x%" PRIx64 " ll", high << 32 | low); break;
	case PSEUDO_MAP_FD:
	case PSEUDO_MAP_IDX: put_map(p, (uint32_t)low); break;
	case PSEUDO_MAP_VAL:
	case PSEUDO_IDX_VAL:
		buf_puts(p->out, "value of ");
		put_map(p, (uint32_t)low);
		buf_printf(p->out, " + %" PRIu64, high);
		break;
	case PSEUDO_BTF_ID:
		buf_printf(p->out, "kernel variable %" PRIu64, low);
		break;
	case PSEUDO_FUNC:
		buf_printf(p->out, "function %" PRId64,
			   (int64_t)p->at + 1 + i->imm);
		break;
	default: return false;
	}
	return true;
}

static bool print_ld(struct printer *p)
{
	const struct bpf_insn *i = p->insn;

	if (i->code == (BPF_LD | BPF_IMM | BPF_DW))
		return print_constant(p);
	buf_printf(p->out, "r0 = *(u%s *)packet[", size_of(p));
	if (BPF_MODE(i->code) == BPF_IND)
		buf_printf(p->out, "r%u + ", i->src_reg);
	buf_printf(p->out, "%d]", i->imm);
	return BPF_MODE(i->code) == BPF_IND || BPF_MODE(i->code) == BPF_ABS;
}

static bool print_ldx(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	int mode = BPF_MODE(i->code);

	buf_printf(p->out, "r%u = ", i->dst_reg);
	put_place(p, mode == MODE_MEMSX ? 's' : 'u', i->src_reg);
	return mode == BPF_MEM || mode == MODE_MEMSX || mode == MODE_PROBE;
}

static bool print_st(struct printer *p)
{
	const struct bpf_insn *i = p->insn;

	if (BPF_MODE(i->code) == MODE_NOSPEC) {
		buf_puts(p->out, "nospec");
		return true;
	}
	put_place(p, 'u', i->dst_reg);
	buf_printf(p->out, " = %d", i->imm);
	return BPF_MODE(i->code) == BPF_MEM;
}

/* What fetches gives the value that was there before. */
static bool print_exchange(struct printer *p)
{
	const struct bpf_insn *i = p->insn;

	if (i->imm == BPF_CMPXCHG) {
		buf_puts(p->out, "r0 = cmpxchg(");
		put_place(p, 'u', i->dst_reg);
		buf_printf(p->out, ", r0, r%u)", i->src_reg);
		return true;
	}
	if (i->imm == ATOMIC_LOAD) {
		buf_printf(p->out, "r%u = load_acquire(", i->dst_reg);
		put_place(p, 'u', i->src_reg);
		buf_putc(p->out, ')');
		return true;
	}
	if (i->imm == ATOMIC_STORE)
		buf_puts(p->out, "store_release(");
	else
		buf_printf(p->out, "r%u = xchg(", i->src_reg);
	put_place(p, 'u', i->dst_reg);
	buf_printf(p->out, ", r%u)", i->src_reg);
	return i->imm == ATOMIC_STORE || i->imm == BPF_XCHG;
}

static bool print_atomic(struct printer *p)
{
	const struct bpf_insn *i = p->insn;
	int operation = i->imm & ~BPF_FETCH;

	if (operation != BPF_ADD && operation != BPF_OR &&
	    operation != BPF_AND && operation != BPF_XOR)
		return print_exchange(p);
	if (i->imm & BPF_FETCH)
		buf_printf(p->out, "r%u = fetch ", i->src_reg);
	buf_puts(p->out, "lock ");
	put_place(p, 'u', i->dst_reg);
	buf_printf(p->out, " %s r%u", alu_ops[operation >> 4], i->src_reg);
	return true;
}

static bool print_stx(struct printer *p)
{
	const struct bpf_insn *i = p->insn;

	if (BPF_MODE(i->code) == BPF_ATOMIC)
		return print_atomic(p);
	put_place(p, 'u', i->dst_reg);
	buf_printf(p->out, " = r%u", i->src_reg);
	return BPF_MODE(i->code) == BPF_MEM;
}

/* -------------------------------------------------------------------------- */

static const print_fn classes[8] = {
	[BPF_LD] = print_ld,      [BPF_LDX] = print_ldx,
	[BPF_ST] = print_st,      [BPF_STX] = print_stx,
	[BPF_ALU] = print_alu,    [BPF_JMP] = print_jump,
	[BPF_JMP32] = print_jump, [BPF_ALU64] = print_alu,
};

static void put_bytes(struct printer *p)
{
	unsigned char bytes[sizeof(*p->insn)];

	memcpy(bytes, p->insn, sizeof(bytes));
	buf_puts(p->out, "bytes");
	for (size_t i = 0; i < sizeof(bytes); i++)
		buf_printf(p->out, " %02x", bytes[i]);
}

size_t insn_text(const struct bpf_insn *insns, size_t n, size_t at,
		 const struct insn_names *names, struct buf *out)
{
	struct printer p = {
		.insn = insns + at,
		.left = n - at,
		.at = at,
		.names = names,
		.out = out,
	};
	size_t before = out->n;

	if (!classes[BPF_CLASS(p.insn->code)](&p)) {
		out->n = before;
		put_bytes(&p);
		return 1;
	}
	return p.insn->code == (BPF_LD | BPF_IMM | BPF_DW) ? 2 : 1;
}
