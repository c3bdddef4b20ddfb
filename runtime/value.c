/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/value.h"

#include <inttypes.h>

#include "plan/abi.h"
#include "runtime/hist.h"
#include "runtime/tseries.h"
#include "runtime/value_impl.h"

/* --- numbers -------------------------------------------------------------- */

uint64_t value_load(const void *p, uint32_t size, bool is_signed)
{
	uint64_t n = 0;
	unsigned int unused = 64 - 8 * size;

	memcpy(&n, p, size);
	if (is_signed)
		return (uint64_t)((int64_t)(n << unused) >> unused);
	return n;
}

static uint64_t number_int(const struct type *t, const void *p)
{
	return value_load(p, t->size, t->is_signed);
}

/* Kinds that begin with a number of 64 or 32 bits. */
static uint64_t number_u64(const struct type *t, const void *p)
{
	(void)t;
	return value_load(p, 8, false);
}

static uint64_t number_u32(const struct type *t, const void *p)
{
	(void)t;
	return value_load(p, 4, false);
}

static uint64_t number_avg(const struct type *t, const void *p)
{
	struct agg_avg avg;

	memcpy(&avg, p, sizeof(avg));
	if (!avg.count)
		return 0;
	if (t->is_signed)
		return (uint64_t)((int64_t)avg.total / (int64_t)avg.count);
	return avg.total / avg.count;
}

static uint64_t number_none(const struct type *t, const void *p)
{
	(void)t;
	(void)p;
	return 0;
}

uint64_t value_field_number(const struct field *f, const void *record)
{
	const char *p = (const char *)record + f->offset;
	uint64_t n;

	if (!f->bit_size)
		return value_ops[f->type->kind].number(f->type, p);
	n = value_load(p, f->type->size, false) >> f->bit_offset;
	if (f->bit_size >= 64)
		return n;
	n <<= 64 - f->bit_size;
	if (f->type->is_signed)
		return (uint64_t)((int64_t)n >> (64 - f->bit_size));
	return n >> (64 - f->bit_size);
}

static unsigned __int128 squares_of(const struct agg_stddev *sd)
{
	return (unsigned __int128)sd->squares[1] << 64 | sd->squares[0];
}

static double root(long double x)
{
	long double r = x > 1 ? x : 1, next;

	for (;;) { /* Newton's, from above */
		next = (r + x / r) / 2;
		if (next >= r)
			return (double)r;
		r = next;
	}
}

/* What is squared is the total, exactly: only the quotients are rounded. */
double value_stddev(const struct type *t, const void *p)
{
	unsigned __int128 squares, total;
	struct agg_stddev sd;

	memcpy(&sd, p, sizeof(sd));
	if (!sd.count)
		return 0;
	total = t->is_signed && (int64_t)sd.total < 0 ? -sd.total : sd.total;
	squares = squares_of(&sd);
	total = total * total;
	if (total / sd.count >= squares)
		return 0;
	squares -= total / sd.count;
	return root(((long double)squares -
		     (long double)(uint64_t)(total % sd.count) / sd.count) /
		    sd.count);
}

/* --- comparing ------------------------------------------------------------ */

static int compare_unsigned(uint64_t a, uint64_t b)
{
	return a < b ? -1 : a > b;
}

static int compare_number(const struct type *t, const void *a, const void *b)
{
	uint64_t x = value_ops[t->kind].number(t, a);
	uint64_t y = value_ops[t->kind].number(t, b);

	if (t->is_signed)
		return (int64_t)x < (int64_t)y ? -1 : (int64_t)x > (int64_t)y;
	return compare_unsigned(x, y);
}

static int compare_bytes(const struct type *t, const void *a, const void *b)
{
	return memcmp(a, b, t->size);
}

static int compare_string(const struct type *t, const void *a, const void *b)
{
	return strncmp(a, b, t->size);
}

static int compare_fields(const struct type *t, const void *a, const void *b)
{
	uint32_t i;

	for (i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];
		int order = value_compare(f->type, (const char *)a + f->offset,
					  (const char *)b + f->offset);

		if (order)
			return order;
	}
	return 0;
}

static int compare_array(const struct type *t, const void *a, const void *b)
{
	uint32_t i;

	for (i = 0; i < t->count; i++) {
		size_t at = (size_t)i * t->elem->size;
		int order = value_compare(t->elem, (const char *)a + at,
					  (const char *)b + at);

		if (order)
			return order;
	}
	return 0;
}

static int compare_usym(const struct type *t, const void *a, const void *b)
{
	int order = compare_number(t, a, b);

	if (order)
		return order;
	return compare_unsigned(value_load((const char *)a + 8, 4, false),
				value_load((const char *)b + 8, 4, false));
}

static int compare_total(const struct type *t, const void *a, const void *b)
{
	return compare_unsigned(hist_total(t, a), hist_total(t, b));
}

int value_compare(const struct type *t, const void *a, const void *b)
{
	return value_ops[t->kind].compare(t, a, b);
}

bool value_has_rank(const struct type *t)
{
	return value_ops[t->kind].compare == compare_number;
}

uint64_t value_rank(const struct type *t, const void *p)
{
	return value_ops[t->kind].number(t, p) ^ (uint64_t)t->is_signed << 63;
}

/* --- combining ------------------------------------------------------------ */

static void merge_words(void *into, const void *from, uint32_t n)
{
	uint32_t i;

	for (i = 0; i < n; i++) {
		char *p = (char *)into + 8 * (size_t)i;
		uint64_t sum = value_load(p, 8, false) +
			       value_load((const char *)from + 8 * (size_t)i, 8,
					  false);

		memcpy(p, &sum, 8);
	}
}

/* COUNT, SUM, AVG, STATS and histograms are words that add up. */
static void merge_add(const struct type *t, void *into, const void *from)
{
	merge_words(into, from, t->size / 8);
}

static void merge_stddev(const struct type *t, void *into, const void *from)
{
	unsigned __int128 squares;
	struct agg_stddev x, y;

	(void)t;
	memcpy(&x, into, sizeof(x));
	memcpy(&y, from, sizeof(y));
	squares = squares_of(&x) + squares_of(&y);
	x.total += y.total;
	x.count += y.count;
	x.squares[0] = (uint64_t)squares;
	x.squares[1] = (uint64_t)(squares >> 64);
	memcpy(into, &x, sizeof(x));
}

/* Plain numbers of a per-CPU map are parts of one. */
static void merge_int(const struct type *t, void *into, const void *from)
{
	uint64_t sum = value_load(into, t->size, false) +
		       value_load(from, t->size, false);

	memcpy(into, &sum, t->size);
}

bool value_is_zero(const void *p, size_t n)
{
	const char *c = p;

	while (n && !*c) {
		c++;
		n--;
	}
	return n == 0;
}

/* Of values that do not add up, one that was set. */
static void merge_keep(const struct type *t, void *into, const void *from)
{
	if (value_is_zero(into, t->size))
		memcpy(into, from, t->size);
}

static void merge_extreme(const struct type *t, void *into, const void *from)
{
	struct agg_minmax x, y;
	int order;

	memcpy(&x, into, sizeof(x));
	memcpy(&y, from, sizeof(y));
	if (!y.is_set)
		return;
	order = compare_number(t, &x, &y);
	if (!x.is_set || (t->kind == TY_MIN ? order > 0 : order < 0))
		memcpy(into, &y, sizeof(y));
}

/* --- dividing ------------------------------------------------------------- */

static uint64_t quotient(const struct type *t, uint64_t n, uint64_t div)
{
	if (t->is_signed && div <= INT64_MAX)
		return (uint64_t)((int64_t)n / (int64_t)div);
	return n / div;
}

static void divide_int(const struct type *t, void *p, uint64_t div)
{
	uint64_t n = quotient(t, number_int(t, p), div);

	memcpy(p, &n, t->size);
}

/* The first word: the number of COUNT, SUM, MIN and MAX, the total of AVG and
 * STATS. */
static void divide_word(const struct type *t, void *p, uint64_t div)
{
	uint64_t n = quotient(t, value_load(p, 8, false), div);

	memcpy(p, &n, 8);
}

/* Of all values: squares are divided twice. */
static void divide_stddev(const struct type *t, void *p, uint64_t div)
{
	unsigned __int128 squares;
	struct agg_stddev sd;

	memcpy(&sd, p, sizeof(sd));
	squares = squares_of(&sd) / div / div;
	sd.total = quotient(t, sd.total, div);
	sd.squares[0] = (uint64_t)squares;
	sd.squares[1] = (uint64_t)(squares >> 64);
	memcpy(p, &sd, sizeof(sd));
}

static void divide_buckets(const struct type *t, void *p, uint64_t div)
{
	uint32_t i;

	for (i = 0; i < hist_buckets(t); i++)
		divide_word(t, (char *)p + 8 * (size_t)i, div);
}

static void divide_nothing(const struct type *t, void *p, uint64_t div)
{
	(void)t;
	(void)p;
	(void)div;
}

/* --- the table ------------------------------------------------------------ */

#define ROW_SHOWN(printer, comparer, numberer)                              \
	{                                                                   \
		.print = printer, .compare = comparer, .merge = merge_keep, \
		.divide = divide_nothing, .number = numberer,               \
		.order = ORDER_BY_KEY                                       \
	}
#define ROW_NUMBER(printer)                                    \
	{                                                      \
		.print = printer, .compare = compare_number,   \
		.merge = merge_int, .divide = divide_int,      \
		.number = number_int, .order = ORDER_BY_VALUE, \
		.zero_is_value = true                          \
	}
#define ROW_AGGREGATION(printer, merger, numberer)                            \
	{                                                                     \
		.print = printer, .compare = compare_number, .merge = merger, \
		.divide = divide_word, .number = numberer,                    \
		.order = ORDER_BY_VALUE                                       \
	}
#define ROW_HISTOGRAM(printer, divider)                                      \
	{                                                                    \
		.print = printer, .compare = compare_total,                  \
		.merge = merge_add, .divide = divider, .number = hist_total, \
		.order = ORDER_BY_VALUE, .is_block = true                    \
	}

const struct value_ops value_ops[TY_N] = {
	[TY_NONE] = ROW_SHOWN(print_none, compare_bytes, number_none),
	[TY_BOOL] = { .print = print_bool,
		      .compare = compare_number,
		      .merge = merge_keep,
		      .divide = divide_nothing,
		      .number = number_int,
		      .order = ORDER_BY_KEY,
		      .zero_is_value = true },
	[TY_INT] = ROW_NUMBER(print_int),
	[TY_PTR] = ROW_SHOWN(print_ptr, compare_number, number_u64),
	[TY_ARRAY] = ROW_SHOWN(print_array, compare_array, number_none),
	[TY_STRING] = ROW_SHOWN(print_string, compare_string, number_none),
	[TY_BUFFER] = ROW_SHOWN(print_buffer, compare_bytes, number_none),
	[TY_TUPLE] = ROW_SHOWN(print_tuple, compare_fields, number_none),
	[TY_RECORD] = ROW_SHOWN(print_record, compare_fields, number_none),
	[TY_ENUM] = ROW_NUMBER(print_enum),
	[TY_KSYM] = ROW_SHOWN(print_ksym, compare_number, number_u64),
	[TY_USYM] = ROW_SHOWN(print_usym, compare_usym, number_u64),
	[TY_KSTACK] = ROW_SHOWN(print_stack, compare_number, number_u64),
	[TY_USTACK] = ROW_SHOWN(print_stack, compare_number, number_u64),
	[TY_PROBE] = ROW_SHOWN(print_probe, compare_number, number_u32),
	[TY_TIMESTAMP] = ROW_SHOWN(print_timestamp, compare_number, number_u64),
	[TY_MAC] = ROW_SHOWN(print_mac, compare_bytes, number_none),
	[TY_INET] = ROW_SHOWN(print_inet, compare_bytes, number_none),
	[TY_USERNAME] = ROW_SHOWN(print_username, compare_number, number_u32),
	[TY_CGROUP] = ROW_SHOWN(print_cgroup, compare_number, number_u64),
	[TY_COUNT] = ROW_AGGREGATION(print_int, merge_add, number_u64),
	[TY_SUM] = ROW_AGGREGATION(print_int, merge_add, number_u64),
	[TY_MIN] = ROW_AGGREGATION(print_int, merge_extreme, number_u64),
	[TY_MAX] = ROW_AGGREGATION(print_int, merge_extreme, number_u64),
	[TY_AVG] = ROW_AGGREGATION(print_int, merge_add, number_avg),
	[TY_STATS] = ROW_AGGREGATION(print_stats, merge_add, number_avg),
	[TY_STDDEV] = { .print = print_stddev,
			.compare = compare_number,
			.merge = merge_stddev,
			.divide = divide_stddev,
			.number = number_avg,
			.order = ORDER_BY_VALUE },
	[TY_HIST] = ROW_HISTOGRAM(print_hist, divide_buckets),
	[TY_LHIST] = ROW_HISTOGRAM(print_lhist, divide_nothing),
	[TY_TSERIES] = { .print = tseries_print,
			 .compare = compare_bytes,
			 .merge = tseries_merge,
			 .divide = tseries_divide,
			 .number = number_none,
			 .order = ORDER_BY_KEY,
			 .is_block = true },
};
