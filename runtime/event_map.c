/* SPDX-License-Identifier: Apache-2.0 */
/* Events about maps: print, clear, zero and what is computed from maps. */
#include <time.h>

#include "runtime/event_impl.h"
#include "runtime/pair.h"
#include "runtime/percentile.h"
#include "runtime/rate.h"
#include "runtime/joined.h"

static void report_map(struct session *s, const struct map_handle *m,
		       const char *what, int err)
{
	if (err)
		out_warn(&s->out, "cannot %s %.*s: %s", what,
			 STR_ARG(m->plan->name), strerror(-err));
}

/* Nothing of the session's runs unless this thread runs it. */
static bool is_quiet(const struct session *s)
{
	return !s->attached.n;
}

/* --- reading -------------------------------------------------------------- */

/* Those that were taken out, if any are. */
static struct rows *take(struct session *s, struct map_handle *m,
			 uint32_t flags)
{
	if (flags & EF_TAKE) {
		report_map(s, m, "take the entries of",
			   pair_take(m, flags & EF_ZERO, is_quiet(s)));
		s->turn = 1; /* that took a while: signals are next */
	}
	return flags & (EF_TAKE | EF_TAKEN) ? pair_kept(m) : NULL;
}

/* What the event is about, as rows that may be changed. */
static void read_rows(struct session *s, struct map_handle *m, uint32_t flags,
		      struct rows *rows)
{
	const struct rows *kept = take(s, m, flags);

	if (kept)
		rows_copy(m, kept, rows);
	else
		report_map(s, m, "read", map_read(m, rows));
}

/* The entry of a key, or the only one. */
static void read_row(struct session *s, const struct plan_event *e,
		     const void *key, struct rows *rows)
{
	struct map_handle *m = &s->maps[e->map];
	const struct rows *kept = take(s, m, e->flags);

	if (kept)
		rows_copy_one(m, kept, m->plan->key ? key : NULL, rows);
	else
		report_map(s, m, "read", map_read_one(m, key, rows));
}

static int64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (int64_t)t.tv_sec * 1000000000 + t.tv_nsec;
}

void event_begin(struct session *s)
{
	vec_each(e, &s->plan->events) {
		if (!(e->flags & EF_RATE))
			continue;
		if (e->kind == EV_PRINT_MAP)
			rate_begin(&s->maps[e->map], now());
		vec_each(c, &e->columns)
			rate_begin(&s->maps[c->map], now());
	}
}

/* Reads a map for print(). With a rate it becomes one of numbers. */
static void read_view(struct session *s, uint32_t map, uint32_t flags,
		      struct map_handle *view, struct rows *rows)
{
	struct map_handle *m = &s->maps[map];

	*view = *m;
	read_rows(s, m, flags, rows);
	if (flags & EF_RATE && rate_can(m->value)) {
		rate_apply(m, rows, now(), flags & EF_TAKE);
		view->value = &rate_type;
	}
}

/* --- printing ------------------------------------------------------------- */

static struct map_order order_of(struct session *s, const struct plan_event *e,
				 const char *payload)
{
	return (struct map_order){
		.flags = e->flags,
		.top = event_field_u32(s, e, payload, 0),
		.div = event_field_u32(s, e, payload, 1),
	};
}

void run_print_map(struct session *s, const struct plan_event *e,
		   const char *payload)
{
	const struct map_order order = order_of(s, e, payload);
	auto_rows struct rows rows = { 0 };
	struct map_handle view;

	read_view(s, e->map, e->flags, &view, &rows);
	map_arrange(&view, &rows, &order);
	out_map(&s->out, &view, &rows);
}

void run_print_entry(struct session *s, const struct plan_event *e,
		     const char *payload)
{
	const struct map_handle *m = &s->maps[e->map];
	auto_rows struct rows rows = { 0 };

	read_row(s, e, m->plan->key ? event_field(s, e, payload, 0) : NULL,
		 &rows);
	if (rows.n)
		out_entry(&s->out, m, &rows.v[0]);
}

void run_print_table(struct session *s, const struct plan_event *e,
		     const char *payload)
{
	const struct map_order order = order_of(s, e, payload);
	struct joined t = { 0 };

	vec_each(c, &e->columns) {
		auto_rows struct rows rows = { 0 };
		struct map_handle view;

		read_view(s, c->map, c->flags | (e->flags & EF_RATE), &view,
			  &rows);
		joined_add(&t, &view, &rows, order.div);
	}
	joined_finish(&t, &order);
	out_table(&s->out, &t.handle, &t.rows);
	joined_free(&t);
}

void run_percentile(struct session *s, const struct plan_event *e,
		    const char *payload)
{
	struct map_handle *m = &s->maps[e->map];
	const struct map_order order = { .flags = e->flags };
	auto_rows struct rows rows = { 0 };
	struct percentiles p;

	if (types_get(&s->plan->types, e->payload)->n_fields)
		read_row(s, e, event_field(s, e, payload, 0), &rows);
	else
		read_rows(s, m, e->flags, &rows);
	map_arrange(m, &rows, &order);
	percentile_of(&p, m, &rows, e->text);
	out_map(&s->out, &p.handle, &rows);
	percentile_free(&p);
}

/* --- changing ------------------------------------------------------------- */

/* What was shown before is what has gone: not what came since. */
static void change(struct session *s, struct map_handle *m, bool is_taken,
		   const char *what, int (*all)(struct map_handle *m))
{
	rate_restart(m);
	if (is_taken)
		pair_let_go(m);
	else
		report_map(s, m, what, all(m));
}

void run_clear(struct session *s, const struct plan_event *e,
	       const char *payload)
{
	(void)payload;
	change(s, &s->maps[e->map], e->flags & EF_TAKEN, "clear", map_clear);
}

void run_zero(struct session *s, const struct plan_event *e,
	      const char *payload)
{
	(void)payload;
	change(s, &s->maps[e->map], e->flags & EF_TAKEN, "zero", map_zero);
}
