/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_check.h"

#include <stdlib.h>

#define MAX_ENTRIES     (1u << 30)
#define MAX_FIXUPS_SIZE (1u << 20)

bool plan_check_refuse(struct check *c, const char *fmt, ...)
{
	struct arena *a = &c->d->arena;
	struct span nowhere = { 0 };
	const char *text;
	va_list ap;

	va_start(ap, fmt);
	text = arena_vprintf(a, fmt, ap);
	va_end(ap);
	if (c->table)
		return diag_error(c->d, nowhere, D_SAVED,
				  "the plan is not valid: %s %zu: %s", c->table,
				  c->row, text);
	return diag_error(c->d, nowhere, D_SAVED, "the plan is not valid: %s",
			  text);
}

/* --- types ----------------------------------------------------------------- */

/* Parts come before what is made of them: their facts are there first. */
static void find_facts(struct check *c)
{
	const struct types *t = &c->p->types;
	size_t i;

	c->facts = xzalloc(t->v.n * sizeof(*c->facts));
	for (i = 0; i < t->v.n; i++)
		c->facts[i] = type_fact(t->v.v[i], c->facts);
}

const struct type *plan_check_type(struct check *c, const char *what,
				   type_id id)
{
	const struct type *t = types_get(&c->p->types, id);

	if (!t) {
		plan_check_refuse(c, "there is no %s type %u", what, id);
		return NULL;
	}
	if (c->facts[id].wrong) {
		plan_check_refuse(c, "the %s has %s", what, c->facts[id].wrong);
		return NULL;
	}
	if (t->size > PLAN_MAX_PAYLOAD) {
		plan_check_refuse(c, "the %s is too large: %u bytes", what,
				  t->size);
		return NULL;
	}
	return t;
}

/* --- texts ------------------------------------------------------------------- */

static bool check_text(struct check *c, const char *what, struct str s)
{
	if (s.n > PLAN_MAX_STRING)
		return plan_check_refuse(c, "the %s is too long", what);
	if (str_has(s, '\0'))
		return plan_check_refuse(c, "the %s has a zero byte in it",
					 what);
	return true;
}

static bool check_name(struct check *c, const char *what, struct str s)
{
	if (!s.n)
		return plan_check_refuse(c, "the %s is missing", what);
	return check_text(c, what, s);
}

/* --- maps -------------------------------------------------------------------- */

static const struct store_rule {
	bool is_array, is_percpu;
} store_rules[MS_N] = {
	[MS_ARRAY] = { .is_array = true },
	[MS_PERCPU_ARRAY] = { .is_array = true, .is_percpu = true },
	[MS_PERCPU_HASH] = { .is_percpu = true },
	[MS_PERCPU_LRU_HASH] = { .is_percpu = true },
};

static bool check_key(struct check *c, const struct plan_map *m)
{
	bool is_array = store_rules[m->store].is_array;
	const struct type *key = plan_check_type(c, "key", m->key);

	if (!key)
		return false;
	if (!m->key) {
		if (!is_array || m->max_entries != 1)
			return plan_check_refuse(
				c, "without a key it has to be an "
				   "array of one element");
		return true;
	}
	if (!key->size || c->facts[m->key].has_agg)
		return plan_check_refuse(
			c, "the key is nothing that can be looked "
			   "up");
	if (is_array && (key->kind != TY_INT || key->size != 4))
		return plan_check_refuse(
			c, "the key of an array is an integer of 4 "
			   "bytes");
	return true;
}

static bool check_map(struct check *c, const struct plan_map *m)
{
	const struct type *value;

	if (!check_name(c, "name", m->name) ||
	    !check_name(c, "symbol", m->symbol))
		return false;
	if (m->name.p[0] != '@')
		return plan_check_refuse(c, "the name does not start with '@'");
	if ((unsigned int)m->store >= MS_N)
		return plan_check_refuse(c, "there is no store %d", m->store);
	if (!m->max_entries || m->max_entries > MAX_ENTRIES)
		return plan_check_refuse(c, "it cannot have %u entries",
					 m->max_entries);
	value = plan_check_type(c, "value", m->value);
	if (!value || !check_key(c, m))
		return false;
	if (!value->size)
		return plan_check_refuse(c, "the value is missing");
	if (type_is_aggregation(value) && !store_rules[m->store].is_percpu)
		return plan_check_refuse(
			c, "an aggregation needs a store for each "
			   "CPU");
	return true;
}

/* --- probes ------------------------------------------------------------------ */

enum need {
	NO,
	MAY,
	MUST
};

static const struct probe_rule {
	enum need targets, module, path, rate;
	uint32_t flags; /* that it may have */
} probe_rules[PK_N] = {
	[PK_BEGIN] = { NO, NO, NO, NO, PF_COOKIE },
	[PK_END] = { NO, NO, NO, NO, PF_COOKIE },
	[PK_INTERVAL] = { NO, NO, NO, MUST, PF_FREQUENCY | PF_COOKIE },
	[PK_PROFILE] = { NO, NO, NO, MUST, PF_FREQUENCY | PF_COOKIE },
	[PK_TRACEPOINT] = { MUST, MUST, NO, NO, PF_COOKIE },
	[PK_SYSCALLS] = { MUST, MAY, NO, NO, PF_COOKIE },
	[PK_RAWTRACEPOINT] = { MUST, MAY, NO, NO, PF_COOKIE },
	[PK_KPROBE] = { MUST, MAY, NO, MAY,
			PF_RETURN | PF_ADDRESS | PF_COOKIE | PF_REGS |
				PF_TRAMPOLINE },
	[PK_FENTRY] = { MUST, MAY, NO, NO, PF_RETURN },
	[PK_FMODRET] = { MUST, MAY, NO, NO, 0 },
	[PK_LSM] = { MUST, NO, NO, NO, 0 },
	[PK_BPF_PROG] = { MUST, NO, NO, NO, PF_RETURN },
	[PK_USDT] = { MUST, NO, MUST, NO, PF_COOKIE },
	[PK_SELF] = { MUST, NO, NO, NO, 0 },
	[PK_TEST] = { MUST, NO, NO, NO, 0 },
	[PK_BENCH] = { MUST, NO, NO, NO, 0 },
	[PK_UPROBE] = { MUST, MAY, MUST, NO,
			PF_RETURN | PF_ADDRESS | PF_COOKIE | PF_REGS },
	[PK_SOFTWARE] = { MUST, NO, NO, MUST, PF_COOKIE },
	[PK_HARDWARE] = { MUST, NO, NO, MUST, PF_COOKIE },
	[PK_ITER] = { MUST, MAY, MAY, NO, PF_AT_ONCE },
	[PK_WATCHPOINT] = { MUST, MUST, NO, MUST, PF_ADDRESS | PF_COOKIE },
};

static bool check_need(struct check *c, const char *what, enum need need,
		       bool is_there)
{
	if (need == MUST && !is_there)
		return plan_check_refuse(c, "the %s is missing", what);
	if (need == NO && is_there)
		return plan_check_refuse(c, "it has no use for its %s", what);
	return true;
}

static bool check_targets(struct check *c, const struct plan_probe *p)
{
	size_t names = p->targets.n ? p->targets.n : 1;
	enum need need = probe_rules[p->kind].targets;

	if (p->flags & PF_ADDRESS)
		need = NO;
	if (p->targets.n > PLAN_MAX_ELEMENTS)
		return plan_check_refuse(c, "too many targets");
	if (!check_need(c, "target", need, p->targets.n))
		return false;
	vec_each(it, &p->targets)
		if (!check_name(c, "target", *it))
			return false;
	if (p->names.n != names)
		return plan_check_refuse(c, "it has %zu names for %zu targets",
					 p->names.n, names);
	vec_each(id, &p->names)
		if (*id >= c->p->names.n)
			return plan_check_refuse(c, "there is no name %u", *id);
	return true;
}

/* One function, entered or left: nothing else can be a trampoline. */
static bool check_trampoline(struct check *c, const struct plan_probe *p)
{
	uint64_t most = p->flags & PF_TRAMPOLINE ? TR_ALL : 0;

	if (p->kind == PK_KPROBE && p->rate > most)
		return plan_check_refuse(c, "it cannot read %#jx",
					 (uintmax_t)p->rate);
	if (p->flags & PF_TRAMPOLINE && (p->targets.n != 1 || p->offset ||
					 p->flags & (PF_ADDRESS | PF_COOKIE)))
		return plan_check_refuse(c, "it cannot be a trampoline");
	return true;
}

/* Looked for anew are names of functions, events and marks. */
static bool check_point(struct check *c, const struct plan_probe *p)
{
	bool may = p->kind == PK_TRACEPOINT || p->kind == PK_SYSCALLS ||
		   p->kind == PK_KPROBE || p->kind == PK_UPROBE ||
		   p->kind == PK_USDT;

	if (!check_text(c, "place of its targets", p->where) ||
	    !check_text(c, "pattern", p->pattern))
		return false;
	if (!p->point != !p->pattern.n || (p->where.n && !p->point))
		return plan_check_refuse(c,
					 "a number and a pattern go together");
	if (p->point && (!may || p->flags & PF_TRAMPOLINE ||
			 (p->offset && !(p->flags & PF_ADDRESS))))
		return plan_check_refuse(c, "it cannot have a pattern");
	vec_each(a, &p->args)
		if (!check_name(c, "argument", a->name) ||
		    !check_text(c, "type of an argument", a->type))
			return false;
	return true;
}

static bool check_probe(struct check *c, const struct plan_probe *p)
{
	const struct probe_rule *rule;

	if (!check_name(c, "name", p->name) ||
	    !check_name(c, "symbol", p->symbol) ||
	    !check_text(c, "module", p->module) ||
	    !check_text(c, "path", p->path) ||
	    !check_text(c, "operands", p->operands))
		return false;
	if ((unsigned int)p->kind >= PK_N)
		return plan_check_refuse(c, "there is no kind %d", p->kind);
	rule = &probe_rules[p->kind];
	if (p->flags & ~rule->flags)
		return plan_check_refuse(c, "it cannot have the flags %#x",
					 p->flags & ~rule->flags);
	return check_need(c, "operands", p->kind == PK_USDT ? MAY : NO,
			  p->operands.n) &&
	       check_need(c, "module", rule->module, p->module.n) &&
	       check_need(c, "path", rule->path, p->path.n) &&
	       check_need(c, "rate", rule->rate, p->rate) &&
	       check_trampoline(c, p) && check_point(c, p) &&
	       check_targets(c, p);
}

/* --- fixups ------------------------------------------------------------------- */

static const struct fixup_rule {
	bool has_arg, is_text;
} fixup_rules[FX_N] = {
	[FX_PARAM] = { .has_arg = true },
	[FX_PARAM_TEXT] = { .has_arg = true, .is_text = true },
	[FX_KADDR] = { .has_arg = true },
	[FX_UADDR] = { .has_arg = true },
	[FX_CGROUPID] = { .has_arg = true },
	[FX_OPTION] = { .has_arg = true },
	[FX_OPTION_TEXT] = { .has_arg = true, .is_text = true },
	[FX_TRAMPOLINE] = { .has_arg = true },
};

static bool is_position(struct str s)
{
	size_t i;

	for (i = 0; i < s.n; i++)
		if (s.p[i] < '0' || s.p[i] > '9')
			return false;
	return s.n && s.n < 6 && s.p[0] != '0';
}

static bool check_slot(struct check *c, const struct plan_fixup *f)
{
	uint32_t all = c->p->fixups_size;

	if (!f->size || f->size > all || f->offset > all - f->size)
		return plan_check_refuse(c, "the slot is outside of the data");
	if (f->offset % 8)
		return plan_check_refuse(c, "the slot is not aligned");
	if (!fixup_rules[f->kind].is_text && f->size != 8)
		return plan_check_refuse(
			c,
			"the slot of a number has 8 bytes, not "
			"%u",
			f->size);
	return true;
}

static bool check_fixup(struct check *c, const struct plan_fixup *f)
{
	if (!check_text(c, "argument", f->arg) ||
	    !check_text(c, "fallback", f->fallback) ||
	    !check_text(c, "description", f->doc))
		return false;
	if ((unsigned int)f->kind >= FX_N)
		return plan_check_refuse(c, "there is no kind %d", f->kind);
	if (!check_need(c, "argument", fixup_rules[f->kind].has_arg ? MUST : NO,
			f->arg.n) ||
	    !check_slot(c, f))
		return false;
	if ((f->kind == FX_PARAM || f->kind == FX_PARAM_TEXT) &&
	    !is_position(f->arg))
		return plan_check_refuse(c, "'%.*s' is no position",
					 STR_ARG(f->arg));
	if (f->kind == FX_UADDR && !str_has(f->arg, ':'))
		return plan_check_refuse(c, "'%.*s' is no path:symbol",
					 STR_ARG(f->arg));
	return true;
}

static int by_offset(const void *a, const void *b)
{
	const struct plan_fixup *const *x = a, *const *y = b;

	return ((*x)->offset > (*y)->offset) - ((*x)->offset < (*y)->offset);
}

static bool check_overlap(struct check *c)
{
	const struct plan *p = c->p;
	auto_free const struct plan_fixup **v = NULL;
	size_t i;

	v = xzalloc(p->fixups.n * sizeof(*v));
	for (i = 0; i < p->fixups.n; i++)
		v[i] = &p->fixups.v[i];
	qsort(v, p->fixups.n, sizeof(*v), by_offset);
	for (i = 1; i < p->fixups.n; i++)
		if (v[i]->offset - v[i - 1]->offset < v[i - 1]->size)
			return plan_check_refuse(c, "fixups share bytes");
	return true;
}

/* --- sites and names ------------------------------------------------------------ */

static bool check_site(struct check *c, const struct plan_site *s)
{
	if (!check_text(c, "file", s->file) || !check_text(c, "text", s->text))
		return false;
	if (s->kind == SITE_NONE || (unsigned int)s->kind >= SITE_N)
		return plan_check_refuse(c, "there is no kind %d", s->kind);
	if (!s->line || !s->column)
		return plan_check_refuse(c, "the place is missing");
	if (s->kind == SITE_MAP_FULL || s->kind == SITE_KEY
		    ? s->map >= c->p->maps.n
		    : s->map)
		return plan_check_refuse(c, "there is no map %u for it",
					 s->map);
	if (plan_site_has_probe(s->kind) ? s->probe >= c->p->probes.n
					 : s->probe)
		return plan_check_refuse(c, "there is no probe %u for it",
					 s->probe);
	return true;
}

static bool check_a_name(struct check *c, const struct str *s)
{
	return check_name(c, "name", *s);
}

static bool check_constant(struct check *c, const struct enumerator *e)
{
	return check_name(c, "name", e->name);
}

/* --- the plan ------------------------------------------------------------------- */

static bool check_head(struct check *c)
{
	const struct plan *p = c->p;

	if (!check_name(c, "architecture", p->arch) ||
	    !check_text(c, "script's name", p->name) ||
	    !check_text(c, "release", p->release))
		return false;
	if (p->needs & ~NEED_ALL)
		return plan_check_refuse(c, "it needs what is not known: %#x",
					 p->needs & ~NEED_ALL);
	if ((p->needs & NEED_RELEASE || p->constants.n || p->enums.n) &&
	    !p->release.n)
		return plan_check_refuse(c, "the release is missing");
	if (p->fixups_size > MAX_FIXUPS_SIZE)
		return plan_check_refuse(c, "the fixups take %u bytes",
					 p->fixups_size);
	if (!p->events.n || p->events.v[0].kind != EV_NONE || !p->sites.n ||
	    p->sites.v[0].kind != SITE_NONE)
		return plan_check_refuse(c, "event 0 or site 0 is taken");
	return true;
}

static bool check_options(struct check *c)
{
	const struct options *o = &c->p->options;
	enum option_id i;

	for (i = 0; i < OPT_N; i++) {
		const struct option_row *r = &option_rows[i];

		if (!check_text(c, r->name, o->text[i]))
			return false;
		if ((r->type == OT_NUMBER &&
		     (o->num[i] < r->min || o->num[i] > r->max)) ||
		    (r->type == OT_BOOL && o->num[i] > 1) ||
		    (r->type == OT_CHOICE && o->num[i] >= option_choices(r)))
			return plan_check_refuse(c, "option '%s' cannot be %ju",
						 r->name, (uintmax_t)o->num[i]);
	}
	return true;
}

/* Every row of a table from one on; stops at the first mistake. */
#define check_rows(c, name, vec, first, fn)                                 \
	({                                                                  \
		bool ok_ = true;                                            \
		(c)->table = (name);                                        \
		(c)->row = 0;                                               \
		if ((vec)->n > PLAN_MAX_ELEMENTS)                           \
			ok_ = plan_check_refuse((c), "there are too many"); \
		for (size_t i_ = (first); ok_ && i_ < (vec)->n; i_++) {     \
			(c)->row = i_;                                      \
			ok_ = fn((c), &(vec)->v[i_]);                       \
		}                                                           \
		(c)->table = NULL;                                          \
		ok_;                                                        \
	})

static bool check_tables(struct check *c)
{
	const struct plan *p = c->p;

	return check_rows(c, "map", &p->maps, 0, check_map) &&
	       check_rows(c, "name", &p->names, 0, check_a_name) &&
	       check_rows(c, "probe", &p->probes, 0, check_probe) &&
	       check_rows(c, "site", &p->sites, 1, check_site) &&
	       check_rows(c, "event", &p->events, 1, plan_check_event) &&
	       check_rows(c, "fixup", &p->fixups, 0, check_fixup) &&
	       check_rows(c, "constant", &p->constants, 0, check_constant) &&
	       check_rows(c, "enum", &p->enums, 0, check_a_name) &&
	       check_overlap(c);
}

bool plan_validate(const struct plan *p, struct diags *d)
{
	struct check c = { .p = p, .d = d };
	bool ok;

	if (!plan_fits_here(p->version, p->arch, d) || !check_head(&c) ||
	    !check_options(&c))
		return false;
	find_facts(&c);
	ok = check_tables(&c);
	free(c.facts);
	return ok;
}
