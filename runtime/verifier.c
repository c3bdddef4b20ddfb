/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/verifier.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>

#define NOWHERE     ((struct span){})
#define NUMBERS     4
#define SAID_MAX    4 /* lines of the kernel that are shown */
#define CAP_ADMIN   21
#define CAP_PERFMON 38
#define CAP_BPF     39

struct explanation {
	const struct verifier_refusal *r;
	struct diags *d;
	struct verifier_log log;
	const struct verifier_row *row; /* NULL: none fits */
	struct str numbers[NUMBERS];
	const struct verifier_step *step; /* NULL: the log has none */
	const struct verifier_place *here, *from; /* NULL: not the script's */
};

/* --- patterns --------------------------------------------------------------- */

static size_t number_length(struct str s)
{
	size_t n = s.n > 1 && s.p[0] == '-';
	size_t sign = n;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n > sign ? n : 0;
}

/* Does s begin so? Numbers are kept from numbers[i] on. */
static bool fits(const char *pattern, struct str s, struct str *numbers,
		 size_t i)
{
	size_t n;

	for (; *pattern && *pattern != '*'; pattern++) {
		n = *pattern == '#' ? number_length(s) : 0;
		if (!n && (!s.n || *pattern != *s.p))
			return false;
		if (n && i < NUMBERS)
			numbers[i++] = (struct str){ s.p, n };
		n = n ? n : 1;
		s.p += n, s.n -= n;
	}
	if (!*pattern)
		return true;
	for (; s.n; s.p++, s.n--)
		if (fits(pattern + 1, s, numbers, i))
			return true;
	return false;
}

static bool row_fits(const struct verifier_row *row, struct explanation *x)
{
	const char *const *p;

	for (p = row->patterns; *p && p < row->patterns + VERIFIER_PATTERNS;
	     p++)
		vec_each(line, &x->log.said)
			if (fits(*p, *line, x->numbers, 0))
				return true;
	return false;
}

/* Of what is refused without a log: "!rights" stands for what the system
 * says. */
static bool system_fits(const struct verifier_row *row,
			const struct verifier_refusal *r)
{
	const char *ask = row->patterns[0];

	if (row->err != r->err)
		return false;
	return !ask || strcmp(ask, "!rights") || r->lacks_rights;
}

static void find_row(struct explanation *x)
{
	size_t i;

	for (i = 0; i < verifier_n_rows && !x->row; i++)
		if (row_fits(&verifier_rows[i], x))
			x->row = &verifier_rows[i];
	/* what is in a log without room may not be why */
	for (i = 0; i < verifier_n_rows && !x->row &&
		    (!x->log.said.n || x->r->err == -ENOSPC);
	     i++)
		if (system_fits(&verifier_rows[i], x->r))
			x->row = &verifier_rows[i];
}

/* --- places ----------------------------------------------------------------- */

static void find_places(struct explanation *x)
{
	const struct verifier_places *places = x->r->places;
	size_t n = x->log.steps.n;
	uint32_t insn;
	long from;

	x->step = n ? &x->log.steps.v[n - 1] : NULL;
	if (!places || (!x->step && !(x->row && x->row->is_jump)))
		return;
	insn = x->step ? x->step->insn : 0;
	if (x->row && x->row->is_loop)
		insn = verifier_log_busiest(&x->log);
	if (x->row && x->row->is_jump && x->numbers[0].n)
		insn = (uint32_t)strtoul(x->numbers[0].p, NULL, 10);
	x->here = verifier_places_find(places, insn);
	if (!x->row || !x->row->origin || !n)
		return;
	from = verifier_log_origin(&x->log, n - 1,
				   verifier_log_register(x->step));
	if (from >= 0)
		x->from =
			verifier_places_find(places, x->log.steps.v[from].insn);
}

/* The source that the line is in. What a saved program knows of its script are
 * lines: they become one. */
static const struct source *source_of(struct sources *s,
				      const struct verifier_place *p)
{
	auto_buf struct buf text = {};

	for (size_t i = s->v.n; i > 0; i--) { /* imports come first */
		const struct source *src = &s->v.v[i - 1];

		if (str_eq(src->name, p->file) && p->line <= src->lines.n &&
		    str_eq(source_line(src, p->line), p->text))
			return src;
	}
	if (p->line > 100000)
		return NULL;
	buf_pad(&text, '\n', p->line - 1);
	buf_str(&text, p->text);
	return source_add(s, p->file, buf_view(&text));
}

static struct span span_of(struct explanation *x,
			   const struct verifier_place *p)
{
	const struct source *src;
	struct str e;
	uint32_t start;

	if (!p || !x->d->sources)
		return NOWHERE;
	src = source_of(x->d->sources, p);
	if (!src)
		return NOWHERE;
	start = src->base + src->lines.v[p->line - 1];
	if (!p->column)
		return (struct span){ start, start + (uint32_t)p->text.n };
	e = verifier_expression(p->text, p->column);
	start += p->column - 1;
	return (struct span){ start, start + (uint32_t)e.n };
}

/* --- words ------------------------------------------------------------------ */

static void put_expression(const struct verifier_place *p, const char *without,
			   struct buf *out)
{
	struct str e = STR("");

	if (p && p->column)
		e = verifier_expression(p->text, p->column);
	if (e.n)
		buf_printf(out, "'%.*s'", STR_ARG(e));
	else
		buf_puts(out, without);
}

static struct str called(const struct explanation *x)
{
	static const char call[] = "call ";
	struct str s = x->step ? x->step->text : STR("");
	const char *at = memmem(s.p, s.n, call, strlen(call));

	if (!at)
		return STR("");
	at += strlen(call);
	s.n -= (size_t)(at - s.p);
	s.p = at;
	return str_split(s, '#', &s);
}

static void put_call(const struct explanation *x, struct buf *out)
{
	struct str name = called(x);

	put_expression(x->here, "", out);
	if (name.n)
		buf_printf(out,
			   out->n && out->p[out->n - 1] == '\'' ? " (%.*s)"
								: "%.*s",
			   STR_ARG(name));
	else if (!x->here)
		buf_puts(out, "a function of the kernel");
}

/* libbpf says it so: "failed to resolve CO-RE relocation <byte_off> [7] struct
 * x___fy.y (0:0 @ offset 0)", where what the name has behind "___" is ours. */
static void put_field(const struct explanation *x, struct buf *out)
{
	struct str type, field;
	const char *own;

	vec_each(line, &x->log.said) {
		if (!fits("failed to resolve CO-RE", *line, NULL, NUMBERS))
			continue;
		str_split(*line, ']', &type);
		type = str_split(str_split(type, '(', &field), '.', &field);
		own = type.n ? memmem(type.p, type.n, "___", 3) : NULL;
		if (!own || !field.n || type.p[0] != ' ')
			continue;
		type.n = (size_t)(own - ++type.p);
		if (field.p[field.n - 1] == ' ')
			field.n--;
		buf_printf(out, "field '%.*s' of '%.*s'", STR_ARG(field),
			   STR_ARG(type));
		return;
	}
	buf_puts(out, "such field");
}

static void put_word(const struct explanation *x, struct str word,
		     struct buf *out)
{
	if (str_is(word, "value"))
		put_expression(x->from ? x->from : x->here, "a value", out);
	else if (str_is(word, "here"))
		put_expression(x->here, "the program", out);
	else if (str_is(word, "call"))
		put_call(x, out);
	else if (str_is(word, "field"))
		put_field(x, out);
	else if (word.n && x->numbers[word.p[0] - '1'].n)
		buf_str(out, x->numbers[word.p[0] - '1']);
	else
		buf_puts(out, "some");
}

static struct str fill_in(const struct explanation *x, const char *text,
			  struct buf *out)
{
	struct str rest = str_from(text), word;

	while (rest.n) {
		buf_str(out, str_split(rest, '{', &rest));
		word = str_split(rest, '}', &rest);
		if (word.n)
			put_word(x, word, out);
	}
	return buf_view(out);
}

/* --- telling ------------------------------------------------------------------ */

static void tell_error(struct explanation *x)
{
	const char *says = x->row ? x->row->says
			   : x->r->log.n
				   ? "for a reason that espy does not know"
				   : "the kernel cannot load the program";
	enum diag_code code = x->r->log.n ? D_VERIFIER
			      : x->r->err == -EPERM || x->r->err == -EACCES
				      ? D_PERMISSION
				      : D_KERNEL;
	struct span at = span_of(x, x->here);
	auto_buf struct buf text = {};

	fill_in(x, says, &text);
	if (x->r->log.n)
		diag_error(x->d, at, code,
			   "the kernel rejects the program of %.*s: %s",
			   STR_ARG(x->r->probe), text.p);
	else
		diag_errno(x->d, x->r->err, code, "%s", text.p);
}

static void tell_hint(struct explanation *x)
{
	struct str name = called(x);

	for (size_t i = 0; i < verifier_n_helpers; i++) {
		if (!str_is(name, verifier_helpers[i].name) || !x->row ||
		    x->row->blame != VB_KERNEL)
			continue;
		diag_hint(x->d, "%s", verifier_helpers[i].hint);
		return;
	}
	if (x->row && x->row->hint)
		diag_hint(x->d, "%s%s",
			  x->row->blame == VB_ESPY ? "this may help: " : "",
			  x->row->hint);
}

/* Where it was made, when that is somewhere else. */
static void tell_origin(struct explanation *x)
{
	if (x->from && x->here && x->d->sources &&
	    (x->from->line != x->here->line ||
	     x->from->column != x->here->column))
		diag_note(x->d, span_of(x, x->from), "%s", x->row->origin);
}

static void tell_log(struct explanation *x)
{
	struct str rest = x->r->log, insn;
	auto_buf struct buf text = {};
	size_t i, n = x->log.said.n;

	for (i = n > SAID_MAX ? n - SAID_MAX : 0; i < n; i++)
		buf_printf(&text, "\n  %.*s", STR_ARG(x->log.said.v[i]));
	if (x->step && !x->r->is_verbose) { /* what is known comes behind it */
		insn = str_split(x->step->text, ';', &insn);
		while (insn.n && insn.p[insn.n - 1] == ' ')
			insn.n--;
		buf_printf(&text, "\n  at instruction %" PRIu32 ": %.*s",
			   x->step->insn, STR_ARG(insn));
	}
	if (x->r->is_verbose)
		buf_reset(&text);
	while (x->r->is_verbose && rest.n)
		buf_printf(&text, "\n  %.*s",
			   STR_ARG(str_split(rest, '\n', &rest)));
	if (text.n)
		diag_note(x->d, NOWHERE, "its verifier says:%s", text.p);
}

const struct verifier_row *verifier_explain(const struct verifier_refusal *r,
					    struct diags *d)
{
	struct explanation x = { .r = r, .d = d };

	verifier_log_read(&x.log, r->log);
	find_row(&x);
	find_places(&x);
	tell_error(&x);
	tell_hint(&x);
	tell_origin(&x);
	tell_log(&x);
	verifier_log_free(&x.log);
	return x.row;
}

/* --- what the system says -------------------------------------------------------- */

static bool has_rights(void)
{
	auto_buf struct buf status = {};
	const char *at;
	uint64_t caps;

	if (buf_read_file(&status, "/proc/self/status", 65536))
		return true;
	at = strstr(status.p, "CapEff:");
	caps = at ? strtoull(at + strlen("CapEff:"), NULL, 16) : ~0ull;
	return caps >> CAP_ADMIN & 1 ||
	       (caps >> CAP_BPF & 1 && caps >> CAP_PERFMON & 1);
}

void verifier_policy(struct verifier_refusal *r)
{
	r->lacks_rights = !has_rights();
}
