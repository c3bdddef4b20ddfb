/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/run_opts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include "runtime/enums.h"
#include "runtime/out.h"
#include "runtime/rematch.h"
#include "runtime/verify.h"

#define NOWHERE     ((struct span){ 0 })
#define TOLERANCE   10 /* per cent */
#define MAX_REPORT  (16u << 20) /* bytes of an old one */
#define STATS_LEAST 10000000 /* ns */

void run_opts_init(struct run_opts *r)
{
	const char *no_color = getenv("NO_COLOR");

	*r = (struct run_opts){
		.tolerance = TOLERANCE,
		.session = {
			.out_fd = STDOUT_FILENO,
			.err_fd = STDERR_FILENO,
			.buffering = BUFFER_LINE,
			.colour = isatty(STDERR_FILENO) &&
				  !(no_color && *no_color),
		},
	};
}

static int take_pid(struct run_opts *r, const char *arg, struct diags *d)
{
	char *end;
	long pid;

	errno = 0;
	pid = strtol(arg, &end, 10);
	if (errno || end == arg || *end || pid < 1 || pid > INT32_MAX) {
		diag_error(d, NOWHERE, D_USAGE,
			   "-p expects a process id, found '%s'", arg);
		return -1;
	}
	r->session.pid = (pid_t)pid;
	return 1;
}

static int take_tolerance(struct run_opts *r, const char *arg, struct diags *d)
{
	char *end;
	unsigned long n = strtoul(arg, &end, 10);

	if (*end == '%')
		end++;
	if (*arg < '0' || *arg > '9' || *end || n > 100000) {
		diag_error(d, NOWHERE, D_USAGE,
			   "--tolerance expects per cents, found '%s'", arg);
		return -1;
	}
	r->tolerance = (unsigned int)n;
	return 1;
}

static int take_buffering(struct run_opts *r, const char *arg, struct diags *d)
{
	static const char *const names[] = {
		[BUFFER_LINE] = "line",
		[BUFFER_FULL] = "full",
		[BUFFER_NONE] = "none",
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(arg, names[i]) == 0) {
			r->session.buffering = (enum buffering)i;
			return 1;
		}
	}
	diag_error(d, NOWHERE, D_USAGE,
		   "-B expects line, full or none, found '%s'", arg);
	return -1;
}

/* -f: results of tests are JSON, too, unless they are asked for otherwise. */
static int take_form(struct run_opts *r, const char *arg, struct diags *d)
{
	size_t i;

	for (i = 0; i < OUT_FORM_N; i++) {
		if (strcmp(arg, out_forms[i]->name))
			continue;
		r->session.form = (enum out_form_id)i;
		if (i == OUT_FORM_JSON || i == OUT_FORM_JSON_LOSSY)
			r->session.test_form = TESTS_JSON;
		return 1;
	}
	diag_error(d, NOWHERE, D_USAGE, "-f knows no form of output '%s'", arg);
	diag_hint(d, "there are text, json, json-bpftrace, csv and folded");
	return -1;
}

/* "kprobe_multi,uprobe_multi": what is there, and not to be used. */
static int take_no_feature(struct run_opts *r, const char *arg, struct diags *d)
{
	static const char *const names[] = { "kprobe_multi", "uprobe_multi",
					     "fentry" };
	struct str rest = str_from(arg);

	while (rest.n) {
		struct str name = str_split(rest, ',', &rest);
		size_t i = 0;

		while (i < ARRAY_SIZE(names) && !str_is(name, names[i]))
			i++;
		if (i < ARRAY_SIZE(names)) {
			r->session.no_features |= 1u << i;
			continue;
		}
		diag_error(d, NOWHERE, D_USAGE,
			   "--no-feature knows no feature '%.*s'",
			   STR_ARG(name));
		diag_hint(d, "there are kprobe_multi, uprobe_multi and fentry");
		return -1;
	}
	return 1;
}

/* --test, --test=tap */
static int take_tests(struct run_opts *r, const char *form, struct diags *d)
{
	static const char *const names[] = {
		[TESTS_TEXT] = "text",
		[TESTS_TAP] = "tap",
		[TESTS_JSON] = "json",
	};

	if (!form)
		return 1;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (strcmp(form, names[i]))
			continue;
		r->session.test_form = (enum test_form)i;
		return 1;
	}
	diag_error(d, NOWHERE, D_USAGE,
		   "results are shown as text, tap or "
		   "json, not '%s'",
		   form);
	return -1;
}

/* 10, 500ms: ns. False after a report. */
static bool take_time(uint64_t *to, const char *option, const char *arg,
		      struct diags *d)
{
	static const struct {
		const char *name;
		uint64_t ns;
	} units[] = {
		{ "", 1000000000 },
		{ "ns", 1 },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", 1000000000 },
		{ "m", 60 * 1000000000ull },
		{ "h", 3600 * 1000000000ull },
	};
	const uint64_t max = 1ull << 62; /* ns */
	uint64_t n = 0;
	char *end = NULL;
	size_t i = 0;

	errno = 0;
	if (*arg >= '0' && *arg <= '9')
		n = strtoull(arg, &end, 10);
	while (end && i < ARRAY_SIZE(units) && strcmp(end, units[i].name))
		i++;
	if (end && !errno && n && i < ARRAY_SIZE(units) &&
	    n <= max / units[i].ns) {
		*to = n * units[i].ns;
		return true;
	}
	diag_error(d, NOWHERE, D_USAGE,
		   "%s expects seconds, or a number with ns, us, ms, s, "
		   "m or h, found '%s'",
		   option, arg);
	return false;
}

static int take_timeout(struct run_opts *r, const char *arg, struct diags *d)
{
	return take_time(&r->session.timeout, "--timeout", arg, d) ? 1 : -1;
}

/* --stats, --stats=10, --stats=500ms */
static int take_stats(struct run_opts *r, const char *arg, struct diags *d)
{
	uint64_t *every = &r->session.stats_every;

	r->session.stats = true;
	if (!arg ||
	    (take_time(every, "--stats", arg, d) && *every >= STATS_LEAST))
		return 1;
	if (*every)
		diag_error(d, NOWHERE, D_USAGE,
			   "--stats cannot tell more often than each 10ms, "
			   "found '%s'",
			   arg);
	return -1;
}

int run_opts_take(struct run_opts *r, int opt, const char *arg, struct diags *d)
{
	switch (opt) {
	case 'p': return take_pid(r, arg, d);
	case 'B': return take_buffering(r, arg, d);
	case 'c': r->session.command = arg; return 1;
	case 'f': return take_form(r, arg, d);
	case 'o': r->output = arg; return 1;
	case 'q': r->session.quiet = true; return 1;
	case 'v': r->session.verbose = true; return 1;
	case RUN_OPT_UNSAFE: r->session.unsafe = true; return 1;
	case RUN_OPT_NO_WARNINGS:
		d->no_warnings = r->session.no_warnings = true;
		return 1;
	case RUN_OPT_TIMEOUT: return take_timeout(r, arg, d);
	case RUN_OPT_STATS: return take_stats(r, arg, d);
	case RUN_OPT_NO_FEATURE: return take_no_feature(r, arg, d);
	case RUN_OPT_VERIFY: r->verify = true; return 1;
	case RUN_OPT_COMPARE: r->compare = arg; return 1;
	case RUN_OPT_TOLERANCE: return take_tolerance(r, arg, d);
	case RUN_OPT_USER: r->session.user = arg; return 1;
	case RUN_OPT_DRY_RUN: r->session.dry_run = true; return 1;
	case RUN_OPT_TEST: r->session.test = true; return take_tests(r, arg, d);
	case RUN_OPT_BENCH:
		r->session.bench = true;
		return take_tests(r, arg, d);
	default: return 0;
	}
}

bool run_opts_check(const struct run_opts *r, struct diags *d)
{
	if (r->session.pid && r->session.command)
		return diag_error(d, NOWHERE, D_USAGE,
				  "-p and -c exclude each other");
	if (r->session.user && !r->session.command)
		return diag_error(d, NOWHERE, D_USAGE,
				  "--user is for the command of -c");
	if (r->verify && !verify_has_form(r->session.form))
		return diag_error(d, NOWHERE, D_USAGE,
				  "--verify reports as text, json or csv");
	if (r->compare && !r->verify)
		return diag_error(d, NOWHERE, D_USAGE,
				  "--compare goes with --verify");
	return true;
}

/* --- a run ---------------------------------------------------------------- */

static int open_output(struct run_opts *r, struct diags *d)
{
	int fd;

	if (!r->output)
		return 0;
	fd = open(r->output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0)
		return diag_errno(d, errno, D_IO, "cannot write '%s'",
				  r->output);
	r->session.out_fd = fd;
	return 0;
}

static void print_diags(struct diags *d, bool colour, struct sink_hurry *hurry)
{
	auto_buf struct buf text = { 0 };
	struct sink sink;

	diags_render(d, colour, &text);
	if (text.n) {
		sink_open(&sink, STDERR_FILENO, hurry);
		sink_write(&sink, text.p, text.n);
		sink_close(&sink);
	}
	d->v.n = 0;
	d->errors = d->warnings = 0;
}

static int run_session(const struct plan *p, struct machine *m,
		       struct run_opts *r, struct diags *d)
{
	struct sink_hurry hurry;
	struct session *s;
	int status, err;

	r->session.leaves = true;
	s = session_open(p, m, &r->session, d);
	if (!s)
		return run_status(d);
	run_print_diags(d, r->session.colour);
	err = session_start(s);
	if (!err) {
		run_print_diags(d, r->session.colour);
		err = session_loop(s);
		if (session_stop(s) || session_print_maps(s))
			err = -EIO;
	}
	status = err && err != -EINTR ? run_status(d) : session_status(s);
	hurry = session_hurry(s);
	session_close(s);
	print_diags(d, r->session.colour, &hurry);
	return status;
}

static void compare(const struct run_opts *r,
		    const struct verify_report *report, struct diags *d)
{
	auto_buf struct buf old = { 0 };
	int err = buf_read_file(&old, r->compare, MAX_REPORT);

	if (err)
		diag_errno(d, err, D_IO, "cannot read '%s'", r->compare);
	else
		verify_compare(report, buf_view(&old), r->tolerance, d);
}

static int run_verify(const struct plan *p, struct machine *m,
		      struct run_opts *r, struct diags *d)
{
	struct verify_report report;
	auto_buf struct buf text = { 0 };
	struct sink sink;

	if (!verify_plan(p, m, &r->session, &report, d)) {
		verify_print(&report, r->session.form, &text);
		sink_open(&sink, r->session.out_fd, NULL);
		sink_write(&sink, text.p, text.n);
		sink_close(&sink);
		if (r->compare)
			compare(r, &report, d);
	}
	verify_free(&report);
	return run_status(d);
}

int run_plan(struct plan *p, struct machine *m, struct run_opts *r,
	     struct diags *d)
{
	int status;

	machine_set_process(m, (int)r->session.pid);
	/* A reader that went away ends the run as usual: maps and all. */
	signal(SIGPIPE, SIG_IGN);
	if ((r->session.is_foreign &&
	     (!enums_settle(p, m, d) || !rematch_plan(p, m, d))) ||
	    open_output(r, d))
		return run_status(d);
	status = r->verify ? run_verify(p, m, r, d) : run_session(p, m, r, d);
	if (r->output && close(r->session.out_fd)) {
		diag_errno(d, errno, D_IO, "cannot write '%s'", r->output);
		status = run_status(d);
	}
	return status;
}

void run_print_diags(struct diags *d, bool colour)
{
	print_diags(d, colour, NULL);
}

int run_status(const struct diags *d)
{
	if (!d->errors)
		return 0;
	return diags_environment(d) ? 2 : 1;
}
