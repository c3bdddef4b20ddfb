/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_check.h"

#include <assert.h>
#include <stdlib.h>

#include "plan/wire.h"

/* Before everything: these bytes, then version and architecture, which are
 * the same in every version. */
#define MAGIC "ESPY"

static const char *const need_names[] = { "kernel_btf", "release", "loop",
					  "unsafe", NULL };
static const char *const probe_flag_names[] = { "return",     "frequency",
						"address",    "cookie",
						"regs",       "at_once",
						"trampoline", NULL };

static const char *const event_flag_names[] = {
	"take", "zero",  "taken", "by_key", "by_value",
	"down", "first", "rate",  NULL,
};

static_assert(1 << (ARRAY_SIZE(event_flag_names) - 1) == EF_ALL + 1,
	      "a name for each flag of events");
static_assert(1 << (ARRAY_SIZE(need_names) - 1) == NEED_ALL + 1,
	      "a name for each need");
static_assert(1 << (ARRAY_SIZE(probe_flag_names) - 1) == PF_ALL + 1,
	      "a name for each flag of probes");

/* --- one function for each struct ----------------------------------------------- */

static void wire_option(struct wire *w, struct options *o, enum option_id i)
{
	const struct option_row *r = &option_rows[i];

	wire_line(w, "option", -1);
	wire_label(w, r->name);
	if (r->type == OT_CHOICE)
		wire_enum(w, NULL, &o->num[i], r->choices, option_choices(r));
	else if (r->type == OT_TEXT)
		wire_str(w, NULL, &o->text[i]);
	else
		wire_u64(w, NULL, &o->num[i]);
	wire_bool(w, "set", &o->is_set[i]);
	wire_line_end(w);
}

static bool is_default(const struct options *o, enum option_id i)
{
	const struct option_row *r = &option_rows[i];

	return !o->is_set[i] && o->num[i] == r->fallback &&
	       str_eq(o->text[i], str_from(r->fallback_text));
}

static void wire_options(struct wire *w, struct options *o)
{
	enum option_id i;

	if (wire_count(w, OPT_N) != OPT_N)
		wire_fail(w, "it has other options");
	for (i = 0; i < OPT_N; i++)
		if (w->mode != WIRE_TEXT || !is_default(o, i))
			wire_option(w, o, i);
}

static void wire_map(struct wire *w, struct plan_map *m)
{
	wire_str(w, NULL, &m->name);
	wire_enum(w, NULL, &m->store, map_store_names, MS_N);
	wire_str(w, "symbol", &m->symbol);
	wire_type(w, "key", &m->key);
	wire_type(w, "value", &m->value);
	wire_u32(w, "max", &m->max_entries);
	wire_bool(w, "pair", &m->is_pair);
}

static void wire_targets(struct wire *w, struct plan_probe *p)
{
	size_t i, n = wire_count(w, p->targets.n);

	for (i = 0; i < n && !w->error; i++)
		wire_str(w, i ? NULL : "targets",
			 w->mode == WIRE_READ ? vec_add(w->arena, &p->targets)
					      : &p->targets.v[i]);
}

static void wire_names(struct wire *w, struct plan_probe *p)
{
	size_t i, n = wire_count(w, p->names.n);

	if (n > 1)
		wire_label(w, "names");
	for (i = 0; i < n && !w->error; i++)
		wire_u32(w, n > 1 ? NULL : "names",
			 w->mode == WIRE_READ ? vec_add(w->arena, &p->names)
					      : &p->names.v[i]);
}

static void wire_args(struct wire *w, struct plan_probe *p)
{
	size_t i, n = wire_count(w, p->args.n);

	for (i = 0; i < n && !w->error; i++) {
		struct plan_arg *a = w->mode == WIRE_READ
					     ? vec_add(w->arena, &p->args)
					     : &p->args.v[i];

		wire_str(w, "arg", &a->name);
		wire_str(w, NULL, &a->type);
		wire_u32(w, "at", &a->offset);
		wire_u32(w, "size", &a->size);
	}
}

static void wire_probe(struct wire *w, struct plan_probe *p)
{
	wire_str(w, NULL, &p->name);
	wire_enum(w, NULL, &p->kind, probe_kind_names, PK_N);
	wire_str(w, "symbol", &p->symbol);
	wire_str(w, "module", &p->module);
	wire_str(w, "path", &p->path);
	wire_str(w, "operands", &p->operands);
	wire_u64(w, "offset", &p->offset);
	wire_u64(w, "rate", &p->rate);
	wire_flags(w, "flags", &p->flags, probe_flag_names);
	wire_names(w, p);
	wire_targets(w, p);
	wire_u32(w, "point", &p->point);
	wire_str(w, "where", &p->where);
	wire_str(w, "pattern", &p->pattern);
	wire_args(w, p);
}

static void wire_name(struct wire *w, struct str *name)
{
	wire_str(w, NULL, name);
}

static void wire_constant(struct wire *w, struct enumerator *e)
{
	wire_str(w, NULL, &e->name);
	wire_i64(w, "value", &e->value);
}

static void wire_columns(struct wire *w, struct plan_event *e)
{
	size_t i, n = wire_count(w, e->columns.n);

	for (i = 0; i < n && !w->error; i++) {
		struct plan_column *c = w->mode == WIRE_READ
						? vec_add(w->arena, &e->columns)
						: &e->columns.v[i];

		wire_label(w, "column");
		wire_u32(w, NULL, &c->map);
		wire_flags(w, NULL, &c->flags, event_flag_names);
	}
}

static void wire_event(struct wire *w, struct plan_event *e)
{
	wire_enum(w, NULL, &e->kind, event_kind_names, EV_N);
	wire_type(w, "payload", &e->payload);
	wire_str(w, "text", &e->text);
	wire_u32(w, "map", &e->map);
	wire_u32(w, "site", &e->site);
	wire_flags(w, "flags", &e->flags, event_flag_names);
	wire_columns(w, e);
}

static void wire_fixup(struct wire *w, struct plan_fixup *f)
{
	wire_enum(w, NULL, &f->kind, fixup_kind_names, FX_N);
	wire_str(w, "arg", &f->arg);
	wire_u32(w, "offset", &f->offset);
	wire_u32(w, "size", &f->size);
	wire_str(w, "fallback", &f->fallback);
	wire_str(w, "doc", &f->doc);
}

static void wire_site(struct wire *w, struct plan_site *s)
{
	wire_enum(w, NULL, &s->kind, site_kind_names, SITE_N);
	wire_str(w, "file", &s->file);
	wire_u32(w, "line", &s->line);
	wire_u32(w, "column", &s->column);
	wire_u32(w, "end", &s->end_column);
	wire_u32(w, "map", &s->map);
	wire_u32(w, "probe", &s->probe);
	wire_str(w, "text", &s->text);
}

/* What identifies a plan: read alone first. */
static void wire_identity(struct wire *w, uint32_t *version, struct str *arch)
{
	wire_line(w, "plan", -1);
	wire_u32(w, "version", version);
	wire_str(w, "arch", arch);
}

static void wire_plan(struct wire *w, struct plan *p)
{
	wire_str(w, "name", &p->name);
	wire_str(w, "release", &p->release);
	wire_flags(w, "needs", &p->needs, need_names);
	wire_u32(w, "fixups", &p->fixups_size);
	wire_line_end(w);
	wire_options(w, &p->options);
	wire_types(w);
	wire_vec(w, "map", &p->maps, 0, wire_map);
	wire_vec(w, "probe", &p->probes, 0, wire_probe);
	wire_vec(w, "name", &p->names, 0, wire_name);
	wire_vec(w, "event", &p->events, 1, wire_event);
	wire_vec(w, "fixup", &p->fixups, 0, wire_fixup);
	wire_vec(w, "site", &p->sites, 1, wire_site);
	wire_vec(w, "constant", &p->constants, 0, wire_constant);
	wire_vec(w, "enum", &p->enums, 0, wire_name);
}

/* --- the three directions ------------------------------------------------------- */

/* Writing and printing change nothing of p. */
static void put_plan(const struct plan *p, enum wire_mode mode, struct buf *out)
{
	struct plan *plan = (struct plan *)p;
	struct wire w = { .mode = mode, .out = out, .types = &plan->types };

	w.number_of = xzalloc(p->types.v.n * sizeof(*w.number_of));
	vec_each(m, &p->maps) {
		wire_number_type(&w, types_get(&p->types, m->key));
		wire_number_type(&w, types_get(&p->types, m->value));
	}
	vec_each(e, &p->events)
		wire_number_type(&w, types_get(&p->types, e->payload));
	wire_identity(&w, &plan->version, &plan->arch);
	wire_plan(&w, plan);
	free(w.number_of);
	arena_free(&w.scratch);
}

void plan_write(const struct plan *p, struct buf *out)
{
	buf_puts(out, MAGIC);
	put_plan(p, WIRE_WRITE, out);
}

void plan_text(const struct plan *p, struct buf *out)
{
	put_plan(p, WIRE_TEXT, out);
}

static bool read_all(struct wire *w, struct plan *p, struct diags *d)
{
	struct span nowhere = { 0 };

	wire_identity(w, &p->version, &p->arch);
	if (!w->error && !plan_fits_here(p->version, p->arch, d))
		return false;
	if (!w->error)
		wire_plan(w, p);
	if (!w->error && w->in.n)
		wire_fail(w, "something follows it");
	if (w->error)
		return diag_error(d, nowhere, D_SAVED,
				  "the plan is damaged: %s", w->error);
	return plan_validate(p, d);
}

struct plan *plan_read(struct str bytes, struct diags *d)
{
	struct wire w = { .mode = WIRE_READ, .in = bytes };
	struct span nowhere = { 0 };
	struct plan *p;

	if (!str_starts(bytes, MAGIC) || bytes.n > PLAN_MAX_BYTES) {
		diag_error(d, nowhere, D_SAVED, "this is not a plan of espy");
		return NULL;
	}
	w.in.p += strlen(MAGIC);
	w.in.n -= strlen(MAGIC);
	p = plan_new();
	w.arena = &p->arena;
	w.types = &p->types;
	if (!read_all(&w, p, d)) {
		plan_free(p);
		p = NULL;
	}
	arena_free(&w.scratch);
	return p;
}
