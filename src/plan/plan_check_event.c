/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_check.h"

#include "plan/fmt.h"

typedef bool payload_fn(struct check *c, const struct plan_event *e,
			const struct type *payload);

/* --- payloads ----------------------------------------------------------------- */

static bool is_number(const struct type *t, uint32_t size)
{
	return t->kind == TY_INT && t->size == size;
}

static bool check_nothing(struct check *c, const struct plan_event *e,
			  const struct type *payload)
{
	(void)payload;
	return !e->payload ||
	       plan_check_refuse(c, "it has no use for its payload");
}

static bool check_format(struct check *c, const struct plan_event *e,
			 const struct type *payload)
{
	struct arena *a = &c->d->arena;
	const char *why;
	uint32_t at;
	struct fmt f;

	if (!fmt_parse(a, e->text, &f, &why, &at) ||
	    !fmt_check(a, &f, payload->fields, payload->n_fields, &why, &at))
		return plan_check_refuse(c, "%s", why);
	return true;
}

static bool check_value(struct check *c, const struct plan_event *e,
			const struct type *payload)
{
	(void)e;
	return payload->n_fields == 1 ||
	       plan_check_refuse(c, "the payload is not one value");
}

static bool check_top_div(struct check *c, const struct plan_event *e,
			  const struct type *payload)
{
	(void)e;
	return (payload->n_fields == 2 &&
		is_number(payload->fields[0].type, 4) &&
		is_number(payload->fields[1].type, 4)) ||
	       plan_check_refuse(c,
				 "the payload is not two numbers of 4 bytes");
}

/* Maps side by side: what they have in common is the key. */
static bool check_table(struct check *c, const struct plan_event *e,
			const struct type *payload)
{
	const struct plan_map *maps = c->p->maps.v;

	if (e->columns.n < 2 || e->columns.v[0].map != e->map)
		return plan_check_refuse(c, "it is no table of maps");
	vec_each(m, &e->columns) {
		if (m->map >= c->p->maps.n)
			return plan_check_refuse(c, "there is no map %u for it",
						 m->map);
		if (maps[m->map].key != maps[e->map].key)
			return plan_check_refuse(
				c, "map %u has other keys than map %u", m->map,
				e->map);
		if (m->flags & EF_TAKE && !maps[m->map].is_pair)
			return plan_check_refuse(c, "map %u is no pair",
						 m->map);
	}
	return check_top_div(c, e, payload);
}

static bool check_percentile(struct check *c, const struct plan_event *e,
			     const struct type *payload)
{
	const struct plan_map *m = &c->p->maps.v[e->map];
	enum type_kind kind = types_get(&c->p->types, m->value)->kind;
	struct str rest = e->text;
	double percent;

	if (kind != TY_HIST && kind != TY_LHIST)
		return plan_check_refuse(c, "map %u has no histograms", e->map);
	while (plan_next_percent(&rest, &percent))
		;
	if (rest.n || !e->text.n)
		return plan_check_refuse(c, "the text is no list of numbers "
					    "from 0 to 100");
	if (payload->n_fields != (m->key ? 1 : 0) && payload->n_fields)
		return plan_check_refuse(c, "the payload is not a key");
	return !payload->n_fields || payload->fields[0].type->id == m->key ||
	       plan_check_refuse(c, "the payload is not a key of map %u",
				 e->map);
}

static bool check_entry(struct check *c, const struct plan_event *e,
			const struct type *payload)
{
	type_id key = c->p->maps.v[e->map].key;

	return (payload->n_fields == 1 && key &&
		payload->fields[0].type->id == key) ||
	       plan_check_refuse(c, "the payload is not a key of map %u",
				 e->map);
}

static bool check_number(struct check *c, const struct plan_event *e,
			 const struct type *payload)
{
	uint32_t size = e->kind == EV_EXIT ? 1 : 8;

	return (payload->n_fields == 1 &&
		is_number(payload->fields[0].type, size)) ||
	       plan_check_refuse(c, "the payload is not a number of %u byte%s",
				 size, size == 1 ? "" : "s");
}

static bool is_text_array(const struct type *t)
{
	return t->kind == TY_ARRAY && t->elem->kind == TY_STRING;
}

/* A count and either an array of strings or as many fields. */
static bool check_list(struct check *c, const struct plan_event *e,
		       const struct type *payload)
{
	const struct field *f = payload->fields;
	uint32_t i;

	(void)e;
	if (payload->n_fields < 2 || !is_number(f[0].type, 4))
		return plan_check_refuse(c, "the payload does not start with a "
					    "count");
	if (payload->n_fields == 2 && is_text_array(f[1].type))
		return true;
	for (i = 1; i < payload->n_fields; i++)
		if (f[i].type != f[1].type || f[i].type->kind != TY_STRING)
			return plan_check_refuse(c,
						 "the payload is not a list of "
						 "strings");
	return true;
}

/* --- kinds -------------------------------------------------------------------- */

static const struct event_rule {
	payload_fn *payload;
	bool has_text, has_map, has_site, is_unsafe;
} event_rules[EV_N] = {
	[EV_PRINTF] = { .payload = check_format, .has_text = true },
	[EV_PRINT_VALUE] = { .payload = check_value },
	[EV_PRINT_MAP] = { .payload = check_top_div, .has_map = true },
	[EV_PRINT_ENTRY] = { .payload = check_entry, .has_map = true },
	[EV_CLEAR] = { .payload = check_nothing, .has_map = true },
	[EV_ZERO] = { .payload = check_nothing, .has_map = true },
	[EV_TIME] = { .payload = check_nothing, .has_text = true },
	[EV_EXIT] = { .payload = check_number },
	[EV_WARN] = { .payload = check_number, .has_site = true },
	[EV_JOIN] = { .payload = check_list, .has_text = true },
	[EV_CAT] = { .payload = check_format, .has_text = true },
	[EV_ERRORF] = { .payload = check_format,
			.has_text = true,
			.has_site = true },
	[EV_WARNF] = { .payload = check_format,
		       .has_text = true,
		       .has_site = true },
	[EV_SYSTEM] = { .payload = check_format,
			.has_text = true,
			.is_unsafe = true },
	[EV_PERCENTILE] = { .payload = check_percentile,
			    .has_text = true,
			    .has_map = true },
	[EV_PRINT_TABLE] = { .payload = check_table, .has_map = true },
	[EV_PACKET] = { .payload = check_nothing, .has_text = true },
};

/* The fields of a payload are read in place: where C would put them. */
static bool check_alignment(struct check *c, const struct type *payload)
{
	uint32_t i;

	for (i = 0; i < payload->n_fields; i++) {
		const struct field *f = &payload->fields[i];

		if (f->offset % f->type->align || f->bit_size)
			return plan_check_refuse(
				c,
				"field %u of the payload is not "
				"aligned",
				i);
	}
	return true;
}

static bool check_payload(struct check *c, const struct plan_event *e)
{
	const struct type *payload = plan_check_type(c, "payload", e->payload);

	if (!payload)
		return false;
	if (payload->kind != TY_RECORD && e->payload)
		return plan_check_refuse(c, "the payload is not a record");
	return check_alignment(c, payload) &&
	       event_rules[e->kind].payload(c, e, payload);
}

static bool check_links(struct check *c, const struct plan_event *e)
{
	const struct event_rule *rule = &event_rules[e->kind];

	if (rule->has_map ? e->map >= c->p->maps.n : e->map)
		return plan_check_refuse(c, "there is no map %u for it",
					 e->map);
	if (e->site >= c->p->sites.n)
		return plan_check_refuse(c, "there is no site %u", e->site);
	if (e->flags & ~(uint32_t)EF_ALL || (e->flags && !rule->has_map))
		return plan_check_refuse(c, "there are no flags %x for it",
					 e->flags);
	if (e->flags & EF_TAKE && !c->p->maps.v[e->map].is_pair)
		return plan_check_refuse(c, "map %u is no pair", e->map);
	if (e->columns.n && e->kind != EV_PRINT_TABLE)
		return plan_check_refuse(c, "it has no use for more maps");
	if (rule->has_site && !e->site)
		return plan_check_refuse(c, "the site is missing");
	return true;
}

bool plan_check_event(struct check *c, const struct plan_event *e)
{
	const struct event_rule *rule;

	if (e->kind == EV_NONE || (unsigned int)e->kind >= EV_N)
		return plan_check_refuse(c, "there is no kind %d", e->kind);
	rule = &event_rules[e->kind];
	if (e->text.n > PLAN_MAX_STRING)
		return plan_check_refuse(c, "the text is too long");
	if (str_has(e->text, '\0'))
		return plan_check_refuse(c, "the text has a zero byte in it");
	if (e->text.n && !rule->has_text)
		return plan_check_refuse(c, "it has no use for its text");
	if (rule->is_unsafe && !(c->p->needs & NEED_UNSAFE))
		return plan_check_refuse(c,
					 "it is unsafe, and the plan does not "
					 "say so");
	return check_links(c, e) && check_payload(c, e);
}
