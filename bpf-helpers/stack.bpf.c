/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

#define BLOCK  8 /* words between looks at the end */
#define EXISTS (-17)
#define SHORT  16 /* words: most stacks have fewer */
#define NEW    1 /* BPF_NOEXIST */
#define USER   256 /* BPF_F_USER_STACK */

/* Of the words of a block, which are multiplied at the same time. */
#define K0 0xa0761d6478bd642full
#define K1 0xe7037ed1a0b428dbull
#define K2 0x8ebc6af09c88c6e3ull
#define K3 0x589965cc75374cc3ull
#define K4 0x1d8e4e27c47d124full
#define K5 0xeb44accab455d165ull
#define K6 0xd6e8feb86659fd93ull
#define K7 0xc2b2ae3d27d4eb4full

static ESPY_FUNC uint64_t mix(uint64_t h, uint64_t x)
{
	h = (h ^ x) * 0x9e3779b97f4a7c15ull;
	return h ^ h >> 29;
}

/* Words behind the end are 0 up to max. The number is read from memory each
 * time: the verifier then looks at what follows once, not for each length. */
ESPY_FUNC uint64_t espy_stack_hash(const struct stack_frames *s, uint64_t max)
{
	volatile const uint32_t *bytes = &s->bytes;
	uint64_t h = mix(*bytes, s->pid), i;

	for (i = 0; i + BLOCK <= max && i * 8 < *bytes; i += BLOCK) {
		const uint64_t *w = s->words + i;
		uint64_t a = w[0] * K0 + w[1] * K1 + w[2] * K2 + w[3] * K3;
		uint64_t b = w[4] * K4 + w[5] * K5 + w[6] * K6 + w[7] * K7;

		h = mix(mix(h, a), b);
	}
	if (i + BLOCK > max)
		for (i = max / BLOCK * BLOCK; i < max; i++)
			h = mix(h, s->words[i]);
	h &= ~(1ull << 63);
	return h ? h : 1;
}

/* Ids of stacks that are in the map, which nothing is taken out of: these need
 * not be looked up. */
uint64_t espy_known_stacks[KNOWN_STACKS];

static ESPY_FUNC int64_t keep_stack(void *map, struct stack_frames *s,
				    uint64_t max, uint32_t bytes, uint64_t pid)
{
	uint64_t id;
	uint64_t *known;
	int64_t rc;

	s->bytes = bytes;
	s->pid = (uint32_t)pid;
	id = espy_stack_hash(s, max);
	known = &espy_known_stacks[id % KNOWN_STACKS];
	if (*known == id)
		return (int64_t)id;
	if (!map_lookup(map, &id)) {
		s->time = ktime_get_ns();
		rc = (int32_t)map_update(map, &id, s, NEW);
		if (rc && rc != EXISTS)
			return rc;
	}
	*known = id;
	return (int64_t)id;
}

ESPY_FUNC int64_t espy_stack_take(void *ctx, void *map, struct stack_frames *s,
				  uint64_t max, uint64_t flags, uint64_t pid)
{
	uint32_t size = (uint32_t)max * 8;
	int64_t rc = SHORT * 8;

	if (max > SHORT && s->bytes < SHORT * 8)
		rc = get_stack(ctx, s->words, SHORT * 8, flags);
	if (rc >= SHORT * 8 || max <= SHORT)
		rc = get_stack(ctx, s->words, size, flags);
	if (!rc && pid == STACK_OF_TASK && !(flags & USER))
		rc = get_task_stack(get_current(), s->words, size, 0);
	if (rc < 0)
		return rc;
	return keep_stack(map, s, max, (uint32_t)rc, pid);
}

ESPY_FUNC int64_t espy_stack_keep(void *map, struct stack_frames *s,
				  uint64_t max, uint64_t n, uint64_t pid)
{
	uint64_t i, at;

	for (i = 0; i < BLOCK; i++) { /* what is hashed, too */
		at = n + i;
		opaque(at);
		if (at < max)
			s->words[at] = 0;
	}
	return keep_stack(map, s, max, (uint32_t)n * 8, pid);
}

ESPY_FUNC int64_t espy_stack_bytes(void *map, uint64_t id)
{
	struct stack_frames *s = map_lookup(map, &id);

	return s ? s->bytes : 0;
}
