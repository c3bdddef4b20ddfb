/* SPDX-License-Identifier: Apache-2.0 */
/* refused.c - programs that a kernel's verifier refuses, each for another
 * reason; prints "== NAME ERRNO" and what the kernel says: no more than the
 * first and last lines. What it prints on some kernels is in
 * tests/data/verifier. */
#include <errno.h>
#include <linux/bpf.h>
#include <linux/capability.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define HEAD     3
#define TAIL     12
#define LOG_SIZE (1 << 20)
#define CAPS_BPF 39
#define CALLS    300

#define I(code, dst, src, off, imm)                \
	{                                          \
		(code), (dst), (src), (off), (imm) \
	}
#define MOV(d, i)      I(BPF_ALU64 | BPF_MOV, d, 0, 0, i)
#define COPY(d, s)     I(BPF_ALU64 | BPF_MOV | BPF_X, d, s, 0, 0)
#define ADD(d, i)      I(BPF_ALU64 | BPF_ADD, d, 0, 0, i)
#define MUL(d, i)      I(BPF_ALU64 | BPF_MUL, d, 0, 0, i)
#define LOAD(d, s, o)  I(BPF_LDX | BPF_MEM | BPF_DW, d, s, o, 0)
#define LOAD4(d, s, o) I(BPF_LDX | BPF_MEM | BPF_W, d, s, o, 0)
#define LOAD1(d, s, o) I(BPF_LDX | BPF_MEM | BPF_B, d, s, o, 0)
#define STORE(d, o, s) I(BPF_STX | BPF_MEM | BPF_DW, d, s, o, 0)
#define ZERO(d, o)     I(BPF_ST | BPF_MEM | BPF_DW, d, 0, o, 0)
#define CALL(n)        I(BPF_JMP | BPF_CALL, 0, 0, 0, n)
#define LOCAL(n)       I(BPF_JMP | BPF_CALL, 0, BPF_PSEUDO_CALL, 0, n)
#define GOTO(o)        I(BPF_JMP | BPF_JA, 0, 0, o, 0)
#define IF_EQ(d, i, o) I(BPF_JMP | BPF_JEQ, d, 0, o, i)
#define IF_NE(d, i, o) I(BPF_JMP | BPF_JNE, d, 0, o, i)
#define IF_LT(d, i, o) I(BPF_JMP | BPF_JLT, d, 0, o, i)
#define EXIT           I(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)
/* imm: which of the maps */
#define MAP(d, m)                                                 \
	I(BPF_LD | BPF_IMM | BPF_DW, d, BPF_PSEUDO_MAP_FD, 0, m), \
		I(0, 0, 0, 0, 0)
/* the value of key 0 */
#define LOOKUP(m) ZERO(10, -8), MAP(1, m), COPY(2, 10), ADD(2, -8), CALL(1)

enum {
	HASH,
	RDONLY,
	PERF,
	RING,
	N_MAPS
};

#define P(...)                                                  \
	.code = (const struct bpf_insn[]){ __VA_ARGS__ },       \
	.n = sizeof((const struct bpf_insn[]){ __VA_ARGS__ }) / \
	     sizeof(struct bpf_insn)

#define TRACEPOINT .type = BPF_PROG_TYPE_TRACEPOINT

static const struct refused {
	const char *name;
	const struct bpf_insn *code;
	size_t n;
	unsigned type, attach, level, btf_id;
	const char *licence; /* NULL: GPL */
	uint64_t caps; /* 0: all */
	unsigned room; /* for the log; 0: enough */
} all[] = {
	{ "maybe_null", P(LOOKUP(HASH), LOAD(0, 0, 0), EXIT), TRACEPOINT },
	{ "raw_pointer", P(MOV(6, 7), LOAD(0, 6, 0), EXIT), TRACEPOINT },
	{ "uninitialised", P(COPY(0, 2), EXIT), TRACEPOINT },
	{ "packet_bounds", P(LOAD4(1, 1, 0), LOAD1(0, 1, 0), EXIT),
	  .type = BPF_PROG_TYPE_XDP },
	{ "struct_bounds", P(CALL(158), LOAD(0, 0, 30000), EXIT), TRACEPOINT },
	{ "length",
	  P(CALL(7), COPY(2, 0), COPY(1, 10), ADD(1, -8), MOV(3, 0), CALL(113),
	    EXIT),
	  TRACEPOINT },
	{ "index",
	  P(LOOKUP(HASH), IF_EQ(0, 0, 1), LOAD(0, 0, 64), MOV(0, 0), EXIT),
	  TRACEPOINT },
	{ "stack_bounds", P(ZERO(10, -520), EXIT), TRACEPOINT },
	{ "stack",
	  P(ZERO(10, -400), LOCAL(1), EXIT, ZERO(10, -400), MOV(0, 0), EXIT),
	  TRACEPOINT },
	{ "read_only",
	  P(LOOKUP(RDONLY), IF_EQ(0, 0, 1), ZERO(0, 0), MOV(0, 0), EXIT),
	  TRACEPOINT },
	{ "alignment", P(ZERO(10, -12), MOV(0, 0), EXIT), TRACEPOINT },
	{ "context", P(LOAD(0, 1, 8192), EXIT), TRACEPOINT },
	{ "pointer_arithmetic", P(MUL(1, 2), MOV(0, 0), EXIT), TRACEPOINT },
	{ "leak", P(COPY(0, 1), EXIT), .type = BPF_PROG_TYPE_SOCKET_FILTER,
	  .caps = 1ull << CAPS_BPF },
	{ "sleepable",
	  P(COPY(1, 10), ADD(1, -8), MOV(2, 8), MOV(3, 0), CALL(148), EXIT),
	  TRACEPOINT },
	{ "licence",
	  P(COPY(1, 10), ADD(1, -8), MOV(2, 8), MOV(3, 0), CALL(113), EXIT),
	  TRACEPOINT, .licence = "Proprietary" },
	{ "helper", P(CALL(51), EXIT), TRACEPOINT },
	{ "helper_unknown", P(CALL(9999), EXIT), TRACEPOINT },
	{ "map_kind", P(LOOKUP(PERF), MOV(0, 0), EXIT), TRACEPOINT },
	{ "argument", P(COPY(1, 10), COPY(2, 10), CALL(1), EXIT), TRACEPOINT },
	{ "reference",
	  P(MAP(1, RING), MOV(2, 8), MOV(3, 0), CALL(131), MOV(0, 0), EXIT),
	  TRACEPOINT },
	{ "return_value", P(MOV(0, 7), EXIT), .type = BPF_PROG_TYPE_CGROUP_SKB,
	  .attach = BPF_CGROUP_INET_INGRESS },
	{ "loop", P(MOV(0, 0), GOTO(-1), EXIT), TRACEPOINT },
	{ "loop_ends_never", P(MOV(0, 0), IF_EQ(0, 0, -1), EXIT), TRACEPOINT },
	{ "too_complex", P(MOV(0, 0), ADD(0, 1), IF_LT(0, 2000000, -2), EXIT),
	  TRACEPOINT, .level = 4 },
	{ "jumps", .n = 9000, TRACEPOINT, .level = 4 },
	{ "too_many_maps", .n = 132, TRACEPOINT },
	{ "too_many_functions", .n = 3 * CALLS + 2, TRACEPOINT },
	{ "lost_relocation", P(CALL(0xbad2310), EXIT), TRACEPOINT },
	{ "log_full", P(LOOKUP(HASH), LOAD(0, 0, 0), EXIT), TRACEPOINT,
	  .room = 200 },
	{ "target", P(MOV(0, 0), EXIT), .type = BPF_PROG_TYPE_TRACING,
	  .attach = BPF_TRACE_FENTRY, .btf_id = 1 },
	{ "shape", P(MOV(0, 0), EXIT, MOV(0, 0), EXIT), TRACEPOINT },
	{ "instruction", P(I(0xff, 0, 0, 0, 0), EXIT), TRACEPOINT },
	{ "too_large", .n = 1000001, TRACEPOINT },
	{ "rights", P(MOV(0, 0), EXIT), TRACEPOINT, .caps = 1 },
};

static int bpf(int command, union bpf_attr *attr)
{
	return (int)syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int map(unsigned type, unsigned key, unsigned value, unsigned n,
	       unsigned flags)
{
	union bpf_attr attr = { .map_type = type,
				.key_size = key,
				.value_size = value,
				.max_entries = n,
				.map_flags = flags };

	return bpf(BPF_MAP_CREATE, &attr);
}

static int map_of(int which)
{
	if (which == RDONLY)
		return map(BPF_MAP_TYPE_ARRAY, 4, 8, 1, BPF_F_RDONLY_PROG);
	if (which == PERF)
		return map(BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 1, 0);
	if (which == RING)
		return map(BPF_MAP_TYPE_RINGBUF, 0, 0, 4096, 0);
	return map(BPF_MAP_TYPE_HASH, 8, 8, 1, 0);
}

/* Those that are too long for a table. */
static void write_code(const struct refused *r, struct bpf_insn *code)
{
	const struct bpf_insn zero = MOV(0, 0), leave = EXIT, random = CALL(7);

	for (size_t i = 0; i < r->n; i++)
		code[i] = r->code ? r->code[i] : zero;
	if (r->code)
		return;
	code[r->n - 1] = leave;
	if (!strcmp(r->name, "jumps")) {
		code[0] = random;
		for (size_t i = 1; i + 2 < r->n; i++)
			code[i] = (struct bpf_insn)IF_EQ(0, (int)i,
							 (short)(r->n - i - 3));
	}
	for (int i = 0; !strcmp(r->name, "too_many_functions") && i < CALLS;
	     i++) { /* of two instructions each */
		code[i] = (struct bpf_insn)LOCAL(CALLS + i + 1);
		code[CALLS + 3 + 2 * i] = leave;
	}
	if (!strcmp(r->name, "too_many_functions"))
		code[CALLS + 1] = leave;
	for (size_t i = 0; !strcmp(r->name, "too_many_maps") && i < 65; i++) {
		const struct bpf_insn two[] = { MAP(1, HASH) };

		memcpy(code + 2 * i, two, sizeof(two));
	}
}

static void keep_caps(uint64_t caps)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {
		{ .effective = (uint32_t)caps, .permitted = (uint32_t)caps },
		{ .effective = (uint32_t)(caps >> 32),
		  .permitted = (uint32_t)(caps >> 32) },
	};

	if (syscall(SYS_capset, &head, data))
		perror("capset");
}

static void print_log(const char *log)
{
	size_t n = 0, i = 0;
	const char *end;

	for (const char *p = log; *p; p++)
		n += *p == '\n';
	for (; *log && (end = strchr(log, '\n')); log = end + 1, i++)
		if (i < HEAD || i + TAIL >= n)
			printf("%.*s\n", (int)(end - log), log);
}

static void load(const struct refused *r)
{
	struct bpf_insn *code = calloc(r->n, sizeof(*code));
	char *log = calloc(1, LOG_SIZE);
	union bpf_attr attr = {
		.prog_type = r->type,
		.expected_attach_type = r->attach,
		.attach_btf_id = r->btf_id,
		.insn_cnt = (unsigned)r->n,
		.insns = (uintptr_t)code,
		.license = (uintptr_t)(r->licence ? r->licence : "GPL"),
		.log_level = r->level ? r->level : 1,
		.log_size = r->room ? r->room : LOG_SIZE,
		.log_buf = (uintptr_t)log,
	};
	int err;

	write_code(r, code);
	for (size_t i = 0; i < r->n; i++)
		if (code[i].code == (BPF_LD | BPF_IMM | BPF_DW))
			code[i].imm = map_of(code[i].imm);
	if (r->caps)
		keep_caps(r->caps);
	err = bpf(BPF_PROG_LOAD, &attr) < 0 ? errno : 0;
	printf("== %s %d\n", r->name, err);
	print_log(log);
	fflush(stdout);
	free(log);
	free(code);
}

int main(int argc, char **argv)
{
	pid_t child;

	for (size_t i = 0; i < sizeof(all) / sizeof(*all); i++) {
		if (argc > 1 && strcmp(argv[1], all[i].name))
			continue;
		child = fork();
		if (!child) {
			load(&all[i]);
			_exit(0);
		}
		waitpid(child, NULL, 0);
	}
	/* 1 TB */
	if (map(BPF_MAP_TYPE_ARRAY, 4, 1 << 16, 1 << 24, 0) < 0)
		printf("== memory %d\n", errno);
	return 0;
}
