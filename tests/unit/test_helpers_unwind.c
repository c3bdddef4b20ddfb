/* SPDX-License-Identifier: Apache-2.0 */
/* bpf-helpers/unwind.bpf.c compiled for this machine: what each kind of row
 * means, on a stack made by hand. */
#include <criterion/criterion.h>

#include "espy.h"

extern void *(*lookup_instead)(void *map, const void *key);

#define CODE    0x400000 /* where the file is mapped */
#define SHIFT   0x1000 /* offset of that in the file */
#define STACK   0x7000
#define WORDS   64 /* of it */
#define ROWS    (3 * UNWIND_ROWS)
#define MAX     16
#define IP(row) (CODE + 16 * (uint64_t)(row))

static uint64_t memory[WORDS]; /* at STACK */
static uint64_t regs[21];
static struct unwind_process process;
static struct unwind_page pages[ROWS / UNWIND_ROWS];
static struct unwind_state state;
static union {
	struct stack_frames frames;
	char bytes[sizeof(struct stack_frames) + MAX * 8];
} taken;
static bool is_known, is_late;
static uint64_t n_late, n_asks;

enum {
	PROCESSES,
	PAGES,
	ASKS,
	LATE,
	MAPS
};
static char maps[MAPS];

long read_user(void *to, uint32_t size, const void *from)
{
	uint64_t at = (uint64_t)(uintptr_t)from;

	if (at < STACK || at + size > STACK + sizeof(memory))
		return -14;
	memcpy(to, (char *)memory + (at - STACK), size);
	return 0;
}

long read_kernel(void *to, uint32_t size, const void *from)
{
	memcpy(to, from, size);
	return 0;
}

void *task_pt_regs(void *task)
{
	(void)task;
	return regs;
}

long ringbuf_output(void *ring, const void *data, uint64_t size, uint64_t flags)
{
	cr_expect_eq(ring, &maps[ASKS]);
	cr_expect(size == 8 && *(const uint64_t *)data == 77 && !flags);
	n_asks++;
	is_late = true;
	n_late = 1;
	return 0;
}

static void *lookup(void *map, const void *key)
{
	uint32_t page;

	if (map == &maps[PROCESSES])
		return is_known ? &process : NULL;
	if (map == &maps[LATE])
		return is_late ? &n_late : NULL;
	cr_assert_eq(map, &maps[PAGES]);
	memcpy(&page, key, sizeof(page));
	return page < ROWS / UNWIND_ROWS ? &pages[page] : NULL;
}

/* Row i is for 16 bytes from IP(i) on; those not set are unknown. */
static void set_row(uint32_t i, enum unwind_how how, int32_t frame,
		    enum unwind_bp bp_how, int16_t bp)
{
	struct unwind_row *row = &pages[i / UNWIND_ROWS].rows[i % UNWIND_ROWS];

	row->how = how;
	row->frame = frame;
	row->bp_how = bp_how;
	row->bp = bp;
}

static void setup(void)
{
	uint32_t i;

	lookup_instead = lookup;
	is_known = true;
	for (i = 0; i < ROWS; i++)
		pages[i / UNWIND_ROWS].rows[i % UNWIND_ROWS].start =
			SHIFT + 16 * i;
	process.n = 3;
	process.maps[0] = (struct unwind_map){ 0x1000, 0x2000, 0, 0, 0 };
	process.maps[1] =
		(struct unwind_map){ CODE, IP(ROWS), SHIFT - (uint64_t)CODE, 0,
				     ROWS / UNWIND_ROWS };
	process.maps[2] =
		(struct unwind_map){ IP(ROWS) + 64, IP(ROWS) + 128, 0, 0, 0 };
	regs[17] = 0x33; /* cs: the process's */
	regs[4] = 0; /* bp */
	regs[19] = STACK;
}

TestSuite(unwind, .init = setup);

static int64_t begin(uint64_t ip)
{
	regs[16] = ip;
	return espy_unwind_begin(&state, &maps[PROCESSES], &maps[ASKS],
				 &maps[LATE], 77);
}

/* The frames, up to the end. */
static uint64_t walk(uint64_t ip)
{
	int i;

	cr_assert_eq(begin(ip), 1);
	for (i = 0; i < MAX; i++)
		if (espy_unwind_step(&state, &taken.frames, MAX,
				     &maps[PROCESSES], &maps[PAGES]))
			break;
	return state.n;
}

#define expect_frames(ip, ...)                                              \
	do {                                                                \
		const uint64_t want_[] = { __VA_ARGS__ };                   \
		cr_expect_eq(walk(ip), ARRAY_SIZE(want_));                  \
		cr_expect_arr_eq(taken.frames.words, want_, sizeof(want_)); \
	} while (0)

#define ARRAY_SIZE(a) (sizeof(a) / sizeof(*(a)))

/* Return addresses count as what is in front of them. */
Test(unwind, by_stack_pointer)
{
	set_row(0, UNWIND_SP, 8, UNWIND_BP_SAME, 0);
	set_row(1, UNWIND_SP, 24, UNWIND_BP_SAME, 0);
	set_row(150, UNWIND_END, 0, UNWIND_BP_SAME, 0);
	memory[0] = IP(2); /* a call at the end of row 1 */
	memory[3] = IP(150) + 5;
	expect_frames(IP(0), IP(0), IP(2), IP(150) + 5);
	expect_frames(IP(150), IP(150));
	cr_expect_eq(state.is_call, 0);
}

Test(unwind, by_base_pointer)
{
	set_row(70, UNWIND_BP, 16, UNWIND_BP_FRAME, -16);
	set_row(71, UNWIND_BP, 16, UNWIND_BP_FRAME, -16);
	set_row(191, UNWIND_END, 0, UNWIND_BP_SAME, 0);
	regs[4] = STACK + 8 * 10;
	memory[10] = STACK + 8 * 20;
	memory[11] = IP(71) + 3;
	memory[20] = 5;
	memory[21] = IP(191) + 9;
	expect_frames(IP(70) + 15, IP(70) + 15, IP(71) + 3, IP(191) + 9);
	cr_expect_eq(state.bp, 5);
}

/* A stack that was aligned: where the frame is, is kept in it. */
Test(unwind, kept_addresses)
{
	set_row(3, UNWIND_AT_BP, -8, UNWIND_BP_AT_BP, 0);
	set_row(4, UNWIND_AT_SP, 16, UNWIND_BP_LOST, 0);
	set_row(5, UNWIND_END, 0, UNWIND_BP_SAME, 0);
	regs[4] = STACK + 8 * 4;
	memory[3] = STACK + 8 * 12;
	memory[4] = 1234;
	memory[11] = IP(4) + 1;
	memory[14] = STACK + 8 * 30;
	memory[29] = IP(5) + 1;
	expect_frames(IP(3), IP(3), IP(4) + 1, IP(5) + 1);
	cr_expect_eq(state.bp, 1234);
}

Test(unwind, stub)
{
	set_row(8, UNWIND_STUB, 0, UNWIND_BP_SAME, 0);
	set_row(9, UNWIND_END, 0, UNWIND_BP_SAME, 0);
	memory[0] = IP(9) + 2;
	memory[1] = IP(9) + 4;
	expect_frames(IP(8) + 10, IP(8) + 10, IP(9) + 2);
	expect_frames(IP(8) + 11, IP(8) + 11, IP(9) + 4);
}

/* What a signal interrupted is no call. */
Test(unwind, signal)
{
	set_row(10, UNWIND_SIGNAL, 0, UNWIND_BP_SAME, 0);
	set_row(11, UNWIND_END, 0, UNWIND_BP_SAME, 0);
	memory[15] = 99; /* rbp */
	memory[20] = STACK + 8 * 40;
	memory[21] = IP(11);
	expect_frames(IP(10), IP(10), IP(11));
	cr_expect_eq(state.bp, 99);
	cr_expect_eq(state.sp, STACK + 8 * 40);
}

Test(unwind, by_frame_pointers_where_nothing_is_known)
{
	regs[4] = STACK + 8;
	memory[1] = STACK + 8 * 5;
	memory[2] = 0x1800; /* a file without a table */
	memory[5] = 0;
	memory[6] = IP(ROWS) + 5; /* between files */
	expect_frames(IP(20), IP(20), 0x1800, IP(ROWS) + 5);
}

Test(unwind, failures)
{
	set_row(0, UNWIND_SP, 8 * WORDS + 8, UNWIND_BP_SAME, 0);
	set_row(1, UNWIND_SP, 0, UNWIND_BP_SAME, 0);
	set_row(2, UNWIND_BP, 16, UNWIND_BP_FRAME, -16);
	expect_frames(IP(0), IP(0), UNWIND_FAILURE);
	expect_frames(IP(2), IP(2), UNWIND_FAILURE);
	regs[19] = STACK + 8;
	memory[0] = IP(1);
	expect_frames(IP(1), IP(1), UNWIND_FAILURE); /* goes nowhere */
}

Test(unwind, ends_where_there_is_no_room)
{
	uint64_t i;

	set_row(0, UNWIND_SP, 8, UNWIND_BP_SAME, 0);
	for (i = 0; i < WORDS; i++)
		memory[i] = IP(0) + 1;
	cr_expect_eq(walk(IP(0)), MAX);
	cr_expect_eq(taken.frames.words[MAX - 1], IP(0) + 1);
}

Test(unwind, asks_once_and_counts)
{
	is_known = false;
	cr_expect_eq(begin(IP(0)), 0);
	cr_expect_eq(begin(IP(0)), 0);
	cr_expect_eq(begin(IP(0)), 0);
	cr_expect_eq(n_asks, 1);
	cr_expect_eq(n_late, 3);
	regs[17] = 0x10; /* a thread of the kernel */
	cr_expect_lt(begin(IP(0)), 0);
}
