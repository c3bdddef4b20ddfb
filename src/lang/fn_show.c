/* SPDX-License-Identifier: Apache-2.0 */
/* fn_show.c - print() of values and maps, and percentile(): what user space
 * shows of what was collected. */
#include <ctype.h>

#include "lang/tables.h"
#include "sema/check.h"
#include "sema/lower.h"

static const struct str no_text = { "", 0 };

/* A map as a whole, or several in a table. */
static bool is_whole(const struct expr *e)
{
	return (e->kind == EX_MAP || e->kind == EX_TUPLE) &&
	       e->type->kind == TY_NONE;
}

/* --- options ---------------------------------------------------------------------- */

/* What print() is told by name. */
struct shown {
	uint32_t flags;
	struct expr *top, *div; /* NULL: not given */
	bool is_limit; /* top was called so */
};

typedef bool take_option(struct sema *s, struct shown *o, struct expr *e);

static const struct {
	const char *name;
	uint32_t flags;
} orders[] = {
	{ "key", EF_SORT_KEY },
	{ "-key", EF_SORT_KEY | EF_DOWN },
	{ "value", EF_SORT_VALUE },
	{ "-value", EF_SORT_VALUE | EF_DOWN },
};

static bool take_sort(struct sema *s, struct shown *o, struct expr *e)
{
	struct str text = e->kind == EX_NAME ? e->name.id : e->str;

	for (size_t i = 0; i < ARRAY_SIZE(orders); i++) {
		if ((e->kind != EX_NAME && e->kind != EX_STR) ||
		    !str_is(text, orders[i].name))
			continue;
		o->flags |= orders[i].flags;
		return true;
	}
	diag_error(s->d, e->span, D_ARG_TYPE, "this is no order of a map");
	diag_hint(s->d, "it is \"key\", \"value\", \"-key\" or \"-value\": "
			"those with '-' begin with the largest");
	return false;
}

static bool take_limit(struct sema *s, struct shown *o, struct expr *e)
{
	(void)s;
	o->top = e;
	o->is_limit = true;
	return true;
}

static bool take_top(struct sema *s, struct shown *o, struct expr *e)
{
	(void)s;
	o->top = e;
	return true;
}

static bool take_div(struct sema *s, struct shown *o, struct expr *e)
{
	(void)s;
	o->div = e;
	return true;
}

static const struct {
	const char *name;
	take_option *take;
} named[] = {
	{ "sort", take_sort },
	{ "limit", take_limit },
	{ "top", take_top },
	{ "div", take_div },
};

/* Words that stand alone. */
static const struct {
	const char *name;
	uint32_t flags;
} words[] = {
	{ "rate", EF_RATE },
};

static bool take_named(struct sema *s, struct shown *o, struct str name,
		       struct expr *e)
{
	struct suggest near = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(named); i++) {
		if (str_is(name, named[i].name))
			return named[i].take(s, o, e);
		suggest_offer(&near, name, str_from(named[i].name));
	}
	diag_error(s->d, e->span, D_ARG_TYPE,
		   "print() has no argument called '%.*s'", STR_ARG(name));
	sema_hint(s, &near, "");
	return false;
}

static uint32_t word_flags(const struct expr *e)
{
	for (size_t i = 0; e->kind == EX_NAME && i < ARRAY_SIZE(words); i++)
		if (str_is(e->name.id, words[i].name))
			return words[i].flags;
	return 0;
}

static bool take_record(struct sema *s, struct shown *o, struct expr *record)
{
	struct expr *e = record->tuple.elems;
	bool ok = true;

	for (uint32_t i = 0; e; e = e->next, i++)
		ok &= take_named(s, o, record->tuple.names[i], e);
	return ok;
}

static struct expr *number(struct sema *s, const struct expr *call, int64_t n)
{
	struct expr *e = arena_new(s->arena, struct expr);

	e->kind = EX_INT;
	e->span = call->span;
	e->num = n;
	e->str = str_printf(s->arena, "%lld", (long long)n);
	return e;
}

/* Top and div in their places behind the map. */
static void put_back(struct sema *s, struct expr *call, struct shown *o)
{
	struct expr *map = call->call.args;

	map->next = NULL;
	call->call.n_args = 1;
	if (!o->top && !o->div)
		return;
	map->next = o->top ? o->top : number(s, call, 0);
	map->next->next = o->div;
	if (o->div)
		o->div->next = NULL;
	call->call.n_args = o->div ? 3 : 2;
}

/* The arguments by name and the words go; then there are top and div. What is
 * wrong stays, to be told in the last round. */
static bool take_options(struct sema *s, struct expr *call)
{
	struct expr *map = call->call.args, *e;
	struct shown o = { 0 };
	bool ok = true, is_known = true;
	uint32_t n = 0;

	for (e = map ? map->next : NULL; e; e = e->next, n++) {
		if (e->kind == EX_RECORD) {
			ok &= take_record(s, &o, e);
		} else if (word_flags(e)) {
			o.flags |= word_flags(e);
		} else if (!o.top) {
			o.top = e;
		} else if (!o.div) {
			o.div = e;
		} else {
			is_known = false; /* one too many: is told */
		}
	}
	if (!ok || !is_known || !n)
		return ok;
	call->call.flags |= o.flags;
	if (o.is_limit && o.flags & (EF_SORT_KEY | EF_SORT_VALUE))
		call->call.flags |= EF_FIRST;
	put_back(s, call, &o);
	return ok;
}

/* --- print() ---------------------------------------------------------------------- */

/* A parameter of the script is known when it starts. */
static bool check_number(struct sema *s, const struct expr *e, int64_t min,
			 const char *what)
{
	return !e || !e->is_const ||
	       sema_const_range(s, e, min, UINT32_MAX, what);
}

static bool check_rate(struct sema *s, const struct expr *e)
{
	const struct type *t = e->map.sym->value;

	if (!t || t->kind == TY_COUNT || t->kind == TY_SUM || t->kind == TY_INT)
		return true;
	return diag_error(s->d, e->span, D_ARG_TYPE,
			  "the values of '%.*s' (%s) have no rate",
			  STR_ARG(e->map.id), sema_name(s, t));
}

static struct span extra_at(const struct expr *call)
{
	const struct expr *e = sema_arg(call, 1);

	return e ? e->span : call->span;
}

static bool check_print(struct sema *s, struct expr *call)
{
	struct expr *value = sema_arg(call, 0);

	if (is_whole(value)) {
		if (value->kind == EX_MAP && call->call.flags & EF_RATE &&
		    !check_rate(s, value))
			return false;
		return check_number(s, sema_arg(call, 1), 0,
				    "the number of entries to print") &&
		       check_number(s, sema_arg(call, 2), 1, "the divisor");
	}
	if (sema_arg(call, 1) || call->call.flags)
		return diag_error(s->d, extra_at(call), D_ARG_COUNT,
				  "print() takes further arguments only for a "
				  "map");
	return true;
}

static void lower_print_map(struct lower *l, struct expr *call)
{
	const struct type *u32 = type_int(&l->script->types, 4, false);
	const struct expr *e = call->call.args;
	const struct field fields[] = {
		{ .name = STR("top"), .type = u32 },
		{ .name = STR("div"), .type = u32 },
	};
	struct plan_event *event;

	if (e->kind == EX_MAP) {
		lower_event(l, call, EV_PRINT_MAP, no_text, e->map.sym, fields,
			    2);
		return;
	}
	e = e->tuple.elems;
	lower_event(l, call, EV_PRINT_TABLE, no_text, e->map.sym, fields, 2);
	event = &l->plan->events.v[call->call.event];
	for (; e; e = e->next)
		vec_push(
			&l->plan->arena, &event->columns,
			((struct plan_column){ e->map.sym->id, e->map.flags }));
}

static void lower_entry(struct lower *l, struct expr *call,
			enum event_kind kind, struct str text)
{
	const struct map *m = call->call.args->map.sym;
	struct field field = { .name = STR("key"), .type = m->key };

	lower_event(l, call, kind, text, m, &field, 1);
}

static void lower_print(struct lower *l, struct expr *call)
{
	const struct expr *e = call->call.args;
	struct field field = { .name = STR("value"), .type = e->type };

	if (is_whole(e))
		lower_print_map(l, call);
	else if (type_is_aggregation(e->type))
		/* combined from all CPUs where it is printed */
		lower_entry(l, call, EV_PRINT_ENTRY, no_text);
	else
		lower_event(l, call, EV_PRINT_VALUE, no_text, NULL, &field, 1);
}

/* --- percentile() ------------------------------------------------------------------ */

/* A number from 0 to 100, also with a fraction, as its text. */
static bool add_percent(struct sema *s, struct expr *e, struct str *text)
{
	const char *blank = text->n ? " " : "";
	double percent;
	struct str one = { "", 0 };

	if (e->kind == EX_INT)
		one = str_printf(s->arena, "%lld", (long long)e->num);
	else if (e->kind == EX_MEMBER && e->member.base->kind == EX_INT)
		one = str_printf(s->arena, "%lld.%.*s",
				 (long long)e->member.base->num,
				 STR_ARG(e->member.id));
	*text = str_printf(s->arena, "%.*s%s%.*s", STR_ARG(*text), blank,
			   STR_ARG(one));
	return (plan_next_percent(&one, &percent) && !one.n) ||
	       diag_error(s->d, e->span, D_RANGE,
			  "percentile() expects numbers from 0 to 100 here, "
			  "as 99 or 99.9");
}

/* They become the call's text. */
static bool take_percents(struct sema *s, struct expr *call)
{
	struct expr *map = call->call.args;
	struct str text = { "", 0 };
	bool ok = true;
	uint32_t n = 0;

	if (!map || !map->next)
		return call->str.n || !map ||
		       diag_error(s->d, call->span, D_ARG_COUNT,
				  "percentile() needs numbers from 0 to 100");
	for (struct expr *e = map->next; e && ok; e = e->next, n++)
		ok = add_percent(s, e, &text);
	if (ok && n > 32)
		ok = diag_error(s->d, call->span, D_LIMIT,
				"percentile() takes at most 32 numbers");
	if (!ok)
		return false;
	call->str = text;
	map->next = NULL;
	call->call.n_args = 1;
	return true;
}

static bool check_percentile(struct sema *s, struct expr *call)
{
	const struct expr *e = sema_arg(call, 0);
	const struct type *t = e->kind == EX_MAP ? e->map.sym->value : NULL;

	if (t && (t->kind == TY_HIST || t->kind == TY_LHIST))
		return true;
	return diag_error(s->d, e->span, D_ARG_TYPE,
			  "percentile() expects a map of histograms: hist() or "
			  "lhist()");
}

static void lower_percentile(struct lower *l, struct expr *call)
{
	const struct expr *e = call->call.args;

	if (e->map.keys)
		lower_entry(l, call, EV_PERCENTILE, call->str);
	else
		lower_event(l, call, EV_PERCENTILE, call->str, e->map.sym, NULL,
			    0);
}

/* --- rows -------------------------------------------------------------------------- */

const struct function show_functions[] = {
	{ .name = "print",
	  .proto = "none print(value x, [int top], [int div])",
	  .flags = FN_SHOWS_MAPS,
	  .event = EV_PRINT_VALUE,
	  .options = take_options,
	  .check = check_print,
	  .lower = lower_print,
	  .doc = "Prints a value and a newline, or a map: of that only the "
		 "last top entries when given, with values divided by div. "
		 "sort=\"key\", \"value\", \"-key\" or \"-value\" orders the "
		 "entries, with '-' the largest first; then limit=N prints the "
		 "first N, without sort the last N. The word rate shows how "
		 "much counts, sums and numbers grew per second since they "
		 "were last shown so. print((@a, @b)) shows maps of the same "
		 "keys in one table, in the order of the first, of histograms "
		 "how many they counted and two percentiles. Followed by "
		 "clear() or zero() of the map it shows exactly what that "
		 "removes.",
	  .example = "@[comm] = count(); print(@, 5); print((pid, comm)); "
		     "print(@, sort=\"-value\", limit=3); print(@, rate);" },
	{ .name = "percentile",
	  .proto = "none percentile(value histograms, ...)",
	  .flags = FN_SHOWS_MAPS,
	  .event = EV_PERCENTILE,
	  .options = take_percents,
	  .check = check_percentile,
	  .lower = lower_percentile,
	  .doc = "Prints which value so many percent of a histogram's values "
		 "do not exceed, for all entries of a map or one of them. "
		 "Within a bucket values are taken as spread evenly, so that "
		 "the result is as exact as the bucket is narrow; of an open "
		 "bucket it is the one end.",
	  .example = "@ = hist(100); percentile(@, 50, 90, 99, 99.9);" },
	{ 0 },
};
