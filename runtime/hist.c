/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/hist.h"

#include <inttypes.h>

#include "plan/abi.h"

#define LABEL_WIDTH 16
#define BAR_WIDTH   52

uint32_t hist_buckets(const struct type *t)
{
	return t->size / sizeof(uint64_t);
}

uint64_t hist_count(const void *p, uint32_t i)
{
	uint64_t n;

	memcpy(&n, (const char *)p + i * sizeof(n), sizeof(n));
	return n;
}

uint64_t hist_total(const struct type *t, const void *p)
{
	uint64_t total = 0;
	uint32_t i;

	for (i = 0; i < hist_buckets(t); i++)
		total += hist_count(p, i);
	return total;
}

/* n times 1024^k is written with k's letter. */
static void add_scaled(struct buf *out, uint64_t n, bool is_negative)
{
	static const char units[] = "KMGTPE";
	int k = 0;

	while (n && n % 1024 == 0 && units[k]) {
		n /= 1024;
		k++;
	}
	buf_printf(out, "%s%" PRIu64, is_negative ? "-" : "", n);
	if (k)
		buf_putc(out, units[k - 1]);
}

/* 2^64, the end of the last bucket, does not fit and comes as 0. */
static void add_limit(struct buf *out, uint64_t n)
{
	if (n)
		add_scaled(out, n, false);
	else
		buf_puts(out, "16E");
}

/* Where bucket i begins (not the first), and how many values it counts. */
static uint64_t hist_low(const struct type *t, uint32_t i, uint64_t *width)
{
	uint64_t index = i - 1ull;
	uint32_t power;

	*width = 1;
	if (index < 2ull << t->bits)
		return index;
	index -= 2ull << t->bits;
	power = (uint32_t)(index >> t->bits) + t->bits + 1;
	*width = 1ull << (power - t->bits);
	return (1ull << power) + (index & ((1ull << t->bits) - 1)) * *width;
}

static void hist_label(const struct type *t, uint32_t i, struct buf *out)
{
	uint64_t low, width;

	if (i == 0) {
		buf_puts(out, "(..., 0)");
		return;
	}
	low = hist_low(t, i, &width);
	if (i - 1ull < 2ull << t->bits) {
		buf_printf(out, "[%" PRIu64 "]", low);
		return;
	}
	buf_putc(out, '[');
	add_scaled(out, low, false);
	buf_puts(out, ", ");
	add_limit(out, low + width);
	buf_putc(out, ')');
}

static void add_linear(struct buf *out, const struct type *t, int64_t n)
{
	if (t->step % 1024 == 0)
		add_scaled(out, n < 0 ? -(uint64_t)n : (uint64_t)n, n < 0);
	else
		buf_printf(out, "%" PRId64, n);
}

/* Where bucket i, which is neither the first nor the last, begins and ends
 * (exclusive). */
static int64_t lhist_low(const struct type *t, uint32_t i, int64_t *high)
{
	uint64_t from = (uint64_t)t->min + (i - 1ull) * (uint64_t)t->step;

	*high = t->max;
	if ((uint64_t)t->max - from > (uint64_t)t->step)
		*high = (int64_t)(from + (uint64_t)t->step);
	return (int64_t)from;
}

static void lhist_label(const struct type *t, uint32_t i, struct buf *out)
{
	int64_t low, high;

	if (i == 0) {
		buf_puts(out, "(..., ");
		add_linear(out, t, t->min);
		buf_putc(out, ')');
		return;
	}
	buf_putc(out, '[');
	if (i == hist_buckets(t) - 1) {
		add_linear(out, t, t->max);
		buf_puts(out, ", ...)");
		return;
	}
	low = lhist_low(t, i, &high);
	add_linear(out, t, low);
	if ((uint64_t)high - (uint64_t)low > 1) {
		buf_puts(out, ", ");
		add_linear(out, t, high);
		buf_putc(out, ')');
		return;
	}
	buf_putc(out, ']');
}

struct hist_range hist_range(const struct type *t, uint32_t i)
{
	struct hist_range r = { .is_open_below = i == 0 };
	uint64_t width;
	int64_t high;

	if (t->kind == TY_LHIST && i == hist_buckets(t) - 1) {
		r.first = t->max;
		r.is_open_above = true;
	} else if (t->kind == TY_LHIST && i) {
		r.first = lhist_low(t, i, &high);
		r.last = (uint64_t)high - 1;
	} else if (t->kind == TY_LHIST) {
		r.last = (uint64_t)t->min - 1;
	} else if (i) {
		r.first = (int64_t)hist_low(t, i, &width);
		r.last = (uint64_t)r.first + width - 1;
	} else {
		r.last = UINT64_MAX; /* -1 */
	}
	return r;
}

bool hist_used(const struct type *t, const void *p, uint32_t *first,
	       uint32_t *last)
{
	bool is_used = false;
	uint32_t i;

	*first = *last = 0;
	for (i = 0; i < hist_buckets(t); i++) {
		if (!hist_count(p, i))
			continue;
		if (!is_used)
			*first = i;
		*last = i;
		is_used = true;
	}
	return is_used;
}

static void print_row(struct buf *out, size_t start, uint64_t count,
		      uint64_t max)
{
	size_t label = out->n - start;
	/* Single precision on purpose: the bars are as long as those of
	 * other tools for the same counts. */
	size_t bar = (size_t)((float)count / (float)max * BAR_WIDTH);

	if (label < LABEL_WIDTH)
		buf_pad(out, ' ', LABEL_WIDTH - label);
	buf_printf(out, "%8" PRIu64 " |", count);
	buf_pad(out, '@', bar);
	buf_pad(out, ' ', BAR_WIDTH - bar);
	buf_puts(out, "|\n");
}

static void print_rows(const struct type *t, const void *p, struct buf *out,
		       void (*label)(const struct type *t, uint32_t i,
				     struct buf *out))
{
	uint32_t i, first, last;
	uint64_t max = 0;

	if (!hist_used(t, p, &first, &last))
		return;
	for (i = first; i <= last; i++)
		if (hist_count(p, i) > max)
			max = hist_count(p, i);
	for (i = first; i <= last; i++) {
		size_t start = out->n;

		label(t, i, out);
		print_row(out, start, hist_count(p, i), max);
	}
}

void hist_print(const struct type *t, const void *p, struct buf *out)
{
	print_rows(t, p, out, hist_label);
}

void lhist_print(const struct type *t, const void *p, struct buf *out)
{
	print_rows(t, p, out, lhist_label);
}
