/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/tseries.h"

#include <inttypes.h>
#include <time.h>

#include "plan/abi.h"

#define TIME_WIDTH 18 /* hh:mm:ss and nine digits */
#define PLOT_WIDTH 51

/* --- slots ---------------------------------------------------------------- */

static struct agg_slot slot(const void *p, uint32_t i)
{
	struct agg_slot s;

	memcpy(&s, (const char *)p + i * sizeof(s), sizeof(s));
	return s;
}

static bool is_less(const struct type *t, uint64_t a, uint64_t b)
{
	return t->is_signed ? (int64_t)a < (int64_t)b : a < b;
}

/* Both are of one interval. */
static void combine(const struct type *t, struct agg_slot *a,
		    const struct agg_slot *b)
{
	bool is_taken = false;

	switch ((enum tseries_kind)t->bits) {
	case TSERIES_AVG: a->meta += b->meta; /* fallthrough */
	case TSERIES_SUM: a->value += b->value; return;
	case TSERIES_MAX: is_taken = is_less(t, a->value, b->value); break;
	case TSERIES_MIN: is_taken = is_less(t, b->value, a->value); break;
	case TSERIES_LAST: is_taken = b->meta > a->meta; break;
	case TSERIES_N: return;
	}
	if (is_taken)
		*a = *b;
}

void tseries_merge(const struct type *t, void *into, const void *from)
{
	uint32_t i;

	for (i = 0; i < t->count; i++) {
		struct agg_slot a = slot(into, i), b = slot(from, i);

		if (b.epoch > a.epoch)
			a = b;
		else if (b.epoch && b.epoch == a.epoch)
			combine(t, &a, &b);
		memcpy((char *)into + i * sizeof(a), &a, sizeof(a));
	}
}

static uint64_t quotient(const struct type *t, uint64_t n, uint64_t div)
{
	if (t->is_signed && div <= INT64_MAX)
		return (uint64_t)((int64_t)n / (int64_t)div);
	return n / div;
}

void tseries_divide(const struct type *t, void *p, uint64_t div)
{
	uint32_t i;

	for (i = 0; i < t->count; i++) {
		struct agg_slot s = slot(p, i);

		s.value = quotient(t, s.value, div);
		memcpy((char *)p + i * sizeof(s), &s, sizeof(s));
	}
}

uint32_t tseries_rows(const struct type *t, const void *p, struct agg_slot *v)
{
	uint64_t first = UINT64_MAX, last = 0;
	uint32_t i;

	for (i = 0; i < t->count; i++)
		if (slot(p, i).epoch > last)
			last = slot(p, i).epoch;
	for (i = 0; i < t->count; i++) {
		struct agg_slot s = slot(p, i);

		/* older ones are left from before a pause */
		if (s.epoch && last - s.epoch < t->count && s.epoch < first)
			first = s.epoch;
	}
	if (!last)
		return 0;
	memset(v, 0, (last - first + 1) * sizeof(*v));
	for (i = 0; i < t->count; i++) {
		struct agg_slot s = slot(p, i);

		if (s.epoch < first || s.epoch > last)
			continue;
		if (t->bits == TSERIES_AVG && s.meta)
			s.value = quotient(t, s.value, s.meta);
		v[s.epoch - first] = s;
	}
	return (uint32_t)(last - first + 1);
}

/* --- the graph ------------------------------------------------------------ */

/* By how much the clock of the intervals is ahead of the date: whole seconds,
 * so that when they were read does not matter. */
static int64_t leap_seconds(void)
{
	struct timespec real, tai;

	clock_gettime(CLOCK_REALTIME, &real);
	clock_gettime(CLOCK_TAI, &tai);
	return tai.tv_sec - real.tv_sec - (tai.tv_nsec < real.tv_nsec);
}

int64_t tseries_start(const struct type *t, uint64_t epoch)
{
	return (int64_t)(epoch * (uint64_t)t->step) -
	       leap_seconds() * 1000000000;
}

static void add_value(struct buf *out, const struct type *t, uint64_t n)
{
	if (t->is_signed)
		buf_printf(out, "%" PRId64, (int64_t)n);
	else
		buf_printf(out, "%" PRIu64, n);
}

struct range {
	uint64_t min, max;
};

static struct range range_of(const struct type *t, const struct agg_slot *v,
			     uint32_t n)
{
	struct range r = { v[0].value, v[0].value };
	uint32_t i;

	for (i = 1; i < n; i++) {
		if (!v[i].epoch)
			continue;
		if (is_less(t, v[i].value, r.min))
			r.min = v[i].value;
		if (is_less(t, r.max, v[i].value))
			r.max = v[i].value;
	}
	if (r.min != r.max)
		return r;
	/* One value is in the middle, unless that cannot be. */
	r.min -= r.min != (t->is_signed ? (uint64_t)INT64_MIN : 0);
	r.max += r.max != (t->is_signed ? (uint64_t)INT64_MAX : UINT64_MAX);
	return r;
}

static void add_bounds(struct buf *out, const struct type *t,
		       const struct range *r)
{
	size_t start;

	buf_pad(out, ' ', TIME_WIDTH + 1);
	start = out->n;
	add_value(out, t, r->min);
	if (out->n - start < PLOT_WIDTH + 1)
		buf_pad(out, ' ', PLOT_WIDTH + 1 - (out->n - start));
	add_value(out, t, r->max);
	buf_putc(out, '\n');
}

static void add_rule(struct buf *out, const char *label, char end)
{
	buf_printf(out, "%-*s %c", TIME_WIDTH, label, end);
	buf_pad(out, '_', PLOT_WIDTH);
	buf_putc(out, end);
	buf_putc(out, '\n');
}

static void add_row(struct buf *out, const struct type *t,
		    const struct range *r, const struct agg_slot *s)
{
	double span = (double)(r->max - r->min);
	size_t at =
		(size_t)((double)(s->value - r->min) / span * (PLOT_WIDTH - 1));

	if (!s->epoch) {
		buf_puts(out, " |");
		buf_pad(out, ' ', PLOT_WIDTH);
		buf_puts(out, "| -\n");
		return;
	}
	buf_puts(out, " |");
	buf_pad(out, ' ', at);
	buf_putc(out, '*');
	buf_pad(out, ' ', PLOT_WIDTH - 1 - at);
	buf_puts(out, "| ");
	add_value(out, t, s->value);
	buf_putc(out, '\n');
}

void tseries_print(const struct show *s, const struct type *t, const void *p,
		   struct buf *out)
{
	struct agg_slot v[TSERIES_SLOTS];
	uint32_t i, n = tseries_rows(t, p, v);
	struct range r;

	if (!n)
		return;
	r = range_of(t, v, n);
	add_bounds(out, t, &r);
	add_rule(out, "hh:mm:ss.ns", '|');
	for (i = 0; i < n; i++) {
		int64_t at = tseries_start(t, v[0].epoch + i);

		value_print_time(s, (uint64_t)(at - s->boot_to_real),
				 STR("%H:%M:%S.%k"), out);
		add_row(out, t, &r, &v[i]);
	}
	add_rule(out, "", 'v');
	add_bounds(out, t, &r);
}
