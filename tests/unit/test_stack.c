/* SPDX-License-Identifier: Apache-2.0 */
/* How stacks look in every mode, with and without names. */
#include <criterion/criterion.h>
#include <linux/bpf.h>

#include "plan/abi.h"
#include "runtime/maps.h"
#include "runtime/symbols.h"

static struct arena arena;
static struct types types;

static void open_types(void)
{
	types_init(&types, &arena);
}

static void close_types(void)
{
	arena_free(&arena);
}

TestSuite(stack, .init = open_types, .fini = close_types);

/* --- a machine with a few functions ------------------------------------------ */

static const struct place {
	uint64_t start, size;
	const char *name, *file;
} places[] = {
	{ 0x1000, 0x100, "start", "" },
	{ 0x1100, 0x100, "exit", "" },
	{ 0x2000, 0x100, "helper", "ext4" },
	{ 0x3000, 0x100, "bpf_prog_1234_p0", "bpf" },
	{ 0x3100, 0x100, "__traceiter_open", "" },
	{ 0x9000, 0x100, NULL, "/bin/plain" },
};

static bool find_kernel(struct symbols *s, uint64_t address, struct symbol *out)
{
	(void)s;
	*out = (struct symbol){ 0 };
	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const struct place *p = &places[i];

		if (address < p->start || address - p->start >= p->size)
			continue;
		if (p->name)
			out->name = str_from(p->name);
		out->file = str_from(p->file);
		out->offset = address - p->start;
		return true;
	}
	return false;
}

static bool find_user(struct symbols *s, uint32_t pid, uint64_t time,
		      uint64_t address, struct symbol *out)
{
	cr_assert_eq(time, 88);
	cr_assert_eq(pid, 77);
	return find_kernel(s, address, out);
}

/* The only stack is number 5. */
static bool read_stack(const void *stacks, uint64_t id, struct buf *out)
{
	if (id != 5)
		return false;
	buf_str(out, *(const struct str *)stacks);
	return true;
}

union kept {
	struct stack_frames head;
	char bytes[sizeof(struct stack_frames) + 512];
};

static void expect_id(const struct type *t, uint64_t id, const void *words,
		      uint32_t bytes, uint32_t pid, const char *wanted)
{
	union kept kept = { .bytes = "" };
	struct str all = { (char *)&kept, sizeof(kept) };
	struct show show = { .kplace = find_kernel,
			     .uplace = find_user,
			     .stack = read_stack,
			     .stacks = &all };
	auto_buf struct buf text = { 0 };

	kept.head.bytes = bytes;
	kept.head.pid = pid;
	kept.head.time = 88;
	memcpy(kept.head.words, words, bytes);
	value_print(&show, t, &id, &text);
	cr_expect_str_eq(text.p, wanted);
}

static void expect_kernel(enum stack_mode mode, uint32_t frames, uint32_t pid,
			  const char *wanted)
{
	static const uint64_t words[] = { 0x3010, 0x3101, 0x1010, 0x2020,
					  0x7000, 0,      0 };

	expect_id(type_stack(&types, TY_KSTACK, mode, frames), 5, words,
		  sizeof(words), pid, wanted);
}

static void expect_user(enum stack_mode mode, const char *wanted)
{
	static const uint64_t words[] = { 0x1010, 0x9001, 0x7000 };

	expect_id(type_stack(&types, TY_USTACK, mode, 127), 5, words,
		  sizeof(words), 77, wanted);
}

/* --- modes ------------------------------------------------------------------- */

Test(stack, kernel_in_every_mode)
{
	expect_kernel(SM_BPFTRACE, 127, 1,
		      "\n        start+16\n        helper+32\n"
		      "        0x7000\n");
	expect_kernel(SM_PERF, 127, 1,
		      "\n\t1010 start+16 ([kernel.kallsyms])\n"
		      "\t2020 helper+32 ([ext4])\n"
		      "\t7000 0x7000 ([unknown])\n");
	expect_kernel(SM_RAW, 127, 1, "\n1010\n2020\n7000\n");
}

Test(stack, process_in_every_mode)
{
	expect_user(SM_BPFTRACE,
		    "\n        start+16\n        0x9001\n        0x7000\n");
	expect_user(SM_PERF, "\n\t1010 start+16\n\t9001 0x9001 (/bin/plain)\n"
			     "\t7000 0x7000 ([unknown])\n");
	expect_user(SM_RAW, "\n1010\n9001\n7000\n");
}

Test(stack, build_ids)
{
	struct bpf_stack_build_id ids[2] = {
		{ .status = BPF_STACK_BUILD_ID_VALID, .offset = 0x1234 },
		{ .status = BPF_STACK_BUILD_ID_IP, .ip = 0x7000 },
	};

	for (int i = 0; i < 20; i++)
		ids[0].build_id[i] = (unsigned char)(0xe0 + i);
	expect_id(type_stack(&types, TY_USTACK, SM_BUILD_ID, 9), 5, ids,
		  sizeof(ids), 77,
		  "\ne0e1e2e3e4e5e6e7e8e9eaebecedeeeff0f1f2f3 0x1234\n"
		  "0x7000\n");
}

/* --- which frames ------------------------------------------------------------ */

Test(stack, frames_of_the_tracing)
{
	expect_kernel(SM_RAW, 2, 1, "\n1010\n2020\n");
	expect_kernel(SM_RAW, 1, 1, "\n1010\n");
	/* nobody said that there are some */
	expect_kernel(SM_BPFTRACE, 3, 0,
		      "\n        bpf_prog_1234_p0+16\n"
		      "        __traceiter_open+1\n        start+16\n");
}

/* The call at the end of a function that never comes back. */
Test(stack, return_address_behind_the_end)
{
	static const uint64_t words[] = { 0x2100, 0x2100, 0x1100 };

	expect_id(type_stack(&types, TY_KSTACK, SM_BPFTRACE, 127), 5, words,
		  sizeof(words), 0,
		  "\n        0x2100\n        helper+256\n        start+256\n");
}

Test(stack, nothing_is_two_ends_in_one)
{
	const struct type *t = type_stack(&types, TY_KSTACK, SM_RAW, 127);
	struct show show = { 0 };
	auto_buf struct buf text = { 0 };
	uint64_t id = 5;

	expect_id(t, 0, "", 0, 0, "\n");
	expect_id(t, 6, "", 0, 0, "\n");
	expect_id(t, 5, "", 0, 0, "\n");
	value_print(&show, t, &id, &text);
	cr_expect_str_eq(text.p, "\n", "nobody to ask");
}

/* More than there is room for, whatever the map says. */
Test(stack, length_is_not_trusted)
{
	struct stack_frames head = { .bytes = UINT32_MAX };
	struct str all = { (char *)&head, sizeof(head) };
	struct show show = { .stack = read_stack, .stacks = &all };
	auto_buf struct buf text = { 0 };
	uint64_t id = 5;

	value_print(&show, type_stack(&types, TY_KSTACK, SM_RAW, 127), &id,
		    &text);
	all.n = 3;
	value_print(&show, type_stack(&types, TY_KSTACK, SM_RAW, 127), &id,
		    &text);
	cr_expect_str_eq(text.p, "\n\n");
}
