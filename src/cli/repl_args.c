/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/repl_args.h"

#include <ctype.h>

#define SECOND   1000000000ull /* ns */
#define SHORTEST (SECOND / 10)
#define LONGEST  (3600 * SECOND)

struct str args_trim(struct str s)
{
	while (s.n && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

struct str args_word(struct str *rest)
{
	struct str s = args_trim(*rest), word = { s.p, 0 };

	while (word.n < s.n && !isspace((unsigned char)s.p[word.n]))
		word.n++;
	*rest = args_trim((struct str){ s.p + word.n, s.n - word.n });
	return word;
}

bool args_number(struct str word, uint64_t max, uint64_t *out)
{
	uint64_t n = 0;

	for (size_t i = 0; i < word.n; i++) {
		unsigned int digit = (unsigned char)word.p[i] - '0';

		if (digit > 9 || digit > max || n > (max - digit) / 10)
			return false;
		n = n * 10 + digit;
	}
	if (word.n)
		*out = n;
	return word.n;
}

bool args_interval(struct str word, uint64_t *ns)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = { { "ms", SECOND / 1000 },
		      { "s", SECOND },
		      { "m", 60 * SECOND },
		      { "", SECOND } };
	struct str number = word, unit;
	uint64_t n;

	while (number.n && !isdigit((unsigned char)number.p[number.n - 1]))
		number.n--;
	unit = (struct str){ word.p + number.n, word.n - number.n };
	if (!args_number(number, LONGEST, &n))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(units); i++) {
		if (!str_is(unit, units[i].name))
			continue;
		if (n > LONGEST / units[i].ns || n * units[i].ns < SHORTEST)
			return false;
		*ns = n * units[i].ns;
		return true;
	}
	return false;
}

bool args_is_map(struct str word)
{
	if (!word.n || word.p[0] != '@')
		return false;
	for (size_t i = 1; i < word.n; i++)
		if (!isalnum((unsigned char)word.p[i]) && word.p[i] != '_')
			return false;
	return true;
}

/* The first word, which is a map; a second one may be left. */
static bool take_map(struct str *args, const char *command, struct str *map,
		     struct str *second, struct diags *d)
{
	*map = args_word(args);
	*second = args_word(args);
	if (args_is_map(*map) && !args->n)
		return true;
	if (args->n)
		diag_error(d, (struct span){}, D_USAGE,
			   ":%s: there is more than it takes: '%.*s'", command,
			   STR_ARG(*args));
	else if (map->n)
		diag_error(d, (struct span){}, D_USAGE,
			   ":%s expects the name of a map, found '%.*s'",
			   command, STR_ARG(*map));
	else
		diag_error(d, (struct span){}, D_USAGE,
			   ":%s expects the name of a map", command);
	diag_hint(d, "':maps' lists them; ':help %s' tells more", command);
	return false;
}

bool args_map_number(struct str args, const char *command, struct str *map,
		     uint64_t *number, struct diags *d)
{
	struct str second;

	if (!take_map(&args, command, map, &second, d))
		return false;
	if (!second.n || args_number(second, UINT32_MAX, number))
		return true;
	diag_error(d, (struct span){}, D_USAGE,
		   ":%s expects a number behind the map, found '%.*s'", command,
		   STR_ARG(second));
	diag_hint(d, "':%s %.*s 10' shows the ten largest", command,
		  STR_ARG(*map));
	return false;
}

bool args_map_interval(struct str args, const char *command, struct str *map,
		       uint64_t *ns, struct diags *d)
{
	struct str second;

	if (!take_map(&args, command, map, &second, d))
		return false;
	if (!second.n || args_interval(second, ns))
		return true;
	diag_error(d, (struct span){}, D_USAGE,
		   ":%s expects a time from 100ms to 60m, found '%.*s'",
		   command, STR_ARG(second));
	diag_hint(d, "':%s %.*s 1s' does it every second", command,
		  STR_ARG(*map));
	return false;
}

struct str args_setting(struct str args, struct str *value)
{
	struct str key = args_word(&args);

	if (str_starts(args, "=")) /* as in a config block */
		args = args_trim((struct str){ args.p + 1, args.n - 1 });
	if (args.n >= 2 && args.p[0] == '"' && args.p[args.n - 1] == '"')
		args = (struct str){ args.p + 1, args.n - 2 };
	*value = args;
	return key;
}

struct str args_inside(struct str text)
{
	const char *end = text.n ? memrchr(text.p, '}', text.n) : NULL;
	struct str rest;

	str_split(text, '{', &rest);
	if (!rest.p || !end || end < rest.p)
		return (struct str){};
	rest.n = (size_t)(end - rest.p);
	return args_trim(rest);
}
