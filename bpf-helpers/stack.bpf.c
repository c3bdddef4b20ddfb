/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

#define BLOCK  8 /* words between looks at the end */
#define EXISTS (-17)
#define NEW    1 /* BPF_NOEXIST */
#define USER   256 /* BPF_F_USER_STACK */

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

		h = mix(mix(mix(mix(h, w[0]), w[1]), w[2]), w[3]);
		h = mix(mix(mix(mix(h, w[4]), w[5]), w[6]), w[7]);
	}
	if (i + BLOCK > max)
		for (i = max / BLOCK * BLOCK; i < max; i++)
			h = mix(h, s->words[i]);
	h &= ~(1ull << 63);
	return h ? h : 1;
}

static ESPY_FUNC int64_t keep_stack(void *map, struct stack_frames *s,
				    uint64_t max, uint32_t bytes, uint64_t pid)
{
	uint64_t id;
	int64_t rc;

	s->bytes = bytes;
	s->pid = (uint32_t)pid;
	id = espy_stack_hash(s, max);
	if (map_lookup(map, &id))
		return (int64_t)id;
	s->time = ktime_get_ns();
	rc = (int32_t)map_update(map, &id, s, NEW);
	return rc && rc != EXISTS ? rc : (int64_t)id;
}

ESPY_FUNC int64_t espy_stack_take(void *ctx, void *map, struct stack_frames *s,
				  uint64_t max, uint64_t flags, uint64_t pid)
{
	uint32_t size = (uint32_t)max * 8;
	int64_t rc = get_stack(ctx, s->words, size, flags);

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
