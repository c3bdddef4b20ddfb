/* SPDX-License-Identifier: Apache-2.0 */
/* repl.c - the loop of an interactive session, and what it says. */
#include "cli/repl.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "cli/repl_impl.h"
#include "cli/repl_rows.h"
#include "runtime/stats.h"

#define MAX_SCRIPT  (16u << 20) /* bytes of a file */
#define MAX_HISTORY (256u << 10) /* bytes of entries that are remembered */

#define MAX_FILES 65536

#define NOWHERE ((struct span){ 0 })

/* --- saying things ------------------------------------------------------------- */

static void write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		text.p += n;
		text.n -= (size_t)n;
	}
}

/* Ctrl-C while much is printed: the rest is not shown. */
static void look_for_interrupt(struct repl *r)
{
	struct signalfd_siginfo info;

	if (!r->ui.is_interactive || r->is_interrupted)
		return;
	while (read(r->signal_fd, &info, sizeof(info)) == sizeof(info)) {
		if (info.ssi_signo == SIGINT)
			r->is_interrupted = true;
		else
			raise((int)info.ssi_signo); /* for the loop */
		if (r->is_interrupted)
			return;
		break;
	}
}

void repl_put(struct repl *r, enum repl_stream stream, struct str text)
{
	if (!text.n)
		return;
	look_for_interrupt(r);
	if (r->is_interrupted && stream == REPL_OUT)
		return;
	if (!r->is_shown && r->ui.before)
		r->ui.before(r->ui.arg);
	r->is_shown = true;
	if (r->ui.write)
		r->ui.write(r->ui.arg, stream, text);
	else
		write_all(stream == REPL_OUT ? STDOUT_FILENO : STDERR_FILENO,
			  text);
}

void repl_printf(struct repl *r, enum repl_stream stream, const char *fmt, ...)
{
	auto_buf struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	repl_put(r, stream, buf_view(&text));
}

void repl_write(void *repl, bool is_err, struct str text)
{
	repl_put(repl, is_err ? REPL_ERR : REPL_OUT, text);
}

void repl_shown(struct repl *r)
{
	if (r->is_shown && r->ui.after)
		r->ui.after(r->ui.arg);
	r->is_shown = r->is_interrupted = false;
}

void repl_show_diags(struct repl *r)
{
	struct diags *d = r->diags;
	bool no_warnings = d->no_warnings;
	auto_buf struct buf text = { 0 };

	diags_render(d, r->ui.colour, &text);
	repl_put(r, REPL_ERR, buf_view(&text));
	if (d->errors && !r->status)
		r->status = run_status(d);
	diags_free(d);
	*d = (struct diags){ .no_warnings = no_warnings };
}

/* --- failures ------------------------------------------------------------------- */

static void forget_failure(struct failure *f)
{
	diags_free(&f->diags);
	sources_free(&f->sources);
	arena_free(&f->arena);
	*f = (struct failure){ 0 };
}

/* The first error's place in the text, which was the last source. */
static size_t error_offset(const struct diags *d, const struct sources *srcs)
{
	const struct source *last =
		srcs && srcs->v.n ? &srcs->v.v[srcs->v.n - 1] : NULL;

	vec_each(it, &d->v) {
		if (it->severity == SEV_ERROR && last &&
		    it->span.start >= last->base &&
		    it->span.start <= last->base + last->text.n)
			return it->span.start - last->base;
	}
	return 0;
}

static void keep_failure(struct repl *r, struct str text, struct sources *srcs)
{
	struct failure *f = &r->failure;

	forget_failure(f);
	f->text = str_copy(&f->arena, text);
	if (srcs) {
		f->sources = *srcs;
		*srcs = (struct sources){ 0 };
	}
	f->diags.sources = &f->sources;
	vec_each(it, &r->diags->v) {
		struct diag *copy = vec_add(&f->diags.arena, &f->diags.v);

		*copy = *it;
		copy->text = str_copy(&f->diags.arena, it->text);
		copy->hint = str_copy(&f->diags.arena, it->hint);
	}
	f->diags.errors = r->diags->errors;
}

void repl_fail(struct repl *r, struct str text, struct sources *srcs)
{
	auto_buf struct buf copy = { 0 }; /* it may be what f->text was */
	size_t offset = error_offset(r->diags, srcs);

	r->is_failed = true;
	buf_str(&copy, text);
	keep_failure(r, buf_view(&copy), srcs);
	r->diags->sources = &r->failure.sources;
	if (!r->diags->errors && !r->status)
		r->status = 1;
	repl_show_diags(r);
	if (r->ui.correct)
		r->ui.correct(r->ui.arg, r->failure.text, offset);
}

/* --- entering --------------------------------------------------------------------- */

/* Old ones go when there are too many. */
static void remember(struct repl *r, struct str text)
{
	const char *newline;

	while (text.n && text.p[text.n - 1] == '\n')
		text.n--;
	buf_str(&r->history, text);
	buf_putc(&r->history, '\n');
	if (r->history.n <= MAX_HISTORY)
		return;
	newline = memchr(r->history.p + r->history.n / 2, '\n',
			 r->history.n - r->history.n / 2);
	r->history.n -= (size_t)(newline + 1 - r->history.p);
	memmove(r->history.p, newline + 1, r->history.n);
}

static bool run_command(struct repl *r, struct str text)
{
	const struct repl_command *c;
	struct str name, args;

	while (text.n && text.p[0] != ':')
		text.p++, text.n--;
	text.p++, text.n--;
	while (text.n && strchr(" \t\r\n", text.p[text.n - 1]))
		text.n--;
	name = (struct str){ text.p, 0 };
	while (name.n < text.n && !strchr(" \t\n", text.p[name.n]))
		name.n++;
	args = (struct str){ text.p + name.n, text.n - name.n };
	while (args.n && strchr(" \t\n", *args.p))
		args.p++, args.n--;
	c = repl_command_find(name, r->diags);
	return c && c->run(r, args);
}

static bool enter(struct repl *r, struct str text)
{
	bool ok;

	switch (repl_form(text)) {
	case FORM_EMPTY: return true;
	case FORM_OPEN: /* all that came: let the parser say what lacks */
	case FORM_SCRIPT: return repl_enter_script(r, text);
	case FORM_STATEMENT: return repl_enter_statement(r, text);
	case FORM_COMMAND: break;
	}
	ok = run_command(r, text);
	if (!ok && !r->is_failed)
		repl_fail(r, text, NULL);
	return ok;
}

bool repl_enter(struct repl *r, struct str text)
{
	bool ok;

	r->is_failed = false;
	repl_drain(r);
	ok = enter(r, text);
	repl_drain(r);
	if (ok && repl_form(text) != FORM_EMPTY)
		remember(r, text);
	repl_show_diags(r);
	repl_shown(r);
	return ok;
}

bool repl_load(struct repl *r, const char *path)
{
	auto_buf struct buf text = { 0 };
	int err = buf_read_file(&text, path, MAX_SCRIPT);

	if (err)
		return diag_errno(r->diags, err, D_IO, "cannot read '%s'",
				  path) &&
		       false;
	return repl_enter_script(r, buf_view(&text));
}

void repl_quit(struct repl *r)
{
	r->is_over = true;
}

void repl_drain(struct repl *r)
{
	for (struct entry *e = r->entries; e; e = e->next)
		repl_turn(r, e, true);
}

/* --- the loop ------------------------------------------------------------------------ */

static bool wait_for(struct repl *r, int fd, void *who)
{
	struct epoll_event event = { .events = EPOLLIN, .data.ptr = who };

	return !epoll_ctl(r->epoll_fd, EPOLL_CTL_ADD, fd, &event);
}

bool repl_watch(struct repl *r, struct entry *e)
{
	if (wait_for(r, session_fd(e->session), e))
		return true;
	diag_errno(r->diags, errno, D_KERNEL, "cannot wait for events");
	return false;
}

void repl_unwatch(struct repl *r, struct entry *e)
{
	epoll_ctl(r->epoll_fd, EPOLL_CTL_DEL, session_fd(e->session), NULL);
}

void repl_timer(struct repl *r, uint64_t ns, repl_tick tick)
{
	struct itimerspec t = { 0 };

	r->tick = tick;
	if (tick) {
		t.it_interval.tv_sec = (time_t)(ns / 1000000000);
		t.it_interval.tv_nsec = (long)(ns % 1000000000);
		t.it_value = t.it_interval;
	}
	timerfd_settime(r->timer_fd, 0, &t, NULL);
}

static void take_signal(struct repl *r)
{
	struct signalfd_siginfo info;
	int signo;

	if (read(r->signal_fd, &info, sizeof(info)) != sizeof(info))
		return;
	signo = (int)info.ssi_signo;
	if (r->ui.signal && r->ui.signal(r->ui.arg, r, signo))
		return;
	if (signo == SIGTERM || signo == SIGHUP || signo == SIGINT)
		repl_quit(r);
}

static void take_tick(struct repl *r)
{
	uint64_t n;

	if (read(r->timer_fd, &n, sizeof(n)) == sizeof(n) && r->tick)
		r->tick(r);
}

/* One event at a time: what it leads to may end others' sessions. */
static void turn(struct repl *r, bool can_wait)
{
	struct epoll_event event;
	int n = epoll_wait(r->epoll_fd, &event, 1, can_wait ? -1 : 0);

	if (n <= 0)
		event.data.ptr = NULL;
	if (!can_wait && !r->is_over && n <= 0)
		r->ui.input(r->ui.arg, r);
	else if (event.data.ptr == &r->ui)
		r->ui.input(r->ui.arg, r);
	else if (event.data.ptr == &r->signal_fd)
		take_signal(r);
	else if (event.data.ptr == &r->timer_fd)
		take_tick(r);
	else if (event.data.ptr)
		repl_turn(r, event.data.ptr, false);
	repl_show_diags(r);
	repl_shown(r);
}

static void loop(struct repl *r)
{
	/* what cannot be waited for, a file, can always be read */
	bool can_wait = wait_for(r, r->ui.fd, &r->ui);

	while (!r->is_over)
		turn(r, can_wait);
}

/* --- from start to end ----------------------------------------------------------------- */

/* An entry has some ten descriptors. */
static void raise_limits(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur >= MAX_FILES)
		return;
	limit.rlim_cur =
		limit.rlim_max < MAX_FILES ? limit.rlim_max : MAX_FILES;
	setrlimit(RLIMIT_NOFILE, &limit);
}

static bool open_loop(struct repl *r)
{
	static const int always[] = { SIGINT, SIGTERM, SIGHUP };
	static const int with_ui[] = { SIGWINCH, SIGTSTP, SIGCONT };
	sigset_t mask;

	sigemptyset(&mask);
	for (size_t i = 0; i < ARRAY_SIZE(always); i++)
		sigaddset(&mask, always[i]);
	for (size_t i = 0; r->ui.signal && i < ARRAY_SIZE(with_ui); i++)
		sigaddset(&mask, with_ui[i]);
	sigprocmask(SIG_BLOCK, &mask, NULL);
	signal(SIGPIPE, SIG_IGN);
	raise_limits();
	r->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	r->signal_fd = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
	r->timer_fd =
		timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (r->epoll_fd >= 0 && wait_for(r, r->signal_fd, &r->signal_fd) &&
	    wait_for(r, r->timer_fd, &r->timer_fd))
		return true;
	diag_errno(r->diags, errno, D_KERNEL, "cannot wait for events");
	return false;
}

static void take_options(struct repl *r)
{
	r->opts = r->cli->run.session;
	r->opts.is_embedded = true;
	r->opts.registry = r->maps;
	r->opts.write = repl_write;
	r->opts.write_arg = r;
	r->opts.params_checked = true;
	r->opts.colour = r->ui.colour;
}

static void close_repl(struct repl *r)
{
	repl_watch_end(r);
	repl_close_entries(r);
	repl_show_diags(r);
	repl_shown(r);
	repl_forget_all(r);
	live_free(&r->live);
	registry_free(r->maps);
	forget_failure(&r->failure);
	buf_free(&r->history);
	repl_set_command(r, STR(""));
	close(r->stats_fd);
	close(r->epoll_fd);
	close(r->signal_fd);
	close(r->timer_fd);
}

static void start(struct repl *r, const char *script)
{
	if (script && !repl_load(r, script) && r->diags->errors)
		repl_fail(r, str_from(script), NULL);
	if (r->cli->program)
		repl_enter_script(r, str_from(r->cli->program));
	repl_show_diags(r);
	repl_shown(r);
}

int repl_main(struct cli *c, struct machine *m, const char *script,
	      struct diags *d)
{
	const struct repl_input *input =
		isatty(STDIN_FILENO) && isatty(STDOUT_FILENO) ? &repl_term
							      : &repl_pipe;
	struct repl r = {
		.cli = c,
		.machine = m,
		.diags = d,
		.maps = registry_new(m),
		.ui = { .fd = STDIN_FILENO, .colour = c->run.session.colour },
		.epoll_fd = -1,
		.signal_fd = -1,
		.timer_fd = -1,
		.stats_fd = -1,
	};

	r.live.names = registry_names(r.maps);
	if (input->open(&r, &r.ui)) {
		take_options(&r);
		r.stats_fd = stats_open();
		if (open_loop(&r)) {
			start(&r, script);
			loop(&r);
		}
	}
	repl_close_entries(&r);
	repl_show_diags(&r);
	repl_shown(&r);
	input->close(&r, &r.ui);
	close_repl(&r);
	return r.status;
}
