/* SPDX-License-Identifier: Apache-2.0 */
/* verifier_places.c - from instructions to expressions of the script. */
#include <bpf/btf.h>
#include <ctype.h>
#include <linux/bpf.h>

#include "runtime/verifier.h"

#define COLUMN_BITS 10

static struct str text_at(const struct btf *btf, uint32_t offset)
{
	return str_from(btf__name_by_offset(btf, offset));
}

void verifier_places_read(struct verifier_places *p, const struct btf *btf,
			  const void *info, size_t n, size_t size)
{
	struct bpf_line_info line;
	size_t i;

	p->v.n = 0;
	for (i = 0; btf && info && size >= sizeof(line) && i < n; i++) {
		memcpy(&line, (const char *)info + i * size, sizeof(line));
		vec_push(&p->arena, &p->v,
			 ((struct verifier_place){
				 .insn = line.insn_off,
				 .line = line.line_col >> COLUMN_BITS,
				 .column = line.line_col &
					   ((1u << COLUMN_BITS) - 1),
				 .file = text_at(btf, line.file_name_off),
				 .text = text_at(btf, line.line_off),
			 }));
	}
}

void verifier_places_free(struct verifier_places *p)
{
	arena_free(&p->arena);
	*p = (struct verifier_places){};
}

const struct verifier_place *verifier_places_find(
	const struct verifier_places *p, uint32_t insn)
{
	const struct verifier_place *best = NULL;

	vec_each(it, &p->v)
		if (it->insn <= insn && (!best || it->insn >= best->insn))
			best = it;
	return best && best->line && best->text.n ? best : NULL;
}

/* --- expressions -------------------------------------------------------------- */

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '@';
}

static size_t skip_quoted(struct str s, size_t i)
{
	for (i++; i < s.n && s.p[i] != '"'; i++)
		i += s.p[i] == '\\';
	return i < s.n ? i + 1 : s.n;
}

/* From an opening bracket to behind the one that closes it. */
static size_t skip_brackets(struct str s, size_t i)
{
	int depth = 0;

	while (i < s.n) {
		if (s.p[i] == '"') {
			i = skip_quoted(s, i);
			continue;
		}
		depth += s.p[i] == '(' || s.p[i] == '[';
		depth -= s.p[i] == ')' || s.p[i] == ']';
		i++;
		if (!depth)
			break;
	}
	return i;
}

/* .field, ->field, [index], (arguments) */
static size_t skip_rest(struct str s, size_t i)
{
	for (;;) {
		if (i < s.n && (s.p[i] == '(' || s.p[i] == '['))
			i = skip_brackets(s, i);
		else if (i + 1 < s.n && s.p[i] == '.' && is_word(s.p[i + 1]))
			i++;
		else if (i + 2 < s.n && s.p[i] == '-' && s.p[i + 1] == '>')
			i += 2;
		else
			return i;
		while (i < s.n && is_word(s.p[i]))
			i++;
	}
}

struct str verifier_expression(struct str line, uint32_t column)
{
	size_t from = column ? column - 1 : 0, i, word;
	struct str first;

	if (from >= line.n)
		return STR("");
	i = from;
	while (i < line.n && strchr("*&!~-+", line.p[i]))
		i++;
	word = i;
	if (i < line.n && line.p[i] == '"')
		i = skip_quoted(line, i);
	while (i < line.n && is_word(line.p[i]))
		i++;
	first = (struct str){ line.p + word, i - word };
	if (i < line.n && line.p[i] == ':' && i + 1 < line.n &&
	    !isspace((unsigned char)line.p[i + 1])) { /* an attach point */
		while (i < line.n && !strchr(" ,{/", line.p[i]))
			i++;
		return (struct str){ line.p + from, i - from };
	}
	if ((str_is(first, "while") || str_is(first, "if") ||
	     str_is(first, "for") || str_is(first, "unroll")) &&
	    i + 1 < line.n && line.p[i] == ' ' && line.p[i + 1] == '(')
		i++;
	i = skip_rest(line, i);
	if (i == from)
		i++;
	return (struct str){ line.p + from, i - from };
}
