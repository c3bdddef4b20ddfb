/* SPDX-License-Identifier: Apache-2.0 */
/* expand_rate.c - how often a timer fires: "hz:99", "100ms", "s:1". */
#include "sema/expand.h"

static const struct unit {
	const char *name;
	uint64_t ns; /* 0: times a second */
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", 1000000 },
	{ "s", 1000000000 },
	{ "m", 60000000000 },
	{ "h", 3600000000000 },
	{ "d", 86400000000000 },
	{ "hz", 0 },
};

#define MIN_RATE_NS 1000

static const struct unit *find_unit(struct str name)
{
	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (str_is(name, units[i].name))
			return &units[i];
	return NULL;
}

/* "100ms": a number and its unit; a number alone is in ns. */
static const struct unit *split_duration(struct str text, struct str *number)
{
	size_t n = 0;

	while (n < text.n && text.p[n] >= '0' && text.p[n] <= '9')
		n++;
	*number = (struct str){ text.p, n };
	if (n == text.n)
		return &units[0];
	return find_unit((struct str){ text.p + n, text.n - n });
}

static bool bad_rate(struct expand *x, struct span at, const char *what,
		     struct str text)
{
	diag_error(x->d, at, D_ATTACH_POINT, "%s '%.*s'", what, STR_ARG(text));
	diag_hint(x->d, "rates are like 100ms, s:1 or hz:99");
	return false;
}

bool expand_rate(struct expand *x, const struct attach_point *ap,
		 uint64_t *rate, uint32_t *flags)
{
	size_t last = ap_parts(ap) - 1;
	struct str number = ap_part(ap, last);
	const struct unit *u;
	uint64_t n;

	if (last)
		u = find_unit(ap_part(ap, 0));
	else
		u = split_duration(number, &number);
	if (!u)
		return bad_rate(x, ap_span(ap, 0), "unknown unit of time",
				ap_part(ap, 0));
	if (!expand_number(number, &n) || !n)
		return bad_rate(x, ap_span(ap, last),
				"not a positive number:", ap_part(ap, last));
	if (u->ns && __builtin_mul_overflow(n, u->ns, &n))
		return bad_rate(x, ap_span(ap, last),
				"too long:", ap_part(ap, last));
	if (u->ns && n < MIN_RATE_NS)
		return diag_error(x->d, ap_span(ap, last), D_RANGE,
				  "the shortest period is 1us, found %lluns",
				  (unsigned long long)n);
	if (!u->ns && n > 1000000)
		return diag_error(x->d, ap_span(ap, last), D_RANGE,
				  "the highest frequency is 1000000 hz, "
				  "found %llu",
				  (unsigned long long)n);
	*rate = n;
	*flags |= u->ns ? 0 : PF_FREQUENCY;
	return true;
}
