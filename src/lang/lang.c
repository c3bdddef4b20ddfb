/* SPDX-License-Identifier: Apache-2.0 */
#include "lang/lang.h"

#include <strings.h>

#include "lang/tables.h"

const struct function *const function_tables[] = {
	memory_functions,
	cgroup_functions,
	tseries_functions,
	net_functions,
	time_functions,
	agg_functions,
	map_functions,
	param_functions,
	print_functions,
	string_functions,
	symbol_functions,
	text_functions,
	join_functions,
	entry_functions,
	NULL,
};

const struct builtin *const builtin_tables[] = { builtins, NULL };

const struct probe_type *const probe_type_tables[] = {
	special_types,
	timer_types,
	tracepoint_types,
	rawtracepoint_types,
	perf_types,
	kprobe_types,
	uprobe_types,
	NULL,
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

const struct builtin *builtin_find(struct str name)
{
	for (size_t i = 0; builtin_tables[i]; i++)
		for (const struct builtin *b = builtin_tables[i]; b->name; b++)
			if (str_is(name, b->name))
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

static bool is_called(const struct probe_type *t, struct str name)
{
	if (is_same(name, t->name))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(t->aliases) && t->aliases[i]; i++)
		if (is_same(name, t->aliases[i]))
			return true;
	return false;
}

const struct probe_type *probe_type_find(struct str name)
{
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *t = probe_type_tables[i]; t->name;
		     t++)
			if (is_called(t, name))
				return t;
	return NULL;
}

void probe_type_suggest(struct str name, struct suggest *s)
{
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *t = probe_type_tables[i]; t->name;
		     t++)
			suggest_offer(s, name, str_from(t->name));
}
