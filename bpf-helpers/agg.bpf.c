/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

static ESPY_FUNC int is_less(uint64_t a, uint64_t b, uint64_t is_signed)
{
	return is_signed ? (int64_t)a < (int64_t)b : a < b;
}

ESPY_FUNC int64_t espy_min(struct agg_minmax *p, uint64_t n, uint64_t is_signed)
{
	if (p->is_set && !is_less(n, p->value, is_signed))
		return 0;
	p->value = n;
	p->is_set = 1;
	return 0;
}

ESPY_FUNC int64_t espy_max(struct agg_minmax *p, uint64_t n, uint64_t is_signed)
{
	if (p->is_set && !is_less(p->value, n, is_signed))
		return 0;
	p->value = n;
	p->is_set = 1;
	return 0;
}

ESPY_FUNC int64_t espy_avg(struct agg_avg *p, uint64_t n)
{
	p->total += n;
	p->count++;
	return 0;
}

/* n * n of 128 bits, by halves: BPF multiplies 64. */
ESPY_FUNC int64_t espy_stddev(struct agg_stddev *p, uint64_t n,
			      uint64_t is_signed)
{
	uint64_t size = is_signed && (int64_t)n < 0 ? -n : n;
	uint64_t low = size & 0xffffffff, high = size >> 32;
	uint64_t middle = low * high, bottom = low * low;
	uint64_t top = high * high + (middle >> 31), sum = middle << 33;

	sum += bottom;
	top += sum < bottom;
	p->total += n;
	p->count++;
	p->squares[0] += sum;
	p->squares[1] += top + (p->squares[0] < sum);
	return 0;
}

ESPY_FUNC int64_t espy_read_sum(void *map, const void *key, uint64_t ncpus,
				uint64_t is_signed)
{
	uint64_t sum = 0, *p;
	uint32_t cpu;

	(void)is_signed;
	for (cpu = 0; cpu < MAX_CPUS && cpu < ncpus; cpu++) {
		p = map_lookup_percpu(map, key, cpu);
		if (p)
			sum += *p;
	}
	return sum;
}

ESPY_FUNC int64_t espy_read_min(void *map, const void *key, uint64_t ncpus,
				uint64_t is_signed)
{
	struct agg_minmax all = { 0, 0 }, *p;
	uint32_t cpu;

	for (cpu = 0; cpu < MAX_CPUS && cpu < ncpus; cpu++) {
		p = map_lookup_percpu(map, key, cpu);
		if (p && p->is_set)
			espy_min(&all, p->value, is_signed);
	}
	return all.value;
}

ESPY_FUNC int64_t espy_read_max(void *map, const void *key, uint64_t ncpus,
				uint64_t is_signed)
{
	struct agg_minmax all = { 0, 0 }, *p;
	uint32_t cpu;

	for (cpu = 0; cpu < MAX_CPUS && cpu < ncpus; cpu++) {
		p = map_lookup_percpu(map, key, cpu);
		if (p && p->is_set)
			espy_max(&all, p->value, is_signed);
	}
	return all.value;
}

/* Of signed numbers: the sign apart, see number.bpf.c. */
static ESPY_FUNC int64_t mean(uint64_t total, uint64_t count,
			      uint64_t is_signed)
{
	if (!count)
		return 0;
	if (!is_signed || (int64_t)total >= 0)
		return total / count;
	total = -total;
	opaque(total);
	return -(total / count);
}

ESPY_FUNC int64_t espy_read_avg(void *map, const void *key, uint64_t ncpus,
				uint64_t is_signed)
{
	uint64_t total = 0, count = 0;
	struct agg_avg *p;
	uint32_t cpu;

	for (cpu = 0; cpu < MAX_CPUS && cpu < ncpus; cpu++) {
		p = map_lookup_percpu(map, key, cpu);
		if (!p)
			continue;
		total += p->total;
		count += p->count;
	}
	return mean(total, count, is_signed);
}

ESPY_FUNC int64_t espy_reset(void *map, const void *key, uint64_t ncpus,
			     uint64_t size)
{
	volatile uint64_t *p;
	uint32_t cpu, i;

	for (cpu = 0; cpu < MAX_CPUS && cpu < ncpus; cpu++) {
		p = map_lookup_percpu(map, key, cpu);
		if (!p)
			continue;
		for (i = 0; i < size / 8; i++)
			p[i] = 0;
	}
	return 0;
}
