/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lang.h"

#include <strings.h>

#include "lang/tables.h"

const struct function *const function_tables[] = {
	memory_functions, name_functions,
	cgroup_functions, compile_functions,
	rate_functions,   tseries_functions,
	net_functions,    time_functions,
	agg_functions,    map_functions,
	param_functions,  print_functions,
	show_functions,   reg_functions,
	stack_functions,  string_functions,
	symbol_functions, task_functions,
	text_functions,   join_functions,
	kernel_functions, entry_functions,
	packet_functions, uaddr_functions,
	unsafe_functions, NULL,
};

const struct builtin *const builtin_tables[] = { builtins, NULL };

const struct probe_type *const probe_type_tables[] = {
	special_types, timer_types,  tracepoint_types, rawtracepoint_types,
	perf_types,    iter_types,   fentry_types,     lsm_types,
	kprobe_types,  uprobe_types, usdt_types,       NULL,
};

const struct function *function_find(struct str name)
{
	for (size_t i = 0; function_tables[i]; i++)
		for (const struct function *f = function_tables[i]; f->name;
		     f++)
			if (str_is(name, f->name))
				return f;
	return NULL;
}

void function_suggest(struct str name, struct suggest *s)
{
	for (size_t i = 0; function_tables[i]; i++)
		for (const struct function *f = function_tables[i]; f->name;
		     f++)
			suggest_offer(s, name, str_from(f->name));
}

/* Where the digits of a name start: at most three, none in front. */
static size_t digits_of(struct str name)
{
	size_t i = name.n;

	while (i && name.p[i - 1] >= '0' && name.p[i - 1] <= '9')
		i--;
	if (name.n - i > 3 || (name.n - i > 1 && name.p[i] == '0'))
		return name.n;
	return i;
}

uint64_t builtin_number(struct str name)
{
	uint64_t n = 0;

	for (size_t i = digits_of(name); i < name.n; i++)
		n = n * 10 + (uint64_t)(name.p[i] - '0');
	return n;
}

static bool is_builtin(const struct builtin *b, struct str name)
{
	size_t n = digits_of(name);

	if (!(b->flags & BI_NUMBERED))
		return str_is(name, b->name);
	return n < name.n && strlen(b->name) == n + 1 &&
	       !memcmp(b->name, name.p, n);
}

const struct builtin *builtin_find(struct str name)
{
	for (size_t i = 0; builtin_tables[i]; i++)
		for (const struct builtin *b = builtin_tables[i]; b->name; b++)
			if (is_builtin(b, name))
				return b;
	return NULL;
}

void builtin_suggest(struct str name, struct suggest *s)
{
	for (size_t i = 0; builtin_tables[i]; i++)
		for (const struct builtin *b = builtin_tables[i]; b->name; b++)
			suggest_offer(s, name, str_from(b->name));
}

static bool is_same(struct str name, const char *other)
{
	return name.n == strlen(other) &&
	       strncasecmp(name.p, other, name.n) == 0;
}

static bool is_called(const struct probe_type *t, struct str name, bool exactly)
{
	if (!exactly && is_same(name, t->name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(t->aliases) && t->aliases[i]; i++)
		if (exactly ? str_is(name, t->aliases[i])
			    : is_same(name, t->aliases[i]))
			return true;
	return false;
}

static const struct probe_type *find_type(struct str name, bool exactly)
{
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *t = probe_type_tables[i]; t->name;
		     t++)
			if (is_called(t, name, exactly))
				return t;
	return NULL;
}

/* u is uprobe, U is usdt; else the case does not matter. */
const struct probe_type *probe_type_find(struct str name)
{
	const struct probe_type *t = find_type(name, true);

	return t ? t : find_type(name, false);
}

void probe_type_suggest(struct str name, struct suggest *s)
{
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *t = probe_type_tables[i]; t->name;
		     t++)
			suggest_offer(s, name, str_from(t->name));
}
