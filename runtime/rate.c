/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rate.h"

#include <stdlib.h>

const struct type rate_type = {
	.kind = TY_INT, .size = 8, .align = 8, .is_signed = true
};

struct rate {
	int64_t since;
	size_t n;
	char *keys; /* sorted by their bytes */
	int64_t *numbers;
};

bool rate_can(const struct type *value)
{
	return value->kind == TY_COUNT || value->kind == TY_SUM ||
	       value->kind == TY_INT;
}

static struct rate *state(struct map_handle *m)
{
	if (!m->rate)
		m->rate = xzalloc(sizeof(*m->rate));
	return m->rate;
}

void rate_begin(struct map_handle *m, int64_t now)
{
	state(m)->since = now;
}

void rate_restart(struct map_handle *m)
{
	if (!m->rate)
		return;
	free(m->rate->keys);
	free(m->rate->numbers);
	m->rate->keys = NULL;
	m->rate->numbers = NULL;
	m->rate->n = 0;
}

void rate_free(struct map_handle *m)
{
	rate_restart(m);
	free(m->rate);
	m->rate = NULL;
}

/* --- what was there ------------------------------------------------------- */

static int compare_bytes(const void *pa, const void *pb, void *handle)
{
	const struct map_handle *m = handle;
	const struct row *a = pa, *b = pb;

	return a->key ? memcmp(a->key, b->key, m->key->size) : 0;
}

static int64_t before(const struct map_handle *m, const struct row *row)
{
	const struct rate *r = m->rate;
	size_t low = 0, high = r->n, at;
	int order;

	while (low < high) {
		at = low + (high - low) / 2;
		order = row->key ? memcmp(row->key, r->keys + at * m->key->size,
					  m->key->size)
				 : 0;
		if (!order)
			return r->numbers[at];
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return 0;
}

static int64_t number(const struct map_handle *m, const struct row *row)
{
	return (int64_t)value_ops[m->value->kind].number(m->value, row->value);
}

/* Rows that are sorted by their keys' bytes. */
static void keep(struct map_handle *m, const struct rows *rows)
{
	struct rate *r = m->rate;
	size_t i, key = m->plan->key ? m->key->size : 0;

	rate_restart(m);
	r->n = rows->n;
	r->keys = xzalloc(rows->n * key + 1);
	r->numbers = xzalloc((rows->n + 1) * sizeof(*r->numbers));
	for (i = 0; i < rows->n; i++) {
		if (key)
			memcpy(r->keys + i * key, rows->v[i].key, key);
		r->numbers[i] = number(m, &rows->v[i]);
	}
}

/* --- the rate ------------------------------------------------------------- */

/* One that was deleted meanwhile starts from zero. */
static int64_t per_second(int64_t value, int64_t old, int64_t elapsed)
{
	__int128 grown = value;
	bool is_less;

	if (old > 0 ? value >= old : value <= old)
		grown -= old;
	if (elapsed <= 0)
		elapsed = 1;
	is_less = grown < 0;
	grown = (is_less ? -grown : grown) * 1000000000 + elapsed / 2;
	grown /= elapsed;
	if (grown > INT64_MAX)
		grown = INT64_MAX;
	return (int64_t)(is_less ? -grown : grown);
}

void rate_apply(struct map_handle *m, struct rows *rows, int64_t now,
		bool is_taken)
{
	struct rate *r = state(m);
	auto_free int64_t *rates = xzalloc((rows->n + 1) * sizeof(*rates));
	char *values = xzalloc((rows->n + 1) * sizeof(int64_t));
	size_t i;

	if (rows->n)
		qsort_r(rows->v, rows->n, sizeof(*rows->v), compare_bytes, m);
	for (i = 0; i < rows->n; i++)
		rates[i] = per_second(number(m, &rows->v[i]),
				      before(m, &rows->v[i]), now - r->since);
	r->since = now;
	if (is_taken)
		rate_restart(m);
	else
		keep(m, rows);
	for (i = 0; i < rows->n; i++) {
		rows->v[i].value = values + i * sizeof(int64_t);
		memcpy(rows->v[i].value, &rates[i], sizeof(int64_t));
	}
	free(rows->values);
	rows->values = values;
}
