/* SPDX-License-Identifier: Apache-2.0 */
/* pt_perf.c - what perf counts: software and hardware events, and accesses to
 * a place in memory. */
#include "lang/tables.h"
#include "plan/counters.h"
#include "sema/expand.h"

/* --- counters ------------------------------------------------------------------ */

static bool find_count(struct expand *x, const struct attach_point *ap,
		       uint64_t *count)
{
	*count = 0;
	if (ap_parts(ap) < 2)
		return true;
	if (expand_number(ap_part(ap, 1), count) && *count)
		return true;
	diag_error(x->d, ap_span(ap, 1), D_ATTACH_POINT,
		   "not a positive number: '%.*s'", STR_ARG(ap_part(ap, 1)));
	diag_hint(x->d, "it says after how many events the probe fires");
	return false;
}

static bool add_counter(struct expand *x, const struct attach_point *ap,
			enum probe_kind kind, const struct counter *c,
			struct str written, uint64_t count)
{
	struct target t = {
		.name = str_from(c->name),
		.ctx = CTX_PERF,
		.kind = kind,
		.rate = count ? count : c->count,
		.is_alone = x->uses_name,
	};

	t.full = str_printf(x->arena, "%s:%.*s:%llu", ap->row->name,
			    STR_ARG(written), (unsigned long long)t.rate);
	return expand_add(x, ap, &t);
}

static bool expand_counter(struct expand *x, const struct attach_point *ap,
			   enum probe_kind kind, const struct counter *table)
{
	struct str name = ap_part(ap, 0);
	const struct counter *c = counter_find(table, name);
	struct suggest near = { 0 };
	size_t n = x->n_targets;
	uint64_t count;

	if (!find_count(x, ap, &count))
		return false;
	if (c)
		return add_counter(x, ap, kind, c, name, count);
	for (c = table; c->name; c++) {
		suggest_offer(&near, name, str_from(c->name));
		if (c->alias)
			suggest_offer(&near, name, str_from(c->alias));
		if (str_glob(name, str_from(c->name)) &&
		    !add_counter(x, ap, kind, c, str_from(c->name), count))
			return false;
	}
	if (x->n_targets > n)
		return true;
	if (near.best.p)
		near.best = str_printf(x->arena, "%s:%.*s", ap->row->name,
				       STR_ARG(near.best));
	return expand_no_match(x, ap, &near);
}

static bool expand_software(struct expand *x, const struct attach_point *ap)
{
	return expand_counter(x, ap, PK_SOFTWARE, software_counters);
}

static bool expand_hardware(struct expand *x, const struct attach_point *ap)
{
	return expand_counter(x, ap, PK_HARDWARE, hardware_counters);
}

static void list_counters(const struct attach_point *ap,
			  const struct counter *c, bool with_args,
			  struct buf *out)
{
	struct str pattern = ap_parts(ap) ? ap_part(ap, 0) : STR("*");

	for (; c->name; c++) {
		if (!str_glob(pattern, str_from(c->name)) &&
		    !(c->alias && str_is(pattern, c->alias)))
			continue;
		buf_printf(out, "%s:%s\n", ap->row->name, c->name);
		if (with_args && c->alias)
			buf_printf(out, "    also called %s\n", c->alias);
		if (with_args)
			buf_printf(out, "    fires every %llu event%s\n",
				   (unsigned long long)c->count,
				   c->count == 1 ? "" : "s");
	}
}

static bool list_software(struct expand *x, const struct attach_point *ap,
			  bool with_args, struct buf *out)
{
	(void)x;
	list_counters(ap, software_counters, with_args, out);
	return true;
}

static bool list_hardware(struct expand *x, const struct attach_point *ap,
			  bool with_args, struct buf *out)
{
	(void)x;
	list_counters(ap, hardware_counters, with_args, out);
	return true;
}

/* --- watchpoints --------------------------------------------------------------- */

/* What the processor can watch for: nothing that only reads. */
static struct str find_mode(struct str text)
{
	static const struct {
		const char *written, *mode;
	} modes[] = {
		{ "w", "w" }, { "rw", "rw" }, { "wr", "rw" }, { "x", "x" }
	};

	for (size_t i = 0; i < ARRAY_SIZE(modes); i++)
		if (str_is(text, modes[i].written))
			return str_from(modes[i].mode);
	return (struct str){ "", 0 };
}

static bool check_access(struct expand *x, const struct attach_point *ap,
			 struct target *t)
{
	struct str length = ap_part(ap, 1), mode = ap_part(ap, 2);

	if (!expand_number(length, &t->rate) ||
	    (t->rate != 1 && t->rate != 2 && t->rate != 4 && t->rate != 8))
		return diag_error(x->d, ap_span(ap, 1), D_ATTACH_POINT,
				  "the length of a watchpoint is 1, 2, 4 or "
				  "8, found '%.*s'",
				  STR_ARG(length));
	t->module = find_mode(mode);
	if (t->module.n)
		return true;
	diag_error(x->d, ap_span(ap, 2), D_ATTACH_POINT,
		   "this processor cannot watch for '%.*s'", STR_ARG(mode));
	diag_hint(x->d, "the modes are w (writes), rw (reads and writes) and "
			"x (the instruction is run)");
	return false;
}

static bool check_aligned(struct expand *x, const struct attach_point *ap,
			  const struct target *t)
{
	if (str_is(t->module, "x") || t->offset % t->rate == 0)
		return true;
	diag_error(x->d, ap_span(ap, 0), D_ATTACH_POINT,
		   "a watchpoint of %llu bytes needs an address that is a "
		   "multiple of %llu",
		   (unsigned long long)t->rate, (unsigned long long)t->rate);
	return false;
}

/* Something of the kernel's. Its address is looked up where the program
 * runs. */
static bool find_symbol(struct expand *x, const struct attach_point *ap,
			struct target *t, bool *is_there)
{
	struct suggest near = { 0 };
	struct str name = ap_part(ap, 0), offset;

	if (str_has(name, '+')) {
		name = str_split(name, '+', &offset);
		if (!expand_number(offset, &t->offset))
			return diag_error(x->d, ap_span(ap, 0), D_ATTACH_POINT,
					  "'%.*s' is not an offset in bytes",
					  STR_ARG(offset));
	}
	t->name = name;
	*is_there = machine_kaddr(x->machine, name);
	return *is_there || expand_no_match(x, ap, &near);
}

static bool expand_watchpoint(struct expand *x, const struct attach_point *ap)
{
	struct target t = {
		.full = str_printf(x->arena, "%s:%.*s:%.*s:%.*s", ap->row->name,
				   STR_ARG(ap_part(ap, 0)),
				   STR_ARG(ap_part(ap, 1)),
				   STR_ARG(ap_part(ap, 2))),
		.ctx = CTX_PERF,
		.kind = PK_WATCHPOINT,
		.is_alone = x->uses_name,
	};
	bool is_there = true;

	if (!check_access(x, ap, &t))
		return false;
	if (expand_number(ap_part(ap, 0), &t.offset)) {
		t.flags = PF_ADDRESS;
		if (!check_aligned(x, ap, &t))
			return false;
	} else if (!find_symbol(x, ap, &t, &is_there)) {
		return false;
	}
	return !is_there || expand_add(x, ap, &t);
}

const struct probe_type perf_types[] = {
	{ .name = "software",
	  .aliases = { "s" },
	  .form = "software:event, software:event:count",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_software,
	  .list = list_software,
	  .doc = "An event that the kernel counts, after each count of them "
		 "on a CPU; with -p, in a thread of the process.",
	  .example = "software:page-faults:1 { @[comm] = count(); }" },
	{ .name = "hardware",
	  .aliases = { "h" },
	  .form = "hardware:event, hardware:event:count",
	  .min_parts = 1,
	  .max_parts = 2,
	  .expand = expand_hardware,
	  .list = list_hardware,
	  .doc = "An event that the processor counts, after each count of "
		 "them; virtual machines often have none.",
	  .example = "hardware:cache-misses:1000000 { @[comm] = count(); }" },
	{ .name = "watchpoint",
	  .aliases = { "w" },
	  .form = "watchpoint:address:length:mode",
	  .min_parts = 3,
	  .max_parts = 3,
	  .expand = expand_watchpoint,
	  .doc = "Access to 1, 2, 4 or 8 bytes at an address: mode w is "
		 "writes, rw reads and writes, x that the instruction there "
		 "is run. The address is a number or the name of something of "
		 "the kernel's; one of a process needs -p or -c.",
	  .example = "watchpoint:jiffies:8:w { @[comm] = count(); }" },
	{ 0 },
};
