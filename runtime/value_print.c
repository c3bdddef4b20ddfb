/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/value_impl.h"

#include <arpa/inet.h>
#include <inttypes.h>
#include <pwd.h>
#include <time.h>

#include "plan/abi.h"
#include "runtime/hist.h"

void value_print(const struct show *s, const struct type *t, const void *p,
		 struct buf *out)
{
	value_ops[t->kind].print(s, t, p, out);
}

static uint64_t number(const struct type *t, const void *p)
{
	return value_ops[t->kind].number(t, p);
}

/* --- plain values --------------------------------------------------------- */

void print_none(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	(void)s;
	(void)t;
	(void)p;
	buf_puts(out, "null");
}

void print_bool(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	(void)s;
	buf_puts(out, number(t, p) ? "true" : "false");
}

void print_int(const struct show *s, const struct type *t, const void *p,
	       struct buf *out)
{
	uint64_t n = number(t, p);

	(void)s;
	buf_number(out, n, t->is_signed);
}

void print_ptr(const struct show *s, const struct type *t, const void *p,
	       struct buf *out)
{
	(void)s;
	buf_printf(out, "0x%" PRIx64, number(t, p));
}

void print_enum(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	uint64_t n = number(t, p);
	uint32_t i;

	for (i = 0; i < t->n_enums; i++) {
		if ((uint64_t)t->enums[i].value == n) {
			buf_str(out, t->enums[i].name);
			return;
		}
	}
	print_int(s, t, p, out);
}

/* A text as long as reading allows was probably longer. */
void print_string(const struct show *s, const struct type *t, const void *p,
		  struct buf *out)
{
	size_t n = strnlen(p, t->size);

	buf_add(out, p, n);
	if (s->plan && n + 1 >= s->plan->options.num[OPT_MAX_STRLEN])
		buf_str(out, s->plan->options.text[OPT_STR_TRUNC_TRAILER]);
}

void value_print_bytes(const void *p, size_t n, bool escape_all,
		       struct buf *out)
{
	const unsigned char *c = p;
	size_t i;

	for (i = 0; i < n; i++) {
		if (!escape_all && c[i] >= ' ' && c[i] <= '~')
			buf_putc(out, (char)c[i]);
		else
			buf_printf(out, "\\x%02x", c[i]);
	}
}

void print_buffer(const struct show *s, const struct type *t, const void *p,
		  struct buf *out)
{
	uint64_t n = value_load(p, 4, false);

	(void)s;
	if (n > t->size - 4)
		n = t->size - 4;
	value_print_bytes((const char *)p + 4, n, false, out);
}

/* --- values made of values ------------------------------------------------ */

void print_array(const struct show *s, const struct type *t, const void *p,
		 struct buf *out)
{
	uint32_t i;

	buf_putc(out, '[');
	for (i = 0; i < t->count; i++) {
		if (i)
			buf_putc(out, ',');
		value_print(s, t->elem,
			    (const char *)p + (size_t)i * t->elem->size, out);
	}
	buf_putc(out, ']');
}

/* A bit-field is extracted first. What a __data_loc stands for is not in the
 * record: only its number is. */
static void print_field(const struct show *s, const struct field *f,
			const void *record, struct buf *out)
{
	const char *p = (const char *)record + f->offset;
	uint64_t n;

	if (f->is_data_loc) {
		buf_printf(out, "0x%" PRIx64, value_load(p, 4, false));
		return;
	}
	if (!f->bit_size) {
		value_print(s, f->type, p, out);
		return;
	}
	n = value_field_number(f, record);
	value_print(s, f->type, &n, out);
}

static void print_list(const struct show *s, const struct type *t,
		       const void *p, struct buf *out)
{
	uint32_t i;

	for (i = 0; i < t->n_fields; i++) {
		if (i)
			buf_puts(out, ", ");
		print_field(s, &t->fields[i], p, out);
	}
}

void print_tuple(const struct show *s, const struct type *t, const void *p,
		 struct buf *out)
{
	buf_putc(out, '(');
	print_list(s, t, p, out);
	buf_putc(out, ')');
}

void value_print_key(const struct show *s, const struct type *t, const void *p,
		     struct buf *out)
{
	if (t->kind == TY_TUPLE)
		print_list(s, t, p, out);
	else
		value_print(s, t, p, out);
}

void print_record(const struct show *s, const struct type *t, const void *p,
		  struct buf *out)
{
	uint32_t i;

	if (!t->n_fields) {
		buf_puts(out, "{}");
		return;
	}
	buf_puts(out, "{ ");
	for (i = 0; i < t->n_fields; i++) {
		const struct field *f = &t->fields[i];

		buf_puts(out, i ? ", ." : ".");
		buf_str(out, f->name);
		buf_puts(out, " = ");
		print_field(s, f, p, out);
	}
	buf_puts(out, " }");
}

/* --- values printed by name ----------------------------------------------- */

void print_ksym(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	if (!s->ksym || !s->ksym(s->symbols, number(t, p), out))
		print_ptr(s, t, p, out);
}

void print_usym(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	uint32_t pid = (uint32_t)value_load((const char *)p + 8, 4, false);

	if (!s->usym || !s->usym(s->symbols, pid, number(t, p), out))
		print_ptr(s, t, p, out);
}

void print_probe(const struct show *s, const struct type *t, const void *p,
		 struct buf *out)
{
	uint64_t n = number(t, p);

	if (s->plan && n < s->plan->names.n)
		buf_str(out, s->plan->names.v[n]);
	else
		print_int(s, t, p, out);
}

void print_timestamp(const struct show *s, const struct type *t, const void *p,
		     struct buf *out)
{
	value_print_time(s, number(t, p), t->name, out);
}

/* strftime's format with the parts of a second that it does not know filled
 * in. */
static void expand_fractions(struct str format, uint32_t ns, struct buf *out)
{
	size_t i;

	for (i = 0; i < format.n; i++) {
		char next = i + 1 < format.n ? format.p[i + 1] : '\0';

		if (format.p[i] != '%' || !next) {
			buf_putc(out, format.p[i]);
			continue;
		}
		i++;
		if (next == 'f')
			buf_printf(out, "%06" PRIu32, ns / 1000);
		else if (next == 'l')
			buf_printf(out, "%03" PRIu32, ns / 1000000);
		else if (next == 'k')
			buf_printf(out, "%09" PRIu32, ns);
		else
			buf_add(out, format.p + i - 1, 2);
	}
}

void value_print_time(const struct show *s, uint64_t ns, struct str format,
		      struct buf *out)
{
	auto_buf struct buf pattern = { 0 };
	uint64_t real = ns + (uint64_t)s->boot_to_real;
	time_t seconds = (time_t)(real / 1000000000);
	char text[512];
	struct tm tm;

	if (!format.n)
		format = STR("%H:%M:%S");
	if (!localtime_r(&seconds, &tm))
		return;
	expand_fractions(format, (uint32_t)(real % 1000000000), &pattern);
	/* Nothing fits nothing: 0 is also what a too long result gives. */
	buf_add(out, text, strftime(text, sizeof(text), pattern.p, &tm));
}

void print_mac(const struct show *s, const struct type *t, const void *p,
	       struct buf *out)
{
	const unsigned char *c = p;

	(void)s;
	(void)t;
	buf_printf(out, "%02X:%02X:%02X:%02X:%02X:%02X", c[0], c[1], c[2], c[3],
		   c[4], c[5]);
}

void print_inet(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	char text[INET6_ADDRSTRLEN];
	int family = (int)value_load(p, 4, true);

	(void)s;
	(void)t;
	if (inet_ntop(family, (const char *)p + 4, text, sizeof(text)))
		buf_puts(out, text);
	else
		buf_printf(out, "(address family %d)", family);
}

void print_username(const struct show *s, const struct type *t, const void *p,
		    struct buf *out)
{
	struct passwd entry, *found = NULL;
	char text[2048];

	getpwuid_r((uid_t)number(t, p), &entry, text, sizeof(text), &found);
	if (found)
		buf_puts(out, found->pw_name);
	else
		print_int(s, t, p, out);
}

void print_cgroup(const struct show *s, const struct type *t, const void *p,
		  struct buf *out)
{
	if (!s->cgroup || !s->cgroup(s->symbols, number(t, p), t->name, out))
		print_int(s, t, p, out);
}

/* --- aggregations --------------------------------------------------------- */

void print_stats(const struct show *s, const struct type *t, const void *p,
		 struct buf *out)
{
	struct agg_avg avg;

	memcpy(&avg, p, sizeof(avg));
	buf_printf(out, "{ .count = %" PRIu64 ", .average = ", avg.count);
	print_int(s, t, p, out);
	buf_puts(out, ", .total = ");
	buf_number(out, avg.total, t->is_signed);
	buf_puts(out, " }");
}

void print_stddev(const struct show *s, const struct type *t, const void *p,
		  struct buf *out)
{
	struct agg_stddev sd;

	memcpy(&sd, p, sizeof(sd));
	buf_printf(out, "{ .count = %" PRIu64 ", .average = ", sd.count);
	print_int(s, t, p, out);
	buf_printf(out, ", .stddev = %.2f }", value_stddev(t, p));
}

void print_hist(const struct show *s, const struct type *t, const void *p,
		struct buf *out)
{
	(void)s;
	hist_print(t, p, out);
}

void print_lhist(const struct show *s, const struct type *t, const void *p,
		 struct buf *out)
{
	(void)s;
	lhist_print(t, p, out);
}
