/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/event.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "plan/abi.h"
#include "runtime/event_impl.h"
#include "runtime/format.h"

#define SYSTEM_PIECE 65536 /* bytes of a command's output in one piece */

/* --- texts ---------------------------------------------------------------- */

static const struct type *payload_type(const struct session *s,
				       const struct plan_event *e)
{
	return types_get(&s->plan->types, e->payload);
}

const char *event_field(const struct session *s, const struct plan_event *e,
			const char *payload, uint32_t i)
{
	return payload + payload_type(s, e)->fields[i].offset;
}

uint32_t event_field_u32(const struct session *s, const struct plan_event *e,
			 const char *payload, uint32_t i)
{
	return (uint32_t)value_field_number(&payload_type(s, e)->fields[i],
					    payload);
}

/* The event's format over its payload. */
static void add_formatted(struct session *s, const struct plan_event *e,
			  const char *payload, struct buf *out)
{
	const struct fmt *f = &s->formats[e - s->plan->events.v];

	format_print(&s->show, f, payload_type(s, e), payload, out);
}

static void run_none(struct session *s, const struct plan_event *e,
		     const char *payload)
{
	(void)s;
	(void)e;
	(void)payload;
}

static void run_printf(struct session *s, const struct plan_event *e,
		       const char *payload)
{
	add_formatted(s, e, payload, out_begin(&s->out));
	out_text(&s->out, OUT_PRINTF);
}

static void run_print_value(struct session *s, const struct plan_event *e,
			    const char *payload)
{
	out_value(&s->out, payload_type(s, e)->fields[0].type,
		  event_field(s, e, payload, 0));
}

static void run_time(struct session *s, const struct plan_event *e,
		     const char *payload)
{
	struct timespec now;
	uint64_t boot;

	(void)payload;
	clock_gettime(CLOCK_REALTIME, &now);
	boot = (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec -
	       (uint64_t)s->show.boot_to_real;
	value_print_time(&s->show, boot,
			 e->text.n ? e->text : STR("%H:%M:%S\n"),
			 out_begin(&s->out));
	out_text(&s->out, OUT_TIME);
}

/* Element i of what join() sends: fields of their own or an array's. */
static void add_element(struct session *s, const struct type *t,
			const char *payload, uint32_t i, struct buf *out)
{
	const struct field *f = &t->fields[1];

	if (f->type->kind != TY_ARRAY)
		value_print(&s->show, f[i].type, payload + f[i].offset, out);
	else
		value_print(&s->show, f->type->elem,
			    payload + f->offset +
				    (size_t)i * f->type->elem->size,
			    out);
}

static void run_join(struct session *s, const struct plan_event *e,
		     const char *payload)
{
	const struct type *t = payload_type(s, e);
	uint32_t i, n = event_field_u32(s, e, payload, 0),
		    max = t->n_fields - 1;
	struct buf *out = out_begin(&s->out);

	if (t->fields[1].type->kind == TY_ARRAY)
		max = t->fields[1].type->count;
	for (i = 0; i < n && i < max; i++) {
		if (i)
			buf_str(out, e->text);
		add_element(s, t, payload, i, out);
	}
	buf_putc(out, '\n');
	out_text(&s->out, OUT_JOIN);
}

static void run_cat(struct session *s, const struct plan_event *e,
		    const char *payload)
{
	uint64_t left = s->plan->options.num[OPT_MAX_CAT_BYTES];
	auto_buf struct buf path = { 0 };
	struct buf *out = out_begin(&s->out);
	auto_fd int fd = -1;
	char text[4096];
	ssize_t n = 0;
	int err = 0;

	add_formatted(s, e, payload, &path);
	if (path.n)
		fd = open(path.p, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	while (fd >= 0 && left) {
		n = read(fd, text, left < sizeof(text) ? left : sizeof(text));
		if (n <= 0)
			break;
		buf_add(out, text, (size_t)n);
		left -= (uint64_t)n;
	}
	if (fd < 0 || n < 0)
		err = errno;
	out_text(&s->out, OUT_CAT);
	if (err)
		out_warn(&s->out, "cannot read '%.*s': %s",
			 STR_ARG(buf_view(&path)), strerror(err));
}

/* --- the end -------------------------------------------------------------- */

static void run_exit(struct session *s, const struct plan_event *e,
		     const char *payload)
{
	s->is_exiting = true;
	s->status = (uint8_t)*event_field(s, e, payload, 0);
}

/* What a command has written becomes the script's output, in pieces. */
static int run_captured(struct session *s, const char *command)
{
	auto_fd int fd = memfd_create("espy_system", MFD_CLOEXEC);
	int err = fd < 0 ? -errno : child_run_shell(command, fd, NULL);
	ssize_t n = 1;

	if (err || lseek(fd, 0, SEEK_SET) < 0)
		return err ? err : -errno;
	while (n > 0) {
		struct buf *out = out_begin(&s->out);
		size_t start = out->n;

		n = read(fd, buf_extend(out, SYSTEM_PIECE), SYSTEM_PIECE);
		out->n = start + (n > 0 ? (size_t)n : 0);
		if (n > 0)
			out_text(&s->out, OUT_SYSTEM);
	}
	return n < 0 ? -errno : 0;
}

/* The script's output so far comes before the command's own. */
static void run_system(struct session *s, const struct plan_event *e,
		       const char *payload)
{
	auto_buf struct buf command = { 0 };
	int err;

	if (s->out.error) /* it would meet the same */
		return;
	add_formatted(s, e, payload, &command);
	out_flush(&s->out);
	if (out_takes_commands(&s->out))
		err = run_captured(s, command.n ? command.p : "");
	else
		err = child_run_shell(command.n ? command.p : "", s->out.to.fd,
				      &s->out.hurry);
	s->turn = 1; /* that took a while: signals are next */
	if (err)
		out_warn(&s->out, "cannot run '%.*s': %s",
			 STR_ARG(buf_view(&command)), strerror(-err));
}

/* --- warnings ------------------------------------------------------------- */

static void say_at_site(struct session *s, const struct plan_event *e,
			const char *payload, enum severity severity)
{
	struct out_note note = { .severity = severity,
				 .by_script = true,
				 .site = &s->plan->sites.v[e->site] };
	auto_buf struct buf text = { 0 };

	add_formatted(s, e, payload, &text);
	note.text = buf_view(&text);
	out_note(&s->out, &note);
}

static void run_errorf(struct session *s, const struct plan_event *e,
		       const char *payload)
{
	s->n_errorf++;
	say_at_site(s, e, payload, SEV_ERROR);
}

static void run_warnf(struct session *s, const struct plan_event *e,
		      const char *payload)
{
	say_at_site(s, e, payload, SEV_WARNING);
}

static struct str site_map(const struct session *s, const struct plan_site *x)
{
	return x->map < s->plan->maps.n ? s->plan->maps.v[x->map].name
					: STR("");
}

static bool is_site_array(const struct session *s, const struct plan_site *x)
{
	enum map_store store =
		x->map < s->plan->maps.n ? s->plan->maps.v[x->map].store : MS_N;

	return store == MS_ARRAY || store == MS_PERCPU_ARRAY;
}

static void stack_text(int64_t code, struct buf *out)
{
	if (code == -E2BIG)
		buf_puts(out, "too many different stacks: this one is not "
			      "kept (see max_map_keys)");
	else
		buf_printf(out, "the stack is missing: %s",
			   strerror((int)(code < 0 ? -code : code)));
}

static void site_text(const struct session *s, const struct plan_site *x,
		      int64_t code, struct buf *out)
{
	switch (x->kind) {
	case SITE_NONE:
	case SITE_PLACE:
	case SITE_CUT:
	case SITE_N: break;
	case SITE_DIVISION:
		buf_puts(out, "division by zero: 1 is the result");
		break;
	case SITE_MAP_FULL:
		buf_printf(out,
			   is_site_array(s, x)
				   ? "array %.*s has no element of this index: "
				     "nothing was stored"
				   : "map %.*s is full: this update was "
				     "refused (see max_map_keys)",
			   STR_ARG(site_map(s, x)));
		break;
	case SITE_READ:
	case SITE_READ_NOW:
		buf_puts(out, "memory could not be read: zero is the result");
		break;
	case SITE_KEY:
		buf_printf(out, "%.*s has no such key: zero is the result",
			   STR_ARG(site_map(s, x)));
		break;
	case SITE_LOOP:
		buf_puts(out, "the loop was stopped at its bound");
		break;
	case SITE_HELPER:
		buf_printf(out, "the kernel's function failed%s%s",
			   code ? ": " : "",
			   code ? strerror((int)(code < 0 ? -code : code))
				: "");
		break;
	case SITE_PACKET:
		buf_printf(out, "the packet was not kept: %s",
			   strerror((int)(code < 0 ? -code : code)));
		break;
	case SITE_DEPTH:
		buf_printf(out,
			   "more than %d calls in each other: entry() does "
			   "not know the inner ones",
			   ENTRY_FRAMES);
		break;
	case SITE_STACK: stack_text(code, out); break;
	case SITE_THREAD:
		buf_puts(out, "a value of the thread was not kept: no memory, "
			      "or an interrupted probe was using it");
		break;
	}
}

/* The probe whose program the place is in; empty where none is noted. */
static struct str site_probe(const struct session *s, const struct plan_site *x)
{
	return plan_site_has_probe(x->kind) && x->probe < s->plan->probes.n
		       ? s->plan->probes.v[x->probe].name
		       : STR("");
}

/* What happened at a place that the script has no word about. */
static void say_site(struct session *s, uint32_t i, int64_t code)
{
	const struct plan_site *site = &s->plan->sites.v[i];
	auto_buf struct buf text = { 0 };

	site_text(s, site, code, &text);
	out_note(&s->out, &(struct out_note){ .severity = SEV_WARNING,
					      .site = site,
					      .code = code,
					      .probe = site_probe(s, site),
					      .text = buf_view(&text) });
}

void event_say_due(struct session *s, bool all)
{
	while (s->n_due_said < s->due.n) {
		const struct due_site *due = &s->due.v[s->n_due_said];
		uint64_t now = session_now();

		if (!all && s->due_said && now < s->due_said + 1000000000)
			return;
		s->due_said = now;
		s->n_due_said++;
		say_site(s, due->site, due->code);
	}
}

/* Each place warns once; the end tells how often. Where something is lost there
 * may be many such places: one in a second is told. */
static void run_warn(struct session *s, const struct plan_event *e,
		     const char *payload)
{
	struct due_site *due;
	int64_t code;

	if (s->is_site_said[e->site])
		return;
	s->is_site_said[e->site] = true;
	memcpy(&code, event_field(s, e, payload, 0), sizeof(code));
	if (!plan_site_has_probe(s->plan->sites.v[e->site].kind)) {
		say_site(s, e->site, code);
		return;
	}
	due = vec_add(&s->arena, &s->due);
	*due = (struct due_site){ e->site, code };
	event_say_due(s, false);
}

/* What is missing because of a place of the script, and how often: --no-warnings
 * does not hide it. The line is with reads, which are told at the end only: a
 * page that is not there is common, and is nobody's mistake. */
static void report_loss(struct session *s, const struct plan_site *x,
			const char *loss, uint64_t n, const struct buf *text)
{
	bool is_shown = x->kind == SITE_READ && !s->out.no_warnings;
	struct out_note note = { .severity = SEV_WARNING,
				 .site = is_shown ? x : NULL,
				 .where = is_shown ? NULL : x,
				 .text = buf_view(text),
				 .probe = site_probe(s, x),
				 .loss = loss,
				 .count = n };

	out_note(&s->out, &note);
}

static bool is_read(const struct plan_site *x)
{
	return x->kind == SITE_READ || x->kind == SITE_READ_NOW;
}

/* What is missing at a place: one of it, several, and what became of it. */
static const struct {
	const char *loss, *one, *many, *was, *were;
} missing[SITE_N] = {
	[SITE_CUT] = { "string", "string of", "strings of",
		       "was cut off (see max_strlen)",
		       "were cut off (see max_strlen)" },
	[SITE_STACK] = { "stack", "stack of", "stacks of", "is missing",
			 "are missing" },
	[SITE_THREAD] = { "thread", "value of threads at",
			  "values of threads at", "was not kept",
			  "were not kept" },
	[SITE_PACKET] = { "packet", "packet of", "packets of", "was not kept",
			  "were not kept" },
};

static const char *report_missing_at(const struct plan_site *x, uint64_t n,
				     struct buf *text)
{
	buf_printf(text, "%" PRIu64 " %s %.*s:%" PRIu32 ":%" PRIu32 " %s", n,
		   n == 1 ? missing[x->kind].one : missing[x->kind].many,
		   STR_ARG(x->file), x->line, x->column,
		   n == 1 ? missing[x->kind].was : missing[x->kind].were);
	return missing[x->kind].loss;
}

static void report_site(struct session *s, const struct plan_site *x,
			uint64_t n)
{
	auto_buf struct buf text = { 0 };
	const char *many = n == 1 ? "" : "s", *loss = NULL;

	if (is_read(x)) {
		loss = "read";
		buf_printf(&text,
			   "%" PRIu64 " read%s of memory failed in %.*s: the "
			   "page was not there, the value is empty",
			   n, many, STR_ARG(s->plan->probes.v[x->probe].name));
	} else if (x->kind == SITE_MAP_FULL) {
		loss = "map_full";
		buf_printf(&text, "%s %.*s %s: %" PRIu64 " update%s refused",
			   is_site_array(s, x) ? "array" : "map",
			   STR_ARG(site_map(s, x)),
			   is_site_array(s, x) ? "has too few elements"
					       : "was full",
			   n, many);
	} else if (missing[x->kind].loss) {
		loss = report_missing_at(x, n, &text);
	} else if (n > 1) {
		buf_printf(&text,
			   "the warning of %.*s:%" PRIu32 ":%" PRIu32
			   " was due %" PRIu64 " times",
			   STR_ARG(x->file), x->line, x->column, n);
	}
	if (text.n)
		report_loss(s, x, loss, n, &text);
}

/* Its first event found no room, or came after exit(). */
static bool is_untold(const struct session *s, size_t i)
{
	/* Of those report_site() tells each. */
	return !plan_site_has_probe(s->plan->sites.v[i].kind) &&
	       !s->is_site_said[i];
}

void event_report_sites(struct session *s, const uint64_t *counts)
{
	const struct plan_site *x;
	size_t i;

	event_say_due(s, true);
	for (i = 1; i < s->plan->sites.n; i++) {
		x = &s->plan->sites.v[i];
		if (!counts[i] ||
		    (s->out.no_warnings && !plan_site_has_probe(x->kind)))
			continue;
		if (is_untold(s, i))
			say_site(s, (uint32_t)i, 0);
		report_site(s, x, counts[i]);
	}
}

/* --- the table ------------------------------------------------------------ */

const struct event_ops event_ops[EV_N] = {
	[EV_NONE] = { .run = run_none, .is_seldom = true },
	[EV_PRINTF] = { .run = run_printf, .has_format = true },
	[EV_PRINT_VALUE] = { .run = run_print_value },
	[EV_PRINT_MAP] = { .run = run_print_map },
	[EV_PRINT_ENTRY] = { .run = run_print_entry },
	[EV_PRINT_TABLE] = { .run = run_print_table },
	[EV_PERCENTILE] = { .run = run_percentile },
	[EV_PACKET] = { .run = run_none },
	[EV_CLEAR] = { .run = run_clear },
	[EV_ZERO] = { .run = run_zero },
	[EV_TIME] = { .run = run_time },
	[EV_EXIT] = { .run = run_exit, .is_seldom = true },
	[EV_WARN] = { .run = run_warn, .is_seldom = true },
	[EV_JOIN] = { .run = run_join },
	[EV_CAT] = { .run = run_cat, .has_format = true },
	[EV_ERRORF] = { .run = run_errorf, .has_format = true },
	[EV_WARNF] = { .run = run_warnf, .has_format = true },
	[EV_SYSTEM] = { .run = run_system, .has_format = true, .unsafe = true },
};

void event_dispatch(struct session *s, const void *record, size_t size)
{
	const struct plan_event *e;
	struct event_head head;

	if (s->is_exiting || size < sizeof(head))
		return;
	memcpy(&head, record, sizeof(head));
	if (head.event >= s->plan->events.n)
		return;
	e = &s->plan->events.v[head.event];
	if (size - sizeof(head) < payload_type(s, e)->size)
		return;
	event_ops[e->kind].run(s, e, (const char *)record + sizeof(head));
}

int event_check_safety(struct session *s)
{
	if (s->opts.unsafe)
		return 0;
	vec_each(e, &s->plan->events) {
		if (!event_ops[e->kind].unsafe)
			continue;
		diag_error(s->diags, (struct span){ 0 }, D_UNSAFE,
			   "the program changes the system ('%s')",
			   event_kind_names[e->kind]);
		diag_hint(s->diags, "allow it with --unsafe");
		return -EPERM;
	}
	if (!(s->plan->needs & NEED_UNSAFE))
		return 0;
	diag_error(s->diags, (struct span){ 0 }, D_UNSAFE,
		   "the program was made with --unsafe");
	diag_hint(s->diags, "allow it with --unsafe");
	return -EPERM;
}
