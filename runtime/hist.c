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

static uint64_t bucket(const void *p, uint32_t i)
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
		total += bucket(p, i);
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

static void hist_label(const struct type *t, uint32_t i, struct buf *out)
{
	uint64_t low, width, index = i - 1ull;
	uint32_t power;

	if (i == 0) {
		buf_puts(out, "(..., 0)");
		return;
	}
	if (index < 2ull << t->bits) {
		buf_printf(out, "[%" PRIu64 "]", index);
		return;
	}
	index -= 2ull << t->bits;
	power = (uint32_t)(index >> t->bits) + t->bits + 1;
	width = 1ull << (power - t->bits);
	low = (1ull << power) + (index & ((1ull << t->bits) - 1)) * width;
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

static void lhist_label(const struct type *t, uint32_t i, struct buf *out)
{
	uint64_t from = (uint64_t)t->min + (i - 1ull) * (uint64_t)t->step;
	int64_t low = (int64_t)from;
	int64_t high = t->max;

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
	if ((uint64_t)t->max - from > (uint64_t)t->step)
		high = (int64_t)(from + (uint64_t)t->step);
	add_linear(out, t, low);
	if ((uint64_t)high - from > 1) {
		buf_puts(out, ", ");
		add_linear(out, t, high);
		buf_putc(out, ')');
		return;
	}
	buf_putc(out, ']');
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
	uint32_t i, first = UINT32_MAX, last = 0;
	uint64_t max = 0;

	for (i = 0; i < hist_buckets(t); i++) {
		uint64_t n = bucket(p, i);

		if (!n)
			continue;
		if (first == UINT32_MAX)
			first = i;
		last = i;
		max = n > max ? n : max;
	}
	for (i = first; max && i <= last; i++) {
		size_t start = out->n;

		label(t, i, out);
		print_row(out, start, bucket(p, i), max);
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
