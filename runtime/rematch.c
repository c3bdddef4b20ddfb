/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/rematch.h"

#include "runtime/rematch_impl.h"

#define NOWHERE ((struct span){ 0 })

/* --- the programs of an attach point -------------------------------------- */

/* Is probe i the first of those that share program and attach point? */
static bool is_first(const struct plan *p, size_t i)
{
	const struct plan_probe *v = p->probes.v;

	for (size_t j = 0; j < i; j++)
		if (v[j].point == v[i].point &&
		    str_eq(v[j].symbol, v[i].symbol))
			return false;
	return true;
}

static bool is_table(const struct rematch *r, uint32_t point)
{
	for (size_t i = 0; i < r->n_settled; i++)
		if (r->plan->probes.v[i].point == point &&
		    r->plan->probes.v[i].kind == PK_SYSCALLS)
			return true;
	return false;
}

/* System calls go to their table where the attach point has one. */
static bool is_of_kind(struct rematch *r, const struct plan_probe *p,
		       const struct match *it)
{
	struct str side;

	if (p->kind != PK_TRACEPOINT && p->kind != PK_SYSCALLS)
		return true;
	side = rematch_side(r, it);
	if (p->kind == PK_SYSCALLS)
		return str_eq(side, p->module);
	return !side.n || !is_table(r, p->point);
}

static const char *unfit(struct rematch *r, const struct plan_probe *p,
			 const struct match *it)
{
	if (!is_of_kind(r, p, it))
		return "no program was compiled for its kind";
	return rematch_unfit(r, p, it->place, it->name);
}

/* Is a target for the program of probe i: the first of the attach point that it
 * fits? */
static bool is_for(struct rematch *r, size_t i, const struct match *it)
{
	const struct plan_probe *v = r->plan->probes.v;
	const char *why = NULL, *one;

	for (size_t j = 0; j < r->n_settled; j++) {
		if (v[j].point != v[i].point || v[j].flags & PF_ADDRESS ||
		    (v[j].flags ^ v[i].flags) & PF_RETURN ||
		    !is_first(r->plan, j))
			continue;
		one = unfit(r, &v[j], it);
		if (!one)
			return i == j;
		why = why ? why : one;
	}
	/* Once, by the first. */
	for (size_t j = 0; j < i; j++)
		if (v[j].point == v[i].point)
			return false;
	if (!r->n_refused++) {
		r->refused = it->full;
		r->why = str_from(why);
	}
	return false;
}

/* --- their targets -------------------------------------------------------- */

/* The next of the program's probes to fill: one that is there, or another. */
static struct plan_probe *next_probe(struct rematch *r, size_t first,
				     size_t *at)
{
	struct plan *p = r->plan;
	struct plan_probe copy = p->probes.v[first];

	while (++*at < r->n_settled)
		if (p->probes.v[*at].point == copy.point &&
		    str_eq(p->probes.v[*at].symbol, copy.symbol))
			break;
	if (*at >= r->n_settled)
		vec_push(&p->arena, &p->probes, copy);
	return &p->probes.v[*at < r->n_settled ? *at : p->probes.n - 1];
}

static bool fits_in(const struct plan_probe *p, const struct match *it)
{
	struct str place = p->path.n ? p->path : p->module;

	if (!p->targets.n || it->address)
		return false;
	return p->kind == PK_SYSCALLS || str_eq(place, it->place);
}

static void put_place(struct plan_probe *p, const struct match *it)
{
	if (p->kind == PK_UPROBE || p->kind == PK_USDT)
		p->path = it->place;
	else if (p->kind != PK_SYSCALLS)
		p->module = it->place;
}

/* first: the number of the program's first probe. */
static void fill(struct rematch *r, size_t first, const match_vec *found)
{
	struct plan *p = r->plan;
	struct plan_probe *last = NULL;
	size_t at = first;

	vec_each(it, found) {
		if (!is_for(r, first, it))
			continue;
		if (!last || !fits_in(last, it)) {
			last = last ? next_probe(r, first, &at)
				    : &p->probes.v[first];
			memset(&last->targets, 0, sizeof(last->targets));
			memset(&last->names, 0, sizeof(last->names));
			last->flags &= ~(uint32_t)PF_ABSENT;
			put_place(last, it);
		}
		vec_push(&p->arena, &last->names, plan_name_id(p, it->full));
		if (it->address) {
			last->offset = it->address;
			last->flags |= PF_ADDRESS;
		} else {
			vec_push(&p->arena, &last->targets, it->name);
		}
	}
}

static void empty(struct rematch *r, uint32_t point)
{
	for (size_t i = 0; i < r->n_settled; i++) {
		struct plan_probe *p = &r->plan->probes.v[i];

		if (p->point == point)
			p->flags |= PF_ABSENT;
	}
}

/* --- messages ------------------------------------------------------------- */

/* As for what is compiled here. */
static bool report_none(struct rematch *r, const struct plan_probe *p)
{
	uint64_t missing = r->plan->options.num[OPT_MISSING_PROBES];

	if (missing == MISSING_IGNORE)
		return true;
	if (missing == MISSING_WARN)
		diag_warn(r->d, NOWHERE, D_NO_MATCH, "no probe matches '%.*s'",
			  STR_ARG(p->name));
	else
		diag_error(r->d, NOWHERE, D_NO_MATCH, "no probe matches '%.*s'",
			   STR_ARG(p->name));
	if (r->n_refused)
		diag_hint(r->d, "%.*s is here, but %.*s", STR_ARG(r->refused),
			  STR_ARG(r->why));
	return missing == MISSING_WARN;
}

static void report_refused(struct rematch *r, const struct plan_probe *p)
{
	diag_warn(r->d, NOWHERE, D_ATTACH,
		  "%zu of what '%.*s' matches here %s left out: %.*s: %.*s",
		  r->n_refused, STR_ARG(p->name),
		  r->n_refused == 1 ? "is" : "are", STR_ARG(r->refused),
		  STR_ARG(r->why));
	diag_hint(r->d, "compile the script here to trace all of them");
}

static bool check_limit(struct rematch *r)
{
	uint64_t n = 0, max = r->plan->options.num[OPT_MAX_PROBES];

	vec_each(p, &r->plan->probes)
		n += plan_probe_targets(p);
	if (n <= max)
		return true;
	diag_error(r->d, NOWHERE, D_LIMIT,
		   "more than %llu probes to attach: %llu",
		   (unsigned long long)max, (unsigned long long)n);
	diag_hint(r->d, "raise the option max_probes: config = { max_probes = "
			"N }");
	return false;
}

/* --- all ------------------------------------------------------------------ */

static bool has_any(const struct rematch *r, uint32_t point)
{
	vec_each(p, &r->plan->probes)
		if (p->point == point && plan_probe_targets(p))
			return true;
	return false;
}

/* i: its first probe. */
static bool match_point(struct rematch *r, size_t i)
{
	const struct plan_probe head = r->plan->probes.v[i];
	match_vec found = { 0 };

	r->n_refused = 0;
	if (!rematch_find(r, &head, &found))
		return false;
	empty(r, head.point);
	for (; i < r->n_settled; i++) {
		const struct plan_probe *p = &r->plan->probes.v[i];

		if (p->point == head.point && is_first(r->plan, i) &&
		    !(p->flags & PF_ADDRESS))
			fill(r, i, &found);
	}
	if (!has_any(r, head.point))
		return report_none(r, &head);
	if (r->n_refused)
		report_refused(r, &head);
	return true;
}

static bool is_first_of_point(const struct plan *p, size_t i)
{
	for (size_t j = 0; j < i; j++)
		if (p->probes.v[j].point == p->probes.v[i].point)
			return false;
	return true;
}

static bool refuse(struct rematch *r, const struct plan_probe *p, size_t i,
		   const char *why)
{
	diag_error(r->d, NOWHERE, D_KERNEL, "cannot attach %.*s: %s",
		   STR_ARG(r->plan->names.v[p->names.v[i]]), why);
	diag_hint(r->d, "compile the script here");
	return false;
}

/* What has a program of its own, or was named, has to be as it was. */
static bool check_settled(struct rematch *r, struct plan_probe *p)
{
	const char *why;

	r->n_refused = 0;
	for (size_t i = 0; i < p->targets.n; i++) {
		why = rematch_unfit(r, p, p->module, p->targets.v[i]);
		if (!why)
			continue;
		if (!str_is_glob(p->name) || p->targets.n > 1)
			return refuse(r, p, i, why);
		r->n_refused++;
		r->refused = r->plan->names.v[p->names.v[i]];
		r->why = str_from(why);
		p->flags |= PF_ABSENT;
		report_refused(r, p);
	}
	return true;
}

bool rematch_plan(struct plan *p, struct machine *m, struct diags *d)
{
	struct rematch r = {
		.plan = p,
		.machine = m,
		.d = d,
		.n_settled = p->probes.n,
	};
	bool ok = true;

	types_init(&r.types, &p->arena);
	for (size_t i = 0; i < r.n_settled && ok; i++) {
		if (!p->probes.v[i].point)
			ok = check_settled(&r, &p->probes.v[i]);
		else if (is_first_of_point(p, i))
			ok = match_point(&r, i);
	}
	return ok && check_limit(&r);
}
