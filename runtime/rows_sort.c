/* SPDX-License-Identifier: Apache-2.0 */
/* Rows in order. Where key and value are numbers, a large map is sorted by
 * their digits: in linear time, and without going back to memory that is all
 * over the place for each comparison. */
#include <stdlib.h>

#include "base/mem.h"
#include "runtime/maps.h"
#include "runtime/value.h"

#define LARGE  4096 /* rows */
#define DIGITS 8
#define BASE   256

struct sorting {
	const struct map_handle *m;
	bool by_value, is_down;
};

/* --- by comparison -------------------------------------------------------- */

static int compare_rows(const void *pa, const void *pb, void *sorting)
{
	const struct sorting *s = sorting;
	const struct row *a = pa, *b = pb;
	int order = 0;

	if (s->by_value)
		order = value_compare(s->m->value, a->value, b->value);
	if (s->is_down)
		order = -order;
	if (order)
		return order;
	order = a->key ? value_compare(s->m->key, a->key, b->key) : 0;
	return s->is_down && !s->by_value ? -order : order;
}

/* --- by digits ------------------------------------------------------------ */

struct ranked {
	uint64_t rank;
	struct row row;
};

/* From one to the other, stable. */
static void scatter(const struct ranked *from, struct ranked *to, size_t n,
		    unsigned int digit, const size_t *counts)
{
	size_t at[BASE], sum = 0, i;

	for (i = 0; i < BASE; i++) {
		at[i] = sum;
		sum += counts[i];
	}
	for (i = 0; i < n; i++)
		to[at[from[i].rank >> 8 * digit & (BASE - 1)]++] = from[i];
}

/* Those that all rows have in common are left out. Returns where they are. */
static struct ranked *by_digits(struct ranked *v, struct ranked *other,
				size_t n)
{
	size_t counts[DIGITS][BASE] = { 0 }, i;
	struct ranked *swap;
	unsigned int d;

	for (i = 0; i < n; i++)
		for (d = 0; d < DIGITS; d++)
			counts[d][v[i].rank >> 8 * d & (BASE - 1)]++;
	for (d = 0; d < DIGITS; d++) {
		if (counts[d][v[0].rank >> 8 * d & (BASE - 1)] == n)
			continue;
		scatter(v, other, n, d, counts[d]);
		swap = v;
		v = other;
		other = swap;
	}
	return v;
}

static void rank_keys(const struct sorting *s, struct ranked *v, size_t n)
{
	uint64_t flip = s->is_down && !s->by_value ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++)
		v[i].rank = value_rank(s->m->key, v[i].row.key) ^ flip;
}

static void rank_values(const struct sorting *s, struct ranked *v, size_t n)
{
	uint64_t flip = s->is_down ? UINT64_MAX : 0;

	for (size_t i = 0; i < n; i++)
		v[i].rank = value_rank(s->m->value, v[i].row.value) ^ flip;
}

static void sort_large(const struct sorting *s, struct rows *r)
{
	struct ranked *v = xmalloc(r->n * sizeof(*v)), *first = v;
	struct ranked *other = xmalloc(r->n * sizeof(*v)), *second = other;
	size_t i;

	for (i = 0; i < r->n; i++)
		v[i].row = r->v[i];
	rank_keys(s, v, r->n);
	v = by_digits(v, other, r->n);
	if (s->by_value) {
		other = v == first ? second : first;
		rank_values(s, v, r->n);
		v = by_digits(v, other, r->n);
	}
	for (i = 0; i < r->n; i++)
		r->v[i] = v[i].row;
	free(first);
	free(second);
}

void rows_sort(const struct map_handle *m, struct rows *r, bool by_value,
	       bool is_down)
{
	struct sorting s = { m, by_value, is_down };

	if (!r->n)
		return;
	if (r->n >= LARGE && m->key && value_has_rank(m->key) &&
	    (!by_value || value_has_rank(m->value)))
		sort_large(&s, r);
	else
		qsort_r(r->v, r->n, sizeof(*r->v), compare_rows, &s);
}
