/* SPDX-License-Identifier: Apache-2.0 */
/* Records and what they print: formats, events, output, parameters. */
#include <criterion/criterion.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "plan/params.h"
#include "runtime/attach.h"
#include "runtime/fixups.h"
#include "runtime/format.h"
#include "runtime/load.h"
#include "test_runtime.h"

/* --- printf --------------------------------------------------------------- */

/* The same conversion here and in the C library, for 64 bit numbers. */
static void compare_with_c(const char *conversion, uint64_t n)
{
	struct arena arena = { 0 };
	struct types types;
	auto_buf struct buf text = { 0 };
	struct show show = { 0 };
	struct field field;
	struct fmt fmt;
	const char *why;
	char wanted[256];
	uint32_t at;

	types_init(&types, &arena);
	field = (struct field){ .name = STR("n"),
				.type = type_int(&types, 8, true) };
	cr_assert(fmt_parse(&arena, str_from(conversion), &fmt, &why, &at),
		  "%s", conversion);
	format_print(&show, &fmt, type_record(&types, STR(""), &field, 1), &n,
		     &text);
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	snprintf(wanted, sizeof(wanted), conversion, n);
#pragma GCC diagnostic pop
	cr_expect_str_eq(text.p ? text.p : "", wanted, "%s of %" PRId64,
			 conversion, (int64_t)n);
	arena_free(&arena);
}

Test(format, integers_are_as_in_c)
{
	static const char *const flags[] = { "",   "-",  "+",  " ",  "#",
					     "0",  "-0", "+0", " 0", "#0",
					     "-#", "+-", "0-", "-+0" };
	static const char *const widths[] = { "", "1", "8", "20" };
	static const char *const precs[] = { "", ".", ".0", ".1", ".5", ".24" };
	static const char *const sizes[] = { "hh", "h", "l", "ll", "j", "z" };
	static const char *const convs[] = { "d", "i", "u", "x", "X", "o" };
	static const uint64_t numbers[] = {
		0,   1,         42,         (uint64_t)-1,    (uint64_t)-42,
		300, INT64_MAX, 1ull << 63, 0x123456789abcd, 70000
	};
	char c[32];

	for (size_t a = 0; a < ARRAY_SIZE(flags); a++)
		for (size_t b = 0; b < ARRAY_SIZE(widths); b++)
			for (size_t d = 0; d < ARRAY_SIZE(precs); d++)
				for (size_t e = 0; e < ARRAY_SIZE(sizes); e++)
					for (size_t f = 0;
					     f < ARRAY_SIZE(convs); f++)
						for (size_t g = 0;
						     g < ARRAY_SIZE(numbers);
						     g++) {
							snprintf(
								c, sizeof(c),
								"[%%%s%s%s%s%s]",
								flags[a],
								widths[b],
								precs[d],
								sizes[e],
								convs[f]);
							compare_with_c(
								c, numbers[g]);
						}
}

static uint32_t add_format(struct fixture *f, struct str format,
			   enum event_kind kind, const struct field *fields,
			   uint32_t n)
{
	const struct type *t = type_record(&f->plan->types, STR(""), fields, n);
	struct plan_event e = { .kind = kind,
				.payload = t->id,
				.text = format };

	return plan_add_event(f->plan, &e);
}

#define I64 type_int(&f.plan->types, 8, true)

Test(format, stars_texts_and_characters)
{
	struct {
		int64_t width, n, prec;
		char text[8];
		int64_t c;
		struct {
			uint32_t n;
			char bytes[4];
		} b;
	} x = { -6, 42, 2, "abcdef", 'A', { 3, "ab\x01" } };
	struct fixture f;
	uint32_t e;

	fixture_open(&f);
	const struct field fields[] = {
		{ STR("a"), I64, 0, 0, 0, 0 },
		{ STR("b"), I64, 0, 0, 0, 0 },
		{ STR("c"), I64, 0, 0, 0, 0 },
		{ STR("d"), type_string(&f.plan->types, 8), 0, 0, 0, 0 },
		{ STR("e"), I64, 0, 0, 0, 0 },
		{ STR("f"), type_buffer(&f.plan->types, 4), 0, 0, 0, 0 },
	};
	e = add_format(&f, STR("[%*d] [%5.*s] [%3c] [%rh]%%\n"), EV_PRINTF,
		       fields, 6);
	fixture_start(&f);
	fixture_send(&f, e, &x, sizeof(x));
	auto_free char *text = fixture_text(&f, f.out_fd);
	cr_expect_str_eq(text, "[42    ] [   ab] [  A] [61 62 01]%\n");
	fixture_close(&f);
}

Test(format, a_number_without_a_size_is_whole)
{
	struct fixture f;
	uint32_t e;
	int64_t x[] = { 5000000000, -1, -1, 10 };

	fixture_open(&f);
	const struct field fields[] = { { STR("a"), I64, 0, 0, 0, 0 },
					{ STR("b"), I64, 0, 0, 0, 0 },
					{ STR("c"), I64, 0, 0, 0, 0 },
					{ STR("d"), I64, 0, 0, 0, 0 } };
	e = add_format(&f, STR("%d %u %x %s %p\n"), EV_PRINTF, fields, 4);
	/* One conversion too many would read past the payload: it is refused
	 * when the plan is validated. */
	cr_expect_not(plan_validate(f.plan, &f.diags));
	f.plan->events.v[e].text = STR("%d %u %x %p\n");
	fixture_start(&f);
	fixture_send(&f, e, x, sizeof(x));
	auto_free char *text = fixture_text(&f, f.out_fd);
	cr_expect_str_eq(text, "5000000000 18446744073709551615 "
			       "ffffffffffffffff 0xa\n");
	fixture_close(&f);
}

/* --- events --------------------------------------------------------------- */

Test(event, no_row_is_empty)
{
	for (int i = 0; i < EV_N; i++)
		cr_expect(event_ops[i].run, "%s", event_kind_names[i]);
	for (int i = 0; i < FX_N; i++)
		cr_expect(fixup_ops[i].resolve, "%s", fixup_kind_names[i]);
	for (int i = 0; i < PK_N; i++)
		cr_expect(attach_ops[i].prepare && attach_ops[i].attach, "%s",
			  probe_kind_names[i]);
}

Test(event, values_lists_files_and_the_end)
{
	struct {
		uint32_t n;
		char words[3][4];
	} list = { 2, { "ls", "-l", "xx" } };
	char path[] = "/proc/sys/kernel/ostype";
	uint8_t code = 7;
	int64_t n = -5;
	struct fixture f;

	fixture_open(&f);
	const struct type *word = type_string(&f.plan->types, 4);
	const struct field one = { STR("v"), I64, 0, 0, 0, 0 };
	const struct field words[] = {
		{ STR("n"), type_int(&f.plan->types, 4, false), 0, 0, 0, 0 },
		{ STR("w"), type_array(&f.plan->types, word, 3), 0, 0, 0, 0 },
	};
	const struct field status = {
		STR("c"), type_int(&f.plan->types, 1, false), 0, 0, 0, 0
	};
	const struct field name = {
		STR("p"), type_string(&f.plan->types, sizeof(path)), 0, 0, 0, 0
	};
	uint32_t value = add_format(&f, STR(""), EV_PRINT_VALUE, &one, 1);
	uint32_t join = add_format(&f, STR(","), EV_JOIN, words, 2);
	uint32_t cat = add_format(&f, STR("%s"), EV_CAT, &name, 1);
	uint32_t end = add_format(&f, STR(""), EV_EXIT, &status, 1);
	fixture_start(&f);
	fixture_send(&f, value, &n, sizeof(n));
	fixture_send(&f, join, &list, sizeof(list));
	fixture_send(&f, cat, path, sizeof(path));
	fixture_send(&f, end, &code, 1);
	fixture_send(&f, value, &n, sizeof(n)); /* after exit() */
	auto_free char *text = fixture_text(&f, f.out_fd);
	cr_expect_str_eq(text, "-5\nls,-l\nLinux\n");
	cr_expect_eq(session_status(&f.session), 7);
	fixture_close(&f);
}

Test(event, records_that_make_no_sense_are_dropped)
{
	struct fixture f;
	int64_t n = 1;

	fixture_open(&f);
	const struct field one = { STR("v"), I64, 0, 0, 0, 0 };
	uint32_t e = add_format(&f, STR(""), EV_PRINT_VALUE, &one, 1);
	fixture_start(&f);
	fixture_send(&f, e, &n, 4);
	fixture_send(&f, 0, &n, sizeof(n));
	fixture_send(&f, 99, &n, sizeof(n));
	event_dispatch(&f.session, &n, 3);
	auto_free char *text = fixture_text(&f, f.out_fd);
	cr_expect_str_eq(text, "");
	fixture_close(&f);
}

Test(event, reads_that_failed_are_told_at_the_end)
{
	const struct plan_probe probe = { .name = STR("tracepoint:a:b") };
	struct plan_site read = { .kind = SITE_READ,
				  .line = 1,
				  .column = 2,
				  .end_column = 5,
				  .file = STR("x.bt"),
				  .text = STR("(str)") };
	uint64_t counts[4] = { 0, 1, 0, 3 };
	struct fixture f;

	fixture_open(&f);
	read.probe = plan_add_probe(f.plan, &probe);
	plan_add_site(f.plan, &read);
	plan_add_site(f.plan, &read);
	plan_add_site(f.plan, &read);
	fixture_start(&f);
	event_report_sites(&f.session, counts);
	auto_free char *text = fixture_text(&f, f.err_fd);
	cr_expect_str_eq(text,
			 "x.bt:1:2-5: WARNING: 1 read of memory failed in "
			 "tracepoint:a:b: the page was not there, the value is "
			 "empty\n(str)\n ~~~\n"
			 "x.bt:1:2-5: WARNING: 3 reads of memory failed in "
			 "tracepoint:a:b: the page was not there, the value is "
			 "empty\n(str)\n ~~~\n");
	fixture_close(&f);
}

/* Two places lose something in one second: the second one waits. */
Test(event, one_loss_in_a_second_is_told)
{
	const struct plan_map map = { .name = STR("@a"), .store = MS_HASH };
	struct plan_site full = { .kind = SITE_MAP_FULL,
				  .line = 3,
				  .column = 2,
				  .end_column = 3,
				  .file = STR("x.bt") };
	uint64_t counts[3] = { 0 };
	int64_t code = -7;
	struct fixture f;
	uint32_t warn[2];

	fixture_open(&f);
	full.map = plan_add_map(f.plan, &map);
	const struct field one = { STR("v"), I64, 0, 0, 0, 0 };
	for (int i = 0; i < 2; i++) {
		warn[i] = add_format(&f, STR(""), EV_WARN, &one, 1);
		f.plan->events.v[warn[i]].site = plan_add_site(f.plan, &full);
		full.line++;
	}
	fixture_start(&f);
	fixture_send(&f, warn[0], &code, sizeof(code));
	f.session.due_said += 3600 * 1000000000ull; /* no second has passed */
	fixture_send(&f, warn[1], &code, sizeof(code));
	auto_free char *before = fixture_text(&f, f.err_fd);
	cr_expect_str_eq(before,
			 "x.bt:3:2-3: WARNING: map @a is full: this update "
			 "was refused (see max_map_keys)\n");
	event_report_sites(&f.session, counts);
	auto_free char *after = fixture_text(&f, f.err_fd);
	cr_expect_str_eq(after + strlen(before),
			 "x.bt:4:2-3: WARNING: map @a is full: this update "
			 "was refused (see max_map_keys)\n");
	fixture_close(&f);
}

Test(event, warnings_come_once_and_are_counted)
{
	const struct plan_map map = { .name = STR("@a"), .store = MS_HASH };
	struct plan_site full = { .kind = SITE_MAP_FULL,
				  .line = 3,
				  .column = 2,
				  .end_column = 7,
				  .file = STR("x.bt"),
				  .text = STR("\t@a[1] = 2;") };
	uint64_t counts[2] = { 0, 7 };
	int64_t code = -7;
	struct fixture f;

	fixture_open(&f);
	full.map = plan_add_map(f.plan, &map);
	const struct field one = { STR("v"), I64, 0, 0, 0, 0 };
	uint32_t warn = add_format(&f, STR(""), EV_WARN, &one, 1);
	uint32_t error = add_format(&f, STR("bad %d"), EV_ERRORF, &one, 1);
	f.plan->events.v[warn].site = plan_add_site(f.plan, &full);
	f.plan->events.v[error].site = 1;
	fixture_start(&f);
	fixture_send(&f, warn, &code, sizeof(code));
	fixture_send(&f, warn, &code, sizeof(code));
	fixture_send(&f, error, &code, sizeof(code));
	event_report_sites(&f.session, counts);
	auto_free char *text = fixture_text(&f, f.err_fd);
	cr_expect_str_eq(text,
			 "x.bt:3:2-7: WARNING: map @a is full: this update "
			 "was refused (see max_map_keys)\n"
			 "    @a[1] = 2;\n"
			 "    ~~~~~\n"
			 "x.bt:3:2-7: ERROR: bad -7\n"
			 "WARNING: map @a was full: 7 updates refused\n");
	fixture_close(&f);
}

Test(event, what_changes_the_system_needs_permission)
{
	struct fixture f;

	fixture_open(&f);
	add_format(&f, STR("date"), EV_SYSTEM, NULL, 0);
	fixture_start(&f);
	cr_expect_eq(event_check_safety(&f.session), -EPERM);
	cr_expect_eq(f.diags.v.v[0].code, D_UNSAFE);
	f.session.opts.unsafe = true;
	cr_expect_eq(event_check_safety(&f.session), 0);
	fixture_close(&f);
}

Test(event, system_comes_after_what_was_printed)
{
	struct fixture f;
	int64_t n = 1;

	fixture_open(&f);
	const struct field one = { STR("v"), I64, 0, 0, 0, 0 };
	uint32_t value = add_format(&f, STR(""), EV_PRINT_VALUE, &one, 1);
	uint32_t run =
		add_format(&f, STR("echo two $((1 + %d))"), EV_SYSTEM, &one, 1);
	fixture_start(&f);
	fixture_send(&f, value, &n, sizeof(n));
	fixture_send(&f, run, &n, sizeof(n));
	auto_free char *text = fixture_text(&f, f.out_fd);
	cr_expect_str_eq(text, "1\ntwo 2\n");
	fixture_close(&f);
}

/* --- output --------------------------------------------------------------- */

static void print_line(struct out *o, const char *text)
{
	buf_puts(&o->pending, text);
	out_end(o);
}

Test(out, errors_are_kept)
{
	struct session_opts opts = { .err_fd = -1 };
	auto_fd int full = open("/dev/full", O_WRONLY);
	int closed[2];
	struct out o = { 0 };

	opts.out_fd = full;
	out_init(&o, &opts);
	print_line(&o, "text\n");
	cr_expect_eq(out_flush(&o), -ENOSPC);
	cr_expect_eq(out_flush(&o), -ENOSPC);
	out_free(&o);

	signal(SIGPIPE, SIG_IGN);
	cr_assert_eq(pipe(closed), 0);
	close(closed[0]);
	o = (struct out){ 0 };
	opts.out_fd = closed[1];
	out_init(&o, &opts);
	print_line(&o, "text\n");
	out_idle(&o);
	cr_expect_eq(o.error, EPIPE);
	cr_expect_eq(out_flush(&o), -EPIPE);
	out_free(&o);
	close(closed[1]);
}

static off_t size_after(enum buffering mode, const char *text, bool idle)
{
	char name[] = "/tmp/test_out_XXXXXX";
	struct session_opts opts = { .buffering = mode };
	struct out o = { 0 };
	off_t n;

	opts.out_fd = mkstemp(name);
	unlink(name);
	out_init(&o, &opts);
	print_line(&o, text);
	if (idle)
		out_idle(&o);
	n = lseek(opts.out_fd, 0, SEEK_END);
	out_flush(&o);
	cr_expect_eq(lseek(opts.out_fd, 0, SEEK_END), (off_t)strlen(text));
	out_free(&o);
	close(opts.out_fd);
	return n;
}

Test(out, buffering)
{
	cr_expect_eq(size_after(BUFFER_NONE, "ab", false), 2);
	cr_expect_eq(size_after(BUFFER_LINE, "ab\nc", true), 3);
	cr_expect_eq(size_after(BUFFER_LINE, "ab", true), 0);
	cr_expect_eq(size_after(BUFFER_FULL, "ab\n", true), 0);
}

/* --- parameters ----------------------------------------------------------- */

static int64_t number(const char *text)
{
	int64_t n = -12345;

	return param_number(text, &n) ? n : -12345;
}

Test(fixups, numbers_in_every_form)
{
	cr_expect_eq(number("42"), 42);
	cr_expect_eq(number("-42"), -42);
	cr_expect_eq(number("0"), 0);
	cr_expect_eq(number("0x1F"), 31);
	cr_expect_eq(number("0b101"), 5);
	cr_expect_eq(number("017"), 15);
	cr_expect_eq(number("1_000"), 1000);
	cr_expect_eq(number("1e6"), 1000000);
	cr_expect_eq(number("10ms"), 10000000);
	cr_expect_eq(number("5ull"), 5);
	cr_expect_eq(number("18446744073709551615"), -1);
	cr_expect_eq(number("-9223372036854775808"), INT64_MIN);
	cr_expect_eq(number("18446744073709551616"), -12345);
	cr_expect_eq(number("abc"), -12345);
	cr_expect_eq(number("1_"), -12345);
	cr_expect_eq(number("12x"), -12345);
	cr_expect_eq(number(""), -12345);
	cr_expect_eq(number("08"), -12345);
}

Test(fixups, parameters_and_options)
{
	static const char *const params[] = { "7", "--limit=0x10", "word" };
	struct fixture f;
	uint64_t section[16] = { 0 };
	int64_t *slot = (int64_t *)section;

	fixture_open(&f);
	plan_add_fixup(f.plan, FX_PARAM, STR("1"), 8);
	plan_add_fixup(f.plan, FX_NPARAMS, STR(""), 8);
	plan_add_fixup(f.plan, FX_OPTION, STR("limit"), 8);
	plan_add_fixup(f.plan, FX_PARAM_TEXT, STR("2"), 8);
	plan_add_fixup(f.plan, FX_PARAM, STR("3"), 8);
	plan_add_fixup(f.plan, FX_PARAM_TEXT, STR("3"), 8);
	fixture_start(&f);
	f.session.opts.params = params;
	f.session.opts.n_params = 3;
	cr_expect_eq(fixups_check_options(&f.session), 0);
	cr_expect_eq(fixups_fill(&f.session, section, f.plan->fixups_size), 0);
	cr_expect_eq(slot[0], 7);
	cr_expect_eq(slot[1], 2);
	cr_expect_eq(slot[2], 16);
	cr_expect_str_eq((char *)&slot[3], "word");
	cr_expect_eq(slot[4], 0);
	cr_expect_eq(slot[5], 0);
	cr_expect_eq(f.diags.warnings, 1);
	f.diags.warnings = 0;
	f.diags.v.n = 0;
	f.session.opts.params_checked = true;
	cr_expect_eq(fixups_fill(&f.session, section, f.plan->fixups_size), 0);
	cr_expect_eq(f.diags.warnings, 0);
	fixture_close(&f);
}

Test(fixups, parameters_that_do_not_fit)
{
	static const char *const params[] = { "word", "--other" };
	struct fixture f;
	uint64_t section[2] = { 0 };

	fixture_open(&f);
	plan_add_fixup(f.plan, FX_PARAM, STR("1"), 8);
	fixture_start(&f);
	f.session.opts.params = params;
	f.session.opts.n_params = 2;
	cr_expect_eq(fixups_check_options(&f.session), -EINVAL);
	cr_expect_eq(fixups_fill(&f.session, section, f.plan->fixups_size),
		     -EINVAL);
	fixture_close(&f);
}

/* --- commands and logs ---------------------------------------------------- */

Test(child, words_are_split_as_in_a_shell)
{
	struct arena arena = { 0 };
	char **words = child_split(&arena, " a 'b c'  \"d \\\" e\"f\\ g '' ");

	cr_assert(words);
	cr_expect_str_eq(words[0], "a");
	cr_expect_str_eq(words[1], "b c");
	cr_expect_str_eq(words[2], "d \" ef g");
	cr_expect_str_eq(words[3], "");
	cr_expect_null(words[4]);
	cr_expect_null(child_split(&arena, "a 'b"));
	arena_free(&arena);
}

Test(child, a_held_command_does_not_stay)
{
	struct arena arena = { 0 };
	struct child c = CHILD_NONE;
	struct diags d = { 0 };
	pid_t pid;

	cr_assert_eq(child_start(&c, &arena, "sleep 1000", NULL, &d), 0);
	pid = c.pid;
	child_close(&c);
	cr_expect_eq(kill(pid, 0), -1);
	cr_expect_eq(child_start(&c, &arena, "/no/such/program", NULL, &d), 0);
	cr_expect_eq(child_let_go(&c, &d), -ENOENT);
	cr_expect_eq(d.errors, 1);
	child_close(&c);
	diags_free(&d);
	arena_free(&arena);
}
