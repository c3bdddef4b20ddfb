/* SPDX-License-Identifier: Apache-2.0 */
/* repl_term.c - a person at a terminal: lines are edited while sessions print
 * above them. readline is driven by the loop, a key at a time; while an entry
 * is at work it has let go of the terminal, so that keys wait and Ctrl-C is a
 * signal. */
#include "cli/repl_term.h"

#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "cli/repl_rows.h"

#define PROMPT      "espy> "
#define PROMPT_MORE "  ... "

static struct term *now; /* readline's functions are given nothing */

struct term *repl_term_now(void)
{
	return now;
}

/* --- the terminal ------------------------------------------------------------------ */

/* Keys that come while an entry is at work are not shown twice. */
static void set_echo(const struct term *t, bool is_on)
{
	struct termios tty = t->tty;

	if (!is_on)
		tty.c_lflag &= ~(tcflag_t)ECHO;
	tcsetattr(STDIN_FILENO, TCSANOW, &tty);
}

static void take_line(char *line)
{
	struct term *t = now;

	if (line)
		buf_puts(&t->line, line);
	t->has_line = line;
	t->has_end = !line;
	free(line);
	rl_callback_handler_remove();
	t->is_editing = false;
}

/* In bold where there is such a thing. */
static void put_prompt(const struct term *t, struct buf *out)
{
	const char *text = t->before.n ? PROMPT_MORE : PROMPT;

	if (t->repl->ui.colour)
		buf_printf(out, "%c\033[1m%c%s%c\033[0m%c",
			   RL_PROMPT_START_IGNORE, RL_PROMPT_END_IGNORE, text,
			   RL_PROMPT_START_IGNORE, RL_PROMPT_END_IGNORE);
	else
		buf_puts(out, text);
}

static void begin_line(struct term *t)
{
	auto_buf struct buf prompt = {};

	put_prompt(t, &prompt);
	set_echo(t, true);
	rl_callback_handler_install(prompt.p, take_line);
	t->is_editing = true;
	if (!t->wrong.n)
		return;
	rl_insert_text(t->wrong.p);
	rl_point = (int)t->wrong_at;
	rl_redisplay();
	buf_reset(&t->wrong);
}

static void end_line(struct term *t)
{
	if (t->is_editing)
		rl_callback_handler_remove();
	t->is_editing = false;
}

static void get_size(void *term, uint32_t *columns, uint32_t *rows)
{
	struct winsize size = {};

	(void)term;
	ioctl(STDOUT_FILENO, TIOCGWINSZ, &size);
	*columns = size.ws_col ? size.ws_col : 80;
	*rows = size.ws_row ? size.ws_row : 24;
}

/* --- keys ----------------------------------------------------------------------------- */

/* Are more lines needed? Two empty ones end what seems to. */
static bool needs_more(struct str text)
{
	return repl_form(text) == FORM_OPEN && !str_ends(text, "\n\n");
}

static int enter_key(int count, int key)
{
	if (!now->is_plain && needs_more(str_from(rl_line_buffer)))
		return rl_insert(1, '\n');
	return rl_newline(count, key);
}

static int newline_key(int count, int key)
{
	(void)key;
	return rl_insert(count, '\n');
}

/* Where the line begins that a position is in. */
static int line_start(int at)
{
	while (at > 0 && rl_line_buffer[at - 1] != '\n')
		at--;
	return at;
}

/* To a column of a line, or to its end. */
static int go_to(int start, int column)
{
	for (rl_point = start; column-- > 0 && rl_point < rl_end &&
			       rl_line_buffer[rl_point] != '\n';)
		rl_point++;
	while (((unsigned char)rl_line_buffer[rl_point] & 0xc0) == 0x80)
		rl_point++; /* not within a character */
	return 0;
}

/* Within an entry of several lines to the next of them, else in the
 * history. */
static int up_key(int count, int key)
{
	int start = line_start(rl_point);

	if (!start)
		return rl_get_previous_history(count, key);
	return go_to(line_start(start - 1), rl_point - start);
}

static int down_key(int count, int key)
{
	const char *end = strchr(rl_line_buffer + rl_point, '\n');

	if (!end)
		return rl_get_next_history(count, key);
	return go_to((int)(end + 1 - rl_line_buffer),
		     rl_point - line_start(rl_point));
}

static void bind_keys(void)
{
	static const struct {
		const char *keys;
		rl_command_func_t *run;
	} rows[] = {
		{ "\r", enter_key },       { "\n", enter_key },
		{ "\033\r", newline_key }, { "\033[A", up_key },
		{ "\033OA", up_key },      { "\033[B", down_key },
		{ "\033OB", down_key },
	};
	Keymap maps[] = { emacs_standard_keymap, vi_insertion_keymap,
			  vi_movement_keymap };

	for (size_t m = 0; m < ARRAY_SIZE(maps); m++)
		for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
			if (m == 0 || rows[i].keys[0] != '\033')
				rl_bind_keyseq_in_map(rows[i].keys, rows[i].run,
						      maps[m]);
}

/* --- entries ------------------------------------------------------------------------- */

/* What is attached, before it is not any more. */
static void tell_detached(struct term *t)
{
	auto_buf struct buf out = {};

	for (const struct entry *e = t->repl->entries; e; e = e->next)
		if (e->state == ENTRY_ON)
			buf_printf(&out, "%s %u (%.*s)",
				   out.n ? "," : "detaching", e->number,
				   STR_ARG(e->name));
	if (!out.n)
		return;
	buf_putc(&out, '\n');
	repl_put(t->repl, REPL_ERR, buf_view(&out));
}

static void enter(struct term *t, struct str text)
{
	repl_term_remember(t, text);
	set_echo(t, false);
	t->is_entering = true;
	repl_enter(t->repl, text);
	t->is_entering = false;
}

static void take_entry(struct term *t)
{
	struct repl *r = t->repl;
	auto_buf struct buf text = {};

	buf_str(&text, buf_view(&t->before));
	buf_str(&text, buf_view(&t->line));
	buf_reset(&t->before);
	buf_reset(&t->line);
	if (t->is_plain && needs_more(buf_view(&text))) {
		buf_str(&t->before, buf_view(&text));
		buf_putc(&t->before, '\n');
	} else {
		enter(t, buf_view(&text));
	}
	if (r->is_over)
		tell_detached(t);
	else
		begin_line(t);
}

/* A key ends what is drawn again and again; it means nothing else, and may be
 * several bytes. */
static void end_watch(struct repl *r)
{
	char byte = 0, rest[16];
	int n = 0;

	if (read(STDIN_FILENO, &byte, 1) == 1 && byte == '\033' &&
	    !ioctl(STDIN_FILENO, FIONREAD, &n) && n > 0)
		n = (int)read(STDIN_FILENO, rest, sizeof(rest));
	repl_watch_end(r);
}

/* readline does, where it told the terminal that pastes are welcome. */
static bool ends_line_at_eof(void)
{
	const char *paste = rl_variable_value("enable-bracketed-paste");

	return paste && strcmp(paste, "on") == 0;
}

static void read_key(void *term, struct repl *r)
{
	struct term *t = term;

	if (r->watch) {
		end_watch(r);
		return;
	}
	if (!t->is_editing)
		begin_line(t);
	rl_callback_read_char();
	if (t->has_end) {
		t->has_end = false;
		if (!ends_line_at_eof())
			repl_put(r, REPL_OUT, STR("\n"));
		tell_detached(t);
		repl_quit(r);
	} else if (t->has_line) {
		t->has_line = false;
		take_entry(t);
	}
}

/* The text comes back with the cursor where the mistake is. */
static void correct(void *term, struct str text, size_t offset)
{
	struct term *t = term;

	if (!t->is_entering)
		return;
	buf_reset(&t->wrong);
	buf_str(&t->wrong, text);
	t->wrong_at = offset && offset < text.n ? offset : text.n;
}

static bool edit(void *term, struct str text, struct buf *out)
{
	struct term *t = term;
	bool is_changed;

	set_echo(t, true);
	is_changed = repl_run_editor(t->repl, text, out);
	set_echo(t, false);
	return is_changed;
}

/* --- output ------------------------------------------------------------------------------ */

static void write_all(int fd, struct str text)
{
	while (text.n) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return;
		text = (struct str){ text.p + n, text.n - (size_t)n };
	}
}

static void put(void *term, enum repl_stream stream, struct str text)
{
	struct term *t = term;

	if (!text.n)
		return;
	/* a message has a line of its own */
	if (t->is_open && !t->is_err && stream == REPL_ERR)
		write_all(STDOUT_FILENO, STR("\n"));
	t->is_open = text.p[text.n - 1] != '\n';
	t->is_err = stream == REPL_ERR;
	write_all(stream == REPL_OUT ? STDOUT_FILENO : STDERR_FILENO, text);
}

static void before_output(void *term)
{
	struct term *t = term;

	if (!t->is_editing)
		return;
	rl_clear_visible_line();
	fflush(rl_outstream);
}

static void after_output(void *term)
{
	struct term *t = term;

	if (t->is_open)
		put(t, REPL_OUT, STR("\n"));
	if (!t->is_editing)
		return;
	rl_on_new_line();
	rl_forced_update_display();
}

/* --- signals ------------------------------------------------------------------------------- */

/* Ctrl-C: the line is given up. */
static void cancel_line(struct term *t)
{
	bool is_empty = !rl_end && !t->before.n;

	rl_callback_sigcleanup();
	rl_free_line_state();
	rl_point = rl_end;
	rl_redisplay();
	fprintf(rl_outstream, "^C%s\n",
		is_empty ? " (Ctrl-D or :quit leaves)" : "");
	fflush(rl_outstream);
	end_line(t);
	buf_reset(&t->before);
	begin_line(t);
}

/* As if it had come: the kernel knows whether somebody can continue us. */
static void stop(void)
{
	struct sigaction usual = { .sa_handler = SIG_DFL }, old;
	sigset_t mask, old_mask;

	sigaction(SIGTSTP, &usual, &old);
	sigemptyset(&mask);
	sigaddset(&mask, SIGTSTP);
	raise(SIGTSTP);
	sigprocmask(SIG_UNBLOCK, &mask, &old_mask);
	sigprocmask(SIG_SETMASK, &old_mask, NULL);
	sigaction(SIGTSTP, &old, NULL);
}

static void suspend(struct term *t)
{
	if (t->is_editing) {
		rl_deprep_terminal();
		fflush(rl_outstream);
	}
	set_echo(t, true);
	stop();
	if (!t->is_editing)
		return;
	rl_prep_terminal(1);
	rl_on_new_line();
	rl_forced_update_display();
}

static bool take_signal(void *term, struct repl *r, int signo)
{
	struct term *t = term;

	switch (signo) {
	case SIGINT:
		repl_watch_end(r);
		if (t->is_editing)
			cancel_line(t);
		return true;
	case SIGWINCH:
		if (t->is_editing)
			rl_resize_terminal();
		return true;
	case SIGTSTP: suspend(t); return true;
	case SIGCONT: return true;
	default: return false;
	}
}

/* --- beginning and end --------------------------------------------------------------------- */

static void start_readline(struct term *t)
{
	setlocale(LC_CTYPE, "");
	rl_readline_name = "espy";
	rl_instream = stdin;
	rl_outstream = stdout;
	rl_catch_signals = 0;
	rl_catch_sigwinch = 0;
	rl_change_environment = 0;
	rl_initialize();
	/* bytes are what they are, whatever the locale calls a character */
	rl_variable_bind("input-meta", "on");
	rl_variable_bind("output-meta", "on");
	rl_variable_bind("convert-meta", "off");
	t->is_plain = !rl_get_termcap("up");
	bind_keys();
	repl_term_bind_tab();
	repl_term_read_history(t);
}

/* For who has never been here. */
static void greet(struct repl *r)
{
	struct str release = machine_release(r->machine);

	if (r->cli->run.session.quiet)
		return;
	printf("espy " PACKAGE_VERSION ", Linux %.*s. A clause attaches at "
	       "once; Tab completes,\n':help' lists commands, Ctrl-D "
	       "leaves.\n",
	       STR_ARG(release));
	fflush(stdout);
}

static bool open_term(struct repl *r, struct repl_ui *ui)
{
	struct term *t = xzalloc(sizeof(*t));

	now = t;
	t->repl = r;
	tcgetattr(STDIN_FILENO, &t->tty);
	start_readline(t);
	*ui = (struct repl_ui){
		.arg = t,
		.fd = STDIN_FILENO,
		.is_interactive = true,
		.colour = ui->colour && !t->is_plain,
		.input = read_key,
		.signal = take_signal,
		.write = put,
		.before = before_output,
		.after = after_output,
		.size = get_size,
		.correct = correct,
		.edit = edit,
	};
	greet(r);
	begin_line(t);
	return true;
}

static void close_term(struct repl *r, struct repl_ui *ui)
{
	struct term *t = ui->arg;

	(void)r;
	end_line(t);
	set_echo(t, true);
	clear_history();
	completion_free(&t->completion);
	buf_free(&t->cache.pattern);
	buf_free(&t->cache.lines);
	buf_free(&t->before);
	buf_free(&t->line);
	buf_free(&t->wrong);
	buf_free(&t->history);
	free(t);
	now = NULL;
	/* what is said from here on */
	*ui = (struct repl_ui){ .fd = -1, .colour = ui->colour };
}

const struct repl_input repl_term = { open_term, close_term };
