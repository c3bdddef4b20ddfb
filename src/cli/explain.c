/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain.h"

#define WIDTH 76 /* of a line */

/* --- pages ---------------------------------------------------------------- */

/* Words with single blanks between them, in lines. */
static void put_text(const char *text, struct buf *out)
{
	struct str word, rest = str_from(text);
	size_t column = 0;

	while (rest.n) {
		word = str_split(rest, ' ', &rest);
		if (column && column + 1 + word.n > WIDTH) {
			buf_putc(out, '\n');
			column = 0;
		} else if (column) {
			buf_putc(out, ' ');
			column++;
		}
		buf_str(out, word);
		column += word.n;
	}
	buf_putc(out, '\n');
}

static void put_script(const char *head, const char *script, struct buf *out)
{
	struct str line, rest = str_from(script);

	buf_printf(out, "\n%s:\n\n", head);
	while (rest.n) {
		line = str_split(rest, '\n', &rest);
		buf_printf(out, "    %.*s\n", STR_ARG(line));
	}
}

void explain_code(enum diag_code code, struct buf *out)
{
	const struct diag_page *page = diag_page(code);
	auto_buf struct buf head = {};

	buf_printf(out, "%s: %s\n\n", page->name, page->doc);
	put_text(page->text, out);
	if (page->how) {
		auto_buf struct buf how = {};

		buf_printf(&how,
			   "No script alone can cause it. It comes about %s.",
			   page->how);
		buf_putc(out, '\n');
		put_text(how.p, out);
		return;
	}
	put_script("a script that has the mistake", page->wrong, out);
	buf_puts(&head, "the same without it");
	if (page->options)
		buf_printf(&head, ", for espy %s", page->options);
	put_script(head.p, page->right, out);
}

/* --- all of them ---------------------------------------------------------- */

void explain_list(struct buf *out)
{
	for (int i = 0; i < D_N; i++) {
		const struct diag_page *page = diag_page((enum diag_code)i);

		buf_printf(out, "%-16s %s%s\n", page->name, page->doc,
			   page->how ? " *" : "");
	}
	buf_puts(out, "\n* no script alone can cause it\n");
}

void explain_names(struct buf *out)
{
	for (int i = 0; i < D_N; i++)
		buf_printf(out, "%s ", diag_code_name((enum diag_code)i));
}

struct str explain_suggest(struct str name)
{
	auto_buf struct buf upper = {};
	struct suggest full = {}, bare = {};

	for (size_t i = 0; i < name.n; i++)
		buf_putc(&upper, name.p[i] >= 'a' && name.p[i] <= 'z'
					 ? name.p[i] - 'a' + 'A'
					 : name.p[i]);
	for (int i = 0; i < D_N; i++) {
		struct str code = str_from(diag_code_name((enum diag_code)i));

		suggest_offer(&full, buf_view(&upper), code);
		suggest_offer(&bare, buf_view(&upper),
			      (struct str){ code.p + 2, code.n - 2 });
	}
	if (full.best.p || !bare.best.p)
		return full.best;
	return str_from(bare.best.p - 2);
}

static void put_test(const struct diag_page *page, const char *what,
		     const char *options, const char *script, struct buf *out)
{
	buf_printf(out, "// %s %s%s%s\n%s\n", page->name, what,
		   options ? " " : "", options ? options : "", script);
}

void explain_scripts(struct buf *out)
{
	for (int i = 0; i < D_N; i++) {
		const struct diag_page *page = diag_page((enum diag_code)i);

		if (page->how)
			continue;
		put_test(page, "wrong", NULL, page->wrong, out);
		put_test(page, "right", page->options, page->right, out);
	}
}

/* --- messages ------------------------------------------------------------- */

/* Notes and hints belong to the message before them. */
static bool is_message(const struct diag *m)
{
	return m->severity == SEV_ERROR || m->severity == SEV_WARNING;
}

void explain_diags(const struct diags *d, bool colour, struct buf *out)
{
	for (size_t i = 0; i < d->v.n; i++) {
		const struct diag *m = &d->v.v[i];

		diag_render(d, m, colour, out);
		while (i + 1 < d->v.n && !is_message(&d->v.v[i + 1]))
			diag_render(d, &d->v.v[++i], colour, out);
		if (!is_message(m))
			continue;
		buf_putc(out, '\n');
		explain_code(m->code, out);
		if (i + 1 < d->v.n)
			buf_putc(out, '\n');
	}
}
