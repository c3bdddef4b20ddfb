/* SPDX-License-Identifier: Apache-2.0 */
/* Options before and behind other words. */
#include "base/argv.h"

#include <criterion/criterion.h>
#include <string.h>

#include "base/buf.h"
#include "base/str.h"

enum {
	TOOL = 300
};

static const struct option names[] = {
	{ "cmd", required_argument, NULL, 'c' },
	{ "stats", optional_argument, NULL, 301 },
	{ "tool", required_argument, NULL, TOOL },
	{ "timeout", required_argument, NULL, 302 },
	{ "help", no_argument, NULL, 'h' },
	{},
};
static const struct argv_options options = { "hvqc:", names, TOOL };

/* Both: words with a blank between; the options end at '|'. */
static const struct {
	const char *line, *sorted;
} rows[] = {
	{ "", "|" },
	{ "x", "|x" },
	{ "x -v", "-v|x" },
	{ "-v x -q y", "-v -q|x y" },
	{ "x -c cmd y", "-c cmd|x y" },
	{ "x -ccmd y", "-ccmd|x y" },
	{ "x -vc cmd y", "-vc cmd|x y" },
	{ "x -c", "-c|x" },
	{ "x --cmd cmd y --stats z", "--cmd cmd --stats|x y z" },
	{ "x --cmd=cmd", "--cmd=cmd|x" },
	{ "--time 3 x", "--time 3|x" },
	{ "--t 3 x", "--t|3 x" }, /* which one? */
	{ "x --time=3 --top=3", "|x --time=3 --top=3" },
	{ "x -5 -vx - -z", "|x -5 -vx - -z" },
	{ "-5 x", "-5|x" },
	{ "x  -v", "-v|x " }, /* an empty word */
	{ "x -h --help", "|x -h --help" },
	{ "-h x", "-h|x" },
	{ "-v -- x -q", "-v|x -q" },
	{ "x -v -- -q -- y", "-v|x -- -q -- y" },
	{ "-v --tool opens -q --top=3", "-v --tool opens|-q --top=3" },
	{ "--tool=opens -q", "--tool=opens|-q" },
};

static void check_row(const char *line, const char *sorted)
{
	char *copy = strdup(line), *argv[16] = { (char *)"espy" }, *at = copy;
	struct buf b = { 0 };
	int argc = 1, n;

	while (*at && (argv[argc] = strsep(&at, " "))) {
		argc++;
		if (!at)
			break;
	}
	n = argv_sort(&argc, argv, &options);
	for (int i = 1; i <= argc; i++) {
		if (i == n)
			buf_puts(&b, "|");
		else if (i > 1 && i < argc)
			buf_puts(&b, " ");
		if (i < argc)
			buf_puts(&b, argv[i]);
	}
	cr_expect_str_eq(b.p, sorted, "'%s': '%s'", line, b.p);
	cr_expect_null(argv[argc]);
	buf_free(&b);
	free(copy);
}

Test(argv, options_before_words)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_row(rows[i].line, rows[i].sorted);
}
