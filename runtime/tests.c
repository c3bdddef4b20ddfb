/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/tests.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "runtime/json.h"
#include "runtime/limits.h"
#include "runtime/loop.h"

#define NOWHERE ((struct span){ 0 })

enum {
	TURNS_MIN = 1000,
	TURNS_MAX = 1000000,
	TURNS_AT_ONCE = 250, /* between looks at the clock and the events */
	BENCH_NS = 200000000, /* that a benchmark takes, if it may */
	OUTPUT_MAX = 1 << 20, /* bytes of a test that are shown */
};

struct result {
	struct str name;
	uint64_t ns; /* of a test, or the average of a benchmark's turns */
	uint64_t turns;
	bool passed;
	struct buf output;
};
typedef VEC(struct result) result_vec;

bool tests_wants(const struct session *s, enum probe_kind kind)
{
	return (kind == PK_TEST && s->opts.test) ||
	       (kind == PK_BENCH && s->opts.bench);
}

static uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* --- running -------------------------------------------------------------- */

static int run_once(int prog_fd, uint32_t *result)
{
	DECLARE_LIBBPF_OPTS(bpf_test_run_opts, opts);
	int err = bpf_prog_test_run_opts(prog_fd, &opts);

	*result = opts.retval;
	return err ? -errno : 0;
}

static int report_run(struct session *s, const struct plan_probe *p, int err)
{
	return diag_errno(s->diags, err, D_KERNEL, "cannot run %.*s",
			  STR_ARG(p->name));
}

/* What is at fd, without the zero byte of an empty file. */
static void read_output(int fd, struct buf *out)
{
	if (!lseek(fd, 0, SEEK_SET))
		buf_read_fd(out, fd, OUTPUT_MAX);
	if (out->n && out->p[out->n - 1] != '\n')
		buf_putc(out, '\n');
}

static int run_test(struct session *s, const struct plan_probe *p, int prog_fd,
		    struct result *r)
{
	int out = s->out.to.fd, err_out = s->out.err.fd, err;
	auto_fd int fd = memfd_create("espy_test", MFD_CLOEXEC);
	uint64_t begin;
	uint32_t result;

	if (fd < 0)
		return report_run(s, p, errno);
	/* What it prints is shown as text, as part of its result. */
	out_redirect(&s->out, fd, fd, OUT_FORM_TEXT);
	s->n_errorf = 0;
	s->status = 0;
	begin = now_ns();
	err = run_once(prog_fd, &result);
	r->ns = now_ns() - begin;
	session_consume(s, true);
	out_redirect(&s->out, out, err_out, s->opts.form);
	r->passed = !result && !s->n_errorf && !s->status;
	s->is_exiting = false;
	s->status = 0;
	read_output(fd, &r->output);
	return err ? report_run(s, p, err) : 0;
}

/* Time in the program and turns so far, as the kernel counts them. */
static int read_stats(int prog_fd, uint64_t *ns, uint64_t *turns)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);

	if (bpf_obj_get_info_by_fd(prog_fd, &info, &size))
		return -errno;
	*ns = info.run_time_ns;
	*turns = info.run_cnt;
	return 0;
}

/* The time of --timeout is over, or a signal has come: what runs in the kernel
 * is waited for, nothing else is begun. */
static bool is_over(struct session *s)
{
	if (!s->is_interrupted && loop_ending_signal(s))
		loop_end_early(s);
	return s->is_interrupted || limits_is_late(s);
}

/* The average time of a turn. */
static int measure(struct session *s, int prog_fd, uint64_t *ns,
		   uint64_t *turns)
{
	uint64_t from_ns, from_turns, begin = now_ns();
	int err = read_stats(prog_fd, &from_ns, &from_turns);
	uint32_t done = 0, result;

	while (!err && done < TURNS_MAX && (!done || !is_over(s)) &&
	       (done < TURNS_MIN || now_ns() - begin < BENCH_NS)) {
		for (int i = 0; i < TURNS_AT_ONCE && !err; i++)
			err = run_once(prog_fd, &result);
		done += TURNS_AT_ONCE;
		session_consume(s, true);
		s->is_exiting = false;
	}
	if (!err)
		err = read_stats(prog_fd, ns, turns);
	if (err)
		return err;
	*turns -= from_turns;
	*ns = *turns ? (*ns - from_ns) / *turns : 0;
	return 0;
}

/* What the kernel's clock itself takes: a program that does nothing. */
static uint64_t measure_nothing(struct session *s)
{
	const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	auto_fd int fd =
		bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "espy_nothing",
			      "GPL", code, ARRAY_SIZE(code), NULL);
	uint64_t ns = 0, turns;

	if (fd < 0 || measure(s, fd, &ns, &turns))
		return 0;
	return ns;
}

static int run_bench(struct session *s, const struct plan_probe *p, int prog_fd,
		     struct result *r)
{
	auto_fd int stats = bpf_enable_stats(BPF_STATS_RUN_TIME);
	uint64_t nothing;
	int err;

	if (stats < 0)
		return report_run(s, p, errno);
	nothing = measure_nothing(s);
	err = measure(s, prog_fd, &r->ns, &r->turns);
	r->ns -= r->ns < nothing ? r->ns : nothing;
	r->passed = true;
	return err ? report_run(s, p, err) : 0;
}

/* --- as text -------------------------------------------------------------- */

static const char *plural(size_t n)
{
	return n == 1 ? "" : "s";
}

static size_t count(const result_vec *v, bool passed)
{
	size_t n = 0;

	vec_each(r, v)
		n += r->passed == passed;
	return n;
}

static void put_duration(struct buf *out, uint64_t ns)
{
	if (ns < 10000)
		buf_printf(out, "(%" PRIu64 " ns)\n", ns);
	else if (ns < 10000000)
		buf_printf(out, "(%" PRIu64 " us)\n", ns / 1000);
	else
		buf_printf(out, "(%" PRIu64 " ms)\n", ns / 1000000);
}

static void put_test(struct buf *out, const struct result *r)
{
	if (!r->passed)
		buf_str(out, buf_view(&r->output));
	buf_printf(out, "[ %s ] %.*s ", r->passed ? "      OK" : " FAILED ",
		   STR_ARG(r->name));
	put_duration(out, r->ns);
}

static void put_sum(struct buf *out, const result_vec *v)
{
	size_t passed = count(v, true), failed = count(v, false);

	buf_printf(out, "[==========] %zu test%s ran.\n", v->n, plural(v->n));
	buf_printf(out, "[  PASSED  ] %zu test%s.\n", passed, plural(passed));
	if (!failed)
		return;
	buf_printf(out, "[  FAILED  ] %zu test%s, listed below:\n", failed,
		   plural(failed));
	vec_each(r, v)
		if (!r->passed)
			buf_printf(out, "[  FAILED  ] %.*s\n",
				   STR_ARG(r->name));
}

static void put_benches(struct buf *out, const result_vec *v)
{
	size_t width = 40;

	vec_each(r, v)
		width = r->name.n > width ? r->name.n : width;
	width++;
	buf_printf(out, "%-*s%-15s%s\n", (int)width, "Benchmark", "Time(ns)",
		   "Iterations");
	buf_pad(out, '-', width + 15 + strlen("Iterations"));
	buf_putc(out, '\n');
	vec_each(r, v)
		buf_printf(out, "%-*.*s%-15" PRIu64 "%" PRIu64 "\n", (int)width,
			   STR_ARG(r->name), r->ns, r->turns);
}

/* --- other forms ---------------------------------------------------------- */

static void put_tap(struct buf *out, const struct result *r, size_t n)
{
	struct str line, rest = buf_view(&r->output);

	buf_printf(out, "%sok %zu - %.*s # %" PRIu64 ".%06" PRIu64 " ms\n",
		   r->passed ? "" : "not ", n, STR_ARG(r->name),
		   r->ns / 1000000, r->ns % 1000000);
	while (!r->passed && rest.n) {
		line = str_split(rest, '\n', &rest);
		buf_printf(out, "# %.*s\n", STR_ARG(line));
	}
}

static void put_json(struct buf *out, const result_vec *v, bool is_bench)
{
	const char *before = "";

	buf_printf(out, "{\"type\": \"%s\", \"data\": {",
		   is_bench ? "benchmark_result" : "test_result");
	vec_each(r, v) {
		buf_puts(out, before);
		json_string(out, r->name);
		if (is_bench) {
			buf_printf(out,
				   ": {\"average\": %" PRIu64
				   ", \"iters\": %" PRIu64 "}",
				   r->ns, r->turns);
		} else {
			buf_printf(out,
				   ": {\"duration\": %" PRIu64
				   ", \"passed\": %s, \"output\": ",
				   r->ns, r->passed ? "true" : "false");
			json_string(out, buf_view(&r->output));
			buf_putc(out, '}');
		}
		before = ", ";
	}
	buf_puts(out, "}}\n");
}

/* --- all of one kind ------------------------------------------------------ */

static size_t count_probes(const struct session *s, enum probe_kind kind)
{
	size_t n = 0;

	vec_each(p, &s->plan->probes)
		n += p->kind == kind;
	return n;
}

static void put_head(struct session *s, enum probe_kind kind)
{
	struct buf *out = &s->out.pending;
	size_t n = count_probes(s, kind);

	if (kind == PK_BENCH)
		return;
	if (s->opts.test_form == TESTS_TEXT)
		buf_printf(out, "[==========] Running %zu test%s.\n", n,
			   plural(n));
	if (s->opts.test_form == TESTS_TAP)
		buf_printf(out, "1..%zu\n", n);
}

static void put_end(struct session *s, enum probe_kind kind,
		    const result_vec *v)
{
	struct buf *out = &s->out.pending;

	if (s->opts.test_form == TESTS_JSON)
		put_json(out, v, kind == PK_BENCH);
	else if (kind == PK_BENCH)
		put_benches(out, v);
	else if (s->opts.test_form == TESTS_TEXT)
		put_sum(out, v);
}

static int run_one(struct session *s, size_t i, result_vec *v)
{
	const struct plan_probe *p = &s->plan->probes.v[i];
	struct result *r = vec_add(&s->arena, v);
	int fd = bpf_program__fd(s->programs[i]), err;

	r->name = p->targets.v[0];
	if (p->kind == PK_BENCH)
		return run_bench(s, p, fd, r);
	if (s->opts.test_form == TESTS_TEXT)
		buf_printf(&s->out.pending, "[ RUN      ] %.*s\n",
			   STR_ARG(r->name));
	err = run_test(s, p, fd, r);
	if (s->opts.test_form == TESTS_TEXT)
		put_test(&s->out.pending, r);
	if (s->opts.test_form == TESTS_TAP)
		put_tap(&s->out.pending, r, v->n);
	return err;
}

/* The run was over before all had their turn. */
static void report_rest(struct session *s, enum probe_kind kind, size_t done)
{
	size_t n = count_probes(s, kind);
	const char *what = kind == PK_TEST ? "test" : "benchmark";

	if (kind == PK_TEST && s->opts.test_form == TESTS_TAP)
		buf_printf(&s->out.pending, "Bail out! the run has ended\n");
	out_warn(&s->out, "%zu of %zu %s%s did not run", n - done, n, what,
		 plural(n));
}

static int run_all(struct session *s, enum probe_kind kind, bool *failed)
{
	result_vec v = { 0 };
	bool is_cut = false;
	int err = 0;

	put_head(s, kind);
	for (size_t i = 0; i < s->plan->probes.n && !err && !is_cut; i++) {
		if (s->plan->probes.v[i].kind != kind)
			continue;
		is_cut = is_over(s);
		if (!is_cut)
			err = run_one(s, i, &v);
	}
	put_end(s, kind, &v);
	if (is_cut)
		report_rest(s, kind, v.n);
	out_end(&s->out);
	*failed |= is_cut || count(&v, false) > 0;
	vec_each(r, &v)
		buf_free(&r->output);
	return err;
}

int tests_run(struct session *s)
{
	bool failed = false;
	int err = 0;

	session_consume(s, true); /* what begin has sent */
	if (s->is_exiting)
		return 0;
	if (s->opts.test)
		err = run_all(s, PK_TEST, &failed);
	if (!err && s->opts.bench)
		err = run_all(s, PK_BENCH, &failed);
	if (!s->is_interrupted || !s->status) /* of the signal, else */
		s->status = failed;
	return err;
}
