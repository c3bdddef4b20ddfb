/* SPDX-License-Identifier: Apache-2.0 */
#include "ast/tokens.h"

#include <stdlib.h>

#include "grammar/parser.h"

bool parse_error(struct parse *p, struct span at, enum diag_code code,
		 const char *fmt, ...)
{
	char *text;
	va_list ap;

	if (p->is_stopped || p->errors >= PARSE_MAX_ERRORS)
		return false;
	va_start(ap, fmt);
	text = arena_vprintf(p->arena, fmt, ap);
	va_end(ap);
	diag_error(p->d, at, code, "%s", text);
	p->is_stopped = ++p->errors >= PARSE_MAX_ERRORS;
	return true;
}

static struct script *script_new(struct sources *srcs)
{
	struct script *s = xzalloc(sizeof(*s));

	s->sources = srcs;
	types_init(&s->types, &s->arena);
	options_default(&s->options);
	return s;
}

void script_free(struct script *s)
{
	struct arena arena;

	if (!s)
		return;
	arena = s->arena;
	free(s);
	arena_free(&arena);
}

static bool is_readable(struct parse *p)
{
	struct str text = p->src->text;
	const char *nul;

	if (text.n > PARSE_MAX_TEXT) {
		parse_error(p, parse_span(p, 0, 0), D_LIMIT,
			    "the script is larger than %d bytes",
			    PARSE_MAX_TEXT);
		return false;
	}
	nul = memchr(text.p, '\0', text.n);
	if (!nul)
		return true;
	return parse_error(p,
			   parse_span(p, (size_t)(nul - text.p),
				      (size_t)(nul - text.p) + 1),
			   D_SYNTAX, "unexpected character 0x00") &&
	       false;
}

/* Unless a mistake was found on the way to the end. */
static void report_unclosed(struct parse *p)
{
	struct span end = p->tokens.v[p->tokens.n - 1].span;

	if (!p->errors && parse_error(p, end, D_SYNTAX,
				      "unexpected end of file, expected '}'"))
		diag_note(p->d, p->unclosed, "this '{' has no '}'");
}

struct script *script_parse(struct sources *srcs, const struct source *src,
			    const struct parse_env *env, struct diags *d)
{
	struct script *s = script_new(srcs);
	struct parse p = {
		.script = s,
		.arena = &s->arena,
		.src = src,
		.env = env,
		.d = d,
		.last_c = &s->c,
		.last_config = &s->config,
		.last_import = &s->imports,
		.last_map_decl = &s->map_decls,
		.last_fn = &s->fns,
		.last_macro = &s->macros,
		.last_probe = &s->probes,
	};

	if (is_readable(&p))
		tokens_scan(&p);
	if (!p.is_stopped && !p.has_holes && p.tokens.n) {
		tokens_settle(&p);
		espy_parse(&p);
	}
	if (p.unclosed.start)
		report_unclosed(&p);
	if (!p.errors)
		return s;
	script_free(s);
	return NULL;
}
