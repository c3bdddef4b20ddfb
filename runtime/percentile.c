/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/percentile.h"

#include <stdlib.h>

#include "runtime/hist.h"

/* The value in the middle of `at` and `at + 1` of n that are spread evenly. */
static int64_t within(const struct type *t, uint32_t bucket, uint64_t at,
		      uint64_t n)
{
	struct hist_range r = hist_range(t, bucket);
	uint64_t width;

	if (r.is_open_below)
		return (int64_t)r.last;
	if (r.is_open_above)
		return r.first;
	width = r.last - (uint64_t)r.first;
	return (int64_t)((uint64_t)r.first +
			 (uint64_t)((unsigned __int128)width * (2 * at + 1) /
				    (2 * (unsigned __int128)n)));
}

int64_t percentile(const struct type *t, const void *hist, double percent)
{
	uint64_t total = hist_total(t, hist), rank, n, before = 0;
	double exact = (double)total * percent / 100;
	uint32_t i;

	if (!total)
		return 0;
	/* the smallest rank that has that many at or below it */
	rank = (uint64_t)exact;
	if ((double)rank < exact)
		rank++;
	rank = rank ? rank : 1;
	rank = rank < total ? rank : total;
	for (i = 0; i < hist_buckets(t); i++) {
		n = hist_count(hist, i);
		if (rank <= before + n)
			return within(t, i, rank - before - 1, n);
		before += n;
	}
	return 0;
}

#define MAX_PERCENTS 32

/* --- of a map ------------------------------------------------------------- */

static uint32_t parse(struct str text, double *out)
{
	uint32_t n = 0;

	while (n < MAX_PERCENTS && plan_next_percent(&text, &out[n]))
		n++;
	return n;
}

static const struct type *make_type(struct arena *a, struct str text,
				    uint32_t n)
{
	static const struct type number = {
		.kind = TY_INT, .size = 8, .align = 8, .is_signed = true
	};
	struct type *t = arena_new(a, struct type);
	struct field *fields = arena_alloc(a, n * sizeof(*fields));
	uint32_t i;

	for (i = 0; i < n; i++) {
		struct str word = str_split(text, ' ', &text);

		fields[i].name = str_printf(a, "p%.*s", STR_ARG(word));
		fields[i].type = &number;
		fields[i].offset = 8 * i;
	}
	*t = (struct type){ .kind = TY_RECORD,
			    .size = 8 * n,
			    .align = 8,
			    .fields = fields,
			    .n_fields = n };
	return t;
}

void percentile_of(struct percentiles *p, const struct map_handle *m,
		   struct rows *rows, struct str text)
{
	double percents[MAX_PERCENTS];
	uint32_t i, n = parse(text, percents);
	char *values = xzalloc((rows->n + 1) * n * sizeof(int64_t));
	size_t row;

	*p = (struct percentiles){ .handle = *m };
	p->handle.value = make_type(&p->arena, text, n);
	for (row = 0; row < rows->n; row++) {
		char *value = values + row * n * sizeof(int64_t);

		for (i = 0; i < n; i++) {
			int64_t x = percentile(m->value, rows->v[row].value,
					       percents[i]);

			memcpy(value + i * sizeof(x), &x, sizeof(x));
		}
		rows->v[row].value = value;
	}
	free(rows->values);
	rows->values = values;
}

void percentile_free(struct percentiles *p)
{
	arena_free(&p->arena);
}
