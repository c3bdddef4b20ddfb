/* SPDX-License-Identifier: Apache-2.0 */
/* bpf-helpers/stack.bpf.c compiled for this machine: which stacks are one, and
 * what is kept of them. */
#include <criterion/criterion.h>
#include <string.h>

#include "espy.h"

#define WORDS 13 /* a block and a part of one */

union room {
	struct stack_frames frames;
	char bytes[sizeof(struct stack_frames) + WORDS * 8];
};

/* What the kernel would do, in the test's memory. */
extern void *(*lookup_instead)(void *map, const void *key);

struct fake {
	const uint64_t *stack;
	long n; /* bytes of it, or an error */
	uint64_t flags; /* as they were given */
	uint64_t id; /* of what is kept; 0: nothing is */
	long refusal; /* of updates */
	int updates;
	union room kept; /* last: its size varies, to the compiler */
};

long get_stack(void *ctx, void *to, uint32_t size, uint64_t flags)
{
	struct fake *f = ctx;

	f->flags = flags;
	memset(to, 0, size);
	if (f->n > 0)
		memcpy(to, f->stack, (size_t)f->n);
	return f->n;
}

static struct fake *task; /* what get_task_stack() is asked about */

uint64_t ktime_get_ns(void)
{
	return 1234;
}

void *get_current(void)
{
	return task;
}

long get_task_stack(void *of, void *to, uint32_t size, uint64_t flags)
{
	return get_stack(of, to, size, flags);
}

void *(*lookup_instead)(void *map, const void *key); /* of another file */

void *map_lookup(void *map, const void *key)
{
	struct fake *f = map;

	if (lookup_instead)
		return lookup_instead(map, key);
	return f->id && !memcmp(key, &f->id, 8) ? &f->kept : NULL;
}

long map_update(void *map, const void *key, const void *value, uint64_t flags)
{
	struct fake *f = map;

	if (lookup_instead)
		return 0;
	cr_expect_eq(flags, 1, "only what is new");
	f->updates++;
	if (f->refusal)
		return f->refusal;
	memcpy(&f->id, key, 8);
	memcpy(&f->kept, value, sizeof(f->kept));
	return 0;
}

static const uint64_t some[WORDS] = {
	1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
};

static int64_t take(struct fake *f, uint64_t pid)
{
	union room room;

	memset(&room, 0xff, sizeof(room));
	memset(espy_known_stacks, 0, sizeof(espy_known_stacks));
	return espy_stack_take(f, f, &room.frames, WORDS, 256, pid);
}

Test(stack, is_kept_once)
{
	struct fake f = { .stack = some, .n = 10 * 8 };
	int64_t id = take(&f, 7);

	cr_assert_gt(id, 0);
	cr_expect_eq((uint64_t)id, f.id);
	cr_expect_eq(f.flags, 256);
	cr_expect_eq(f.kept.frames.bytes, 80);
	cr_expect_eq(f.kept.frames.pid, 7);
	cr_expect_arr_eq(f.kept.frames.words, some, 80);
	cr_expect_eq(take(&f, 7), id);
	cr_expect_eq(f.updates, 1);
	cr_expect_eq(espy_stack_bytes(&f, (uint64_t)id), 80);
	cr_expect_eq(espy_stack_bytes(&f, 12345), 0);
}

Test(stack, every_word_counts)
{
	uint64_t other[WORDS];
	struct fake f = { .stack = some, .n = sizeof(some) };
	int64_t id = take(&f, 7);

	for (size_t i = 0; i < WORDS; i++) {
		struct fake g = { .stack = other, .n = sizeof(other) };

		memcpy(other, some, sizeof(other));
		other[i] ^= 1ull << (5 * i);
		cr_expect_neq(take(&g, 7), id, "word %zu", i);
	}
}

/* Also words that are 0, the process, and how many there are. */
Test(stack, length_and_owner_count)
{
	static const uint64_t zeros[WORDS];
	int64_t ids[WORDS + 2];

	for (size_t i = 0; i < WORDS + 2; i++) {
		size_t n = i > WORDS ? WORDS : i;
		struct fake f = { .stack = zeros, .n = (long)n * 8 };

		ids[i] = take(&f, i > WORDS ? 8 : 7);
		for (size_t k = 0; k < i; k++)
			cr_expect_neq(ids[k], ids[i], "%zu and %zu", k, i);
	}
}

/* What is known to be there is not looked for. */
Test(stack, is_known)
{
	struct fake f = { .stack = some, .n = 10 * 8 };
	int64_t id = take(&f, 7);
	union room room;

	f.id = 0;
	cr_expect_eq(espy_stack_take(&f, &f, &room.frames, WORDS, 256, 7), id);
	cr_expect_eq(f.updates, 1);
	f.n = 9 * 8;
	cr_expect_neq(espy_stack_take(&f, &f, &room.frames, WORDS, 256, 7), id);
	cr_expect_eq(f.updates, 2);
	f.refusal = -7;
	f.n = 8 * 8;
	for (int i = 0; i < 2; i++)
		cr_expect_eq(espy_stack_take(&f, &f, &room.frames, WORDS, 256,
					     7),
			     -7, "what was refused is not known");
}

/* A context without registers of the kernel. */
Test(stack, of_the_task_instead)
{
	struct fake none = { .n = 0 };
	struct fake current = { .stack = some, .n = 24 };
	union room room;

	task = &current;
	espy_stack_take(&none, &none, &room.frames, WORDS, 0, STACK_OF_TASK);
	cr_expect_eq(none.kept.frames.bytes, 24);
	none.id = 0;
	espy_stack_take(&none, &none, &room.frames, WORDS, 0, 1);
	cr_expect_eq(none.kept.frames.bytes, 0);
	/* a process with the number 2 has its own */
	espy_stack_take(&none, &none, &room.frames, WORDS, 256, 2);
	cr_expect_eq(none.kept.frames.bytes, 0);
}

Test(stack, failures_are_told)
{
	struct fake fault = { .n = -14 };
	struct fake full = { .stack = some, .n = 8, .refusal = -7 };
	struct fake other_cpu = { .stack = some, .n = 8, .refusal = -17 };
	/* kernels before 6.4: only the lower half is the result */
	struct fake half = { .stack = some, .n = 8, .refusal = 0xfffffff9 };

	cr_expect_eq(take(&fault, 7), -14);
	cr_expect_eq(fault.updates, 0);
	cr_expect_eq(take(&full, 7), -7);
	cr_expect_gt(take(&other_cpu, 7), 0);
	cr_expect_eq(take(&half, 7), -7);
}
