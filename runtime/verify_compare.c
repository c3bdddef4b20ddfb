/* SPDX-License-Identifier: Apache-2.0 */
/* verify_compare.c - an earlier report, and what has grown since. */
#include <inttypes.h>
#include <stdlib.h>

#include "runtime/verify.h"

#define NOWHERE   ((struct span){ 0 })
#define MAX_DEPTH 16 /* of lists and objects in each other */

/* --- reading --------------------------------------------------------------- */

/* What an old report says of a program. */
struct old {
	struct str probe;
	bool has[VM_N];
	uint64_t measures[VM_N];
	bool is_met; /* compared */
};

struct reader {
	struct arena arena;
	struct str rest;
	VEC(struct old) programs;
	struct old *now; /* the program that is read; NULL: none */
};

static char next(struct reader *r)
{
	while (r->rest.n && strchr(" \t\r\n", *r->rest.p)) {
		r->rest.p++;
		r->rest.n--;
	}
	return r->rest.n ? *r->rest.p : '\0';
}

static bool take(struct reader *r, char c)
{
	if (!c || next(r) != c)
		return false;
	r->rest.p++;
	r->rest.n--;
	return true;
}

/* Names of probes are mostly plain: of escapes only '\"', '\\' and '\/' come out
 * as what they stand for. */
static bool take_string(struct reader *r, struct str *out)
{
	auto_buf struct buf text = {};

	if (!take(r, '"'))
		return false;
	while (r->rest.n && *r->rest.p != '"') {
		if (*r->rest.p == '\\' && r->rest.n > 1 &&
		    strchr("\"\\/", r->rest.p[1])) {
			r->rest.p++;
			r->rest.n--;
		}
		buf_putc(&text, *r->rest.p++);
		r->rest.n--;
	}
	*out = str_copy(&r->arena, buf_view(&text));
	return take(r, '"');
}

/* true, null, 5, -1.5e3; numbers of a report are whole. */
static bool take_word(struct reader *r, uint64_t *n)
{
	size_t i = 0;

	next(r);
	*n = 0;
	while (i < r->rest.n && !strchr(" \t\r\n,]}:\"{[", r->rest.p[i])) {
		char c = r->rest.p[i++];

		if (c >= '0' && c <= '9')
			*n = *n * 10 + (uint64_t)(c - '0');
	}
	r->rest.p += i;
	r->rest.n -= i;
	return i;
}

static bool take_value(struct reader *r, struct str key, int depth);

static void note(struct reader *r, struct str key, struct str text, uint64_t n)
{
	if (!r->now)
		return;
	if (str_is(key, "probe"))
		r->now->probe = text;
	for (int i = 0; i < VM_N; i++) {
		if (!str_is(key, verify_measure_names[i]))
			continue;
		r->now->has[i] = true;
		r->now->measures[i] = n;
	}
}

static bool take_object(struct reader *r, int depth)
{
	struct str key;

	if (take(r, '}'))
		return true;
	do {
		if (!take_string(r, &key) || !take(r, ':') ||
		    !take_value(r, key, depth))
			return false;
	} while (take(r, ','));
	return take(r, '}');
}

static bool take_list(struct reader *r, struct str key, int depth)
{
	bool is_programs = depth == 2 && str_is(key, "programs");

	if (take(r, ']'))
		return true;
	do {
		if (is_programs)
			r->now = vec_add(&r->arena, &r->programs);
		if (!take_value(r, STR(""), depth))
			return false;
		if (is_programs)
			r->now = NULL;
	} while (take(r, ','));
	return take(r, ']');
}

/* depth: how many objects and lists are open. What is in a program's own lists
 * is not about it. */
static bool take_value(struct reader *r, struct str key, int depth)
{
	struct old *now = r->now;
	struct str text = {};
	uint64_t n = 0;
	bool ok;

	if (depth == MAX_DEPTH)
		return false;
	if (take(r, '{'))
		return take_object(r, depth + 1);
	if (take(r, '[')) {
		r->now = NULL;
		ok = take_list(r, key, depth + 1);
		r->now = now;
		return ok;
	}
	if (next(r) == '"' ? !take_string(r, &text) : !take_word(r, &n))
		return false;
	note(r, key, text, n);
	return true;
}

static bool read_old(struct reader *r, struct str text)
{
	r->rest = text;
	if (next(r) != '{' || !take_value(r, STR(""), 0) || next(r))
		return false;
	vec_each(old, &r->programs)
		if (!old->probe.n)
			return false;
	return r->programs.n;
}

/* --- comparing ------------------------------------------------------------- */

/* The first of that name that is still to be compared. */
static struct old *find_old(struct reader *r, struct str probe)
{
	vec_each(old, &r->programs)
		if (!old->is_met && str_eq(old->probe, probe))
			return old;
	return NULL;
}

/* A program that is larger in one thing is told once for each. */
static bool compare(const struct verified *now, const struct old *old,
		    unsigned int tolerance, struct diags *d)
{
	bool ok = true;

	for (int i = 0; i < VM_N; i++) {
		uint64_t a = old->measures[i], b = now->measures[i];

		if (!old->has[i] || b <= a ||
		    (double)(b - a) * 100 <= (double)a * tolerance)
			continue;
		ok = diag_error(d, NOWHERE, D_LIMIT,
				"%.*s: %s grew from %" PRIu64 " to %" PRIu64
				", of which %u%% are allowed",
				STR_ARG(now->probe), verify_measure_names[i], a,
				b, tolerance);
	}
	return ok;
}

static bool compare_all(struct reader *r, const struct verify_report *report,
			unsigned int tolerance, struct diags *d)
{
	bool ok = true;

	vec_each(now, &report->programs) {
		struct old *old = find_old(r, now->probe);

		if (!old) {
			diag_warn(d, NOWHERE, D_LIMIT,
				  "%.*s: there was no such program before",
				  STR_ARG(now->probe));
			continue;
		}
		old->is_met = true;
		ok &= compare(now, old, tolerance, d);
	}
	vec_each(old, &r->programs)
		if (!old->is_met)
			diag_warn(d, NOWHERE, D_LIMIT,
				  "%.*s: there is no such program any more",
				  STR_ARG(old->probe));
	return ok;
}

bool verify_compare(const struct verify_report *report, struct str old,
		    unsigned int tolerance, struct diags *d)
{
	struct reader r = {};
	bool ok;

	if (read_old(&r, old))
		ok = compare_all(&r, report, tolerance, d);
	else
		ok = diag_error(d, NOWHERE, D_USAGE,
				"--compare expects what --verify -f json has "
				"written");
	arena_free(&r.arena);
	return ok;
}
