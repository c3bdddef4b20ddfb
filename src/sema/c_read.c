/* SPDX-License-Identifier: Apache-2.0 */
/* Directives of the C at the top of a script. */
#include "sema/c.h"

#include <errno.h>
#include <unistd.h>

enum {
	MAX_INCLUDES = 20, /* files inside of files */
	MAX_EXPANSION = 100, /* macros inside of macros */
	MAX_FILE = 1 << 20, /* bytes */
};

static void read_text(struct c_front *c, struct str text, uint32_t base);

/* --- lines that begin with '#' ------------------------------------------------- */

/* The words after '#'. */
struct line {
	const struct ctok *v;
	size_t n;
	struct span at; /* all of it */
};

static bool is_taken(const struct c_front *c)
{
	return !c->conds.n || c->conds.v[c->conds.n - 1].is_taken;
}

static void do_define(struct c_front *c, const struct line *l)
{
	struct c_macro *m;
	size_t i = 2;

	if (l->n < 2 || !c_is_macro_name(&l->v[1])) {
		diag_error(c->d, l->at, D_SYNTAX, "#define needs a name");
		return;
	}
	m = c_define(c, &l->v[1]);
	m->has_params = l->n > 2 && l->v[2].kind == '(' && !l->v[2].is_spaced;
	if (m->has_params)
		for (i++; i < l->n && l->v[i - 1].kind != ')'; i++)
			if (c_is_macro_name(&l->v[i]))
				vec_push(c->arena, &m->params, l->v[i].text);
	for (; i < l->n; i++)
		vec_push(c->arena, &m->body, l->v[i]);
}

static void do_undef(struct c_front *c, const struct line *l)
{
	void **slot = l->n > 1 ? strmap_get(&c->macros, l->v[1].text) : NULL;

	if (slot)
		*slot = NULL;
}

/* defined X, defined(X): 1 or 0. Returns the index after it. */
static size_t is_defined(struct c_front *c, const struct line *l, size_t i,
			 ctok_vec *out)
{
	bool has_paren = i + 1 < l->n && l->v[i + 1].kind == '(';
	size_t name = i + 1 + has_paren;
	struct ctok one = l->v[i];

	ctoken_set_number(&one,
			  name < l->n && c_find_macro(c, l->v[name].text));
	c_put(c, &one, NULL, out);
	return name + 1 + has_paren;
}

static bool condition(struct c_front *c, const struct line *l)
{
	struct span end = { l->at.end, l->at.end };
	ctok_vec toks = { 0 }, expanded = { 0 };
	struct c_value v;
	size_t i = 1;

	while (i < l->n) {
		if (str_is(l->v[i].text, "defined")) {
			i = is_defined(c, l, i, &toks);
			continue;
		}
		c_put(c, &l->v[i++], NULL, &toks);
	}
	if (!c_expand(c, &toks, &expanded))
		return false;
	return c_eval_tokens(c, &expanded, true, "this condition",
			     (struct span){ 0 }, end, &v) &&
	       v.bits;
}

static void do_if(struct c_front *c, const struct line *l, bool is_on)
{
	bool is_dead = !is_taken(c);
	struct cond *x = vec_add(c->arena, &c->conds);

	x->at = l->at;
	x->is_dead = is_dead;
	x->is_taken = x->was_taken = is_on && !is_dead;
}

static void do_else(struct c_front *c, const struct line *l, bool is_elif)
{
	struct cond *x = c->conds.n ? &c->conds.v[c->conds.n - 1] : NULL;

	if (!x || x->has_else) {
		diag_error(c->d, l->at, D_SYNTAX, "'#%.*s' without '#if'",
			   STR_ARG(l->v[0].text));
		return;
	}
	x->has_else = !is_elif;
	x->is_taken = false;
	if (x->is_dead || x->was_taken)
		return;
	x->is_taken = x->was_taken = !is_elif || condition(c, l);
}

static void do_endif(struct c_front *c, const struct line *l)
{
	if (c->conds.n)
		c->conds.n--;
	else
		diag_error(c->d, l->at, D_SYNTAX, "'#endif' without '#if'");
}

static void do_error(struct c_front *c, const struct line *l)
{
	struct str text = l->v[0].text;

	text.n = l->at.end - l->v[0].span.start;
	diag_error(c->d, l->at, D_SYNTAX, "#%.*s", STR_ARG(text));
}

/* #pragma pack(push, 1), pack(1), pack(pop), pack() */
static void do_pragma(struct c_front *c, const struct line *l)
{
	if (l->n > 1 && str_is(l->v[1].text, "once"))
		vec_push(c->arena, &c->once, c->path);
	if (l->n < 3 || !str_is(l->v[1].text, "pack"))
		return;
	if (l->v[3 < l->n ? 3 : 2].kind == ')')
		c->pack = 0;
	for (size_t i = 3; i < l->n; i++) {
		if (str_is(l->v[i].text, "push"))
			vec_push(c->arena, &c->packs, c->pack);
		else if (str_is(l->v[i].text, "pop"))
			c->pack = c->packs.n ? c->packs.v[--c->packs.n] : 0;
		else if (ctoken_is_number(&l->v[i]) && l->v[i].num <= 16)
			c->pack = (uint8_t)l->v[i].num;
	}
}

/* --- #include ------------------------------------------------------------------ */

static bool read_file(const char *path, struct buf *out)
{
	auto_file FILE *f = fopen(path, "re");
	char chunk[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0 && out->n < MAX_FILE)
		buf_add(out, chunk, n);
	if (ferror(f))
		return false;
	if (out->n >= MAX_FILE)
		errno = EFBIG;
	return out->n < MAX_FILE;
}

/* Relative to the file that has the #include. */
static struct str beside(struct c_front *c, struct str name, struct span at)
{
	struct source_pos pos = source_find(c->sources, at.start);
	struct str dir = pos.source ? pos.source->name : STR("");

	while (dir.n && dir.p[dir.n - 1] != '/')
		dir.n--;
	if (name.n && name.p[0] == '/')
		dir.n = 0;
	return str_printf(c->arena, "%.*s%.*s", STR_ARG(dir), STR_ARG(name));
}

/* In the folders of -I. NULL when no file is there. */
static const char *in_dirs(struct c_front *c, struct str name)
{
	for (const char *const *dir = c->dirs; dir && *dir; dir++) {
		struct str path =
			str_printf(c->arena, "%s/%.*s", *dir, STR_ARG(name));

		source_look(c->sources, path.p);
		if (!access(path.p, R_OK))
			return path.p;
	}
	return NULL;
}

static void include_file(struct c_front *c, struct str path, struct span at)
{
	auto_buf struct buf text = { 0 };
	const struct source *src;
	struct str before = c->path;

	vec_each(once, &c->once)
		if (str_eq(*once, path))
			return;
	if (c->includes >= MAX_INCLUDES) {
		diag_error(c->d, at, D_LIMIT,
			   "files include each other too deeply");
		return;
	}
	if (!read_file(path.p, &text)) {
		diag_error(c->d, at, D_IO, "cannot read '%.*s': %s",
			   STR_ARG(path), strerror(errno));
		return;
	}
	src = source_add(c->sources, path, buf_view(&text));
	c->path = path;
	c->includes++;
	read_text(c, src->text, src->base);
	c->includes--;
	c->path = before;
}

/* The name in <name>, which is several tokens. */
static struct str header_name(struct c_front *c, const struct line *l)
{
	auto_buf struct buf name = { 0 };

	for (size_t i = 2; i < l->n && l->v[i].kind != '>'; i++)
		buf_printf(&name, "%.*s", STR_ARG(l->v[i].text));
	return str_printf(c->arena, "%.*s", STR_ARG(buf_view(&name)));
}

static void do_include(struct c_front *c, const struct line *l)
{
	const char *found;
	struct str path;

	if (l->n < 2 || (!ctoken_is_string(&l->v[1]) && l->v[1].kind != '<')) {
		diag_error(c->d, l->at, D_SYNTAX,
			   "#include needs \"file\" or <header>");
		return;
	}
	if (l->v[1].kind == '<') { /* of BTF and the table of constants */
		found = in_dirs(c, header_name(c, l));
		if (found)
			include_file(c, str_from(found), l->v[1].span);
		else
			c->has_headers = true;
		return;
	}
	path = beside(c, l->v[1].text, l->at);
	source_look(c->sources, path.p);
	found = access(path.p, R_OK) ? in_dirs(c, l->v[1].text) : NULL;
	include_file(c, found ? str_from(found) : path, l->v[1].span);
}

/* --- all --------------------------------------------------------------------- */

static bool is_word(const struct line *l, const char *word)
{
	return l->n && str_is(l->v[0].text, word);
}

static bool is_named(struct c_front *c, const struct line *l)
{
	if (l->n < 2)
		return diag_error(c->d, l->at, D_SYNTAX, "'#%.*s' needs a name",
				  STR_ARG(l->v[0].text));
	return c_find_macro(c, l->v[1].text);
}

/* Those that count also where nothing else does. */
static bool conditional(struct c_front *c, const struct line *l)
{
	bool is_on = is_taken(c);

	if (is_word(l, "if"))
		do_if(c, l, is_on && condition(c, l));
	else if (is_word(l, "ifdef"))
		do_if(c, l, is_on && is_named(c, l));
	else if (is_word(l, "ifndef"))
		do_if(c, l, is_on && !is_named(c, l));
	else if (is_word(l, "else") || is_word(l, "elif"))
		do_else(c, l, is_word(l, "elif"));
	else if (is_word(l, "endif"))
		do_endif(c, l);
	else
		return false;
	return true;
}

static void directive(struct c_front *c, const struct line *l)
{
	if (!l->n || conditional(c, l) || !is_taken(c))
		return;
	if (is_word(l, "define"))
		do_define(c, l);
	else if (is_word(l, "undef"))
		do_undef(c, l);
	else if (is_word(l, "include"))
		do_include(c, l);
	else if (is_word(l, "error"))
		do_error(c, l);
	else if (is_word(l, "pragma"))
		do_pragma(c, l);
	else if (!is_word(l, "warning") && !is_word(l, "line") &&
		 !ctoken_is_number(&l->v[0]))
		diag_error(c->d, l->at, D_SYNTAX, "unknown directive '#%.*s'",
			   STR_ARG(l->v[0].text));
}

/* After the directive, or the declarations, that begin at i. */
static size_t part_end(const ctok_vec *v, size_t i)
{
	bool is_directive = v->v[i].kind == '#' && v->v[i].is_first;

	for (i++; i < v->n; i++)
		if (v->v[i].is_first && (is_directive || v->v[i].kind == '#'))
			break;
	return i;
}

static void read_text(struct c_front *c, struct str text, uint32_t base)
{
	ctok_vec v = { 0 };
	size_t end;

	ctoken_scan(c->arena, text, base, &v);
	for (size_t i = 0; i < v.n && !c->is_full; i = end) {
		const struct ctok *t = &v.v[i];
		ctok_vec part;

		end = part_end(&v, i);
		part = (ctok_vec){ v.v + i, end - i, end - i };
		if (t->kind == '#' && t->is_first)
			directive(c, &(struct line){
					     t + 1, part.n - 1,
					     span_join(t->span,
						       v.v[end - 1].span) });
		else if (is_taken(c))
			c_expand(c, &part, &c->toks);
	}
}

/* The ';' after the '}' of a script's struct may be missing. */
static void end_piece(struct c_front *c, const struct c_text *x)
{
	struct ctok semicolon = {
		.kind = ';',
		.text = STR(";"),
		.span = { x->span.end, x->span.end },
	};
	int last = c->toks.n ? c->toks.v[c->toks.n - 1].kind : ';';

	if (last == '}' || last == ')')
		c_put(c, &semicolon, NULL, &c->toks);
}

static bool parse_all(struct c_front *c, struct span end)
{
	ctok_vec settled = { 0 };
	struct cparse p = {
		.arena = c->arena,
		.d = c->d,
		.toks = &settled,
		.unit = &c->unit,
		.what = "a C declaration",
	};

	ctoken_settle(c->arena, &c->toks, false, end, &settled);
	return ctree_parse(&p);
}

static bool lay_out_all(struct c_front *c)
{
	bool ok = true;

	for (struct c_tag *t = c->unit.tags; t; t = t->next)
		if (!t->is_enum)
			t->type = type_record_open(c->types, t->name);
	for (struct c_tag *t = c->unit.tags; t; t = t->next) {
		struct c_type name = { .kind = CK_TAG,
				       .tag = t,
				       .name = t->name };
		struct c_layout out;

		ok &= c_layout(c, &name, &out);
	}
	return ok;
}

/* As LINUX_VERSION_CODE has it. */
static unsigned int version_code(struct c_front *c)
{
	unsigned int major = 0, minor = 0, patch = 0;

	sscanf(machine_release(c->machine).p, "%u.%u.%u", &major, &minor,
	       &patch);
	return major << 16 | (minor & 255) << 8 | (patch < 255 ? patch : 255);
}

static void predefine(struct c_front *c)
{
	static const char have_btf[] = "#define BPFTRACE_HAVE_BTF 1\n";
	struct str text = str_printf(
		c->arena,
		"#define ESPY 1\n"
		"#define LINUX_VERSION_CODE %u\n"
		"#define KERNEL_VERSION(a, b, c) "
		"(((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))\n%s",
		version_code(c), machine_has_btf(c->machine) ? have_btf : "");

	read_text(c, text, 0);
}

bool c_read(struct c_front *c, const struct c_text *list)
{
	unsigned int errors = c->d->errors;
	struct span end = { 0 };

	if (!list && !(c->files && *c->files))
		return true;
	c->unit.last_tag = &c->unit.tags;
	predefine(c);
	for (const char *const *file = c->files; file && *file; file++)
		include_file(c, str_from(*file), end);
	for (const struct c_text *x = list; x; x = x->next) {
		read_text(c, x->text, x->span.start);
		end_piece(c, x);
		end = x->span;
	}
	if (c->conds.n)
		diag_error(c->d, c->conds.v[c->conds.n - 1].at, D_SYNTAX,
			   "this '#if' has no '#endif'");
	if (c->d->errors > errors)
		return false;
	return parse_all(c, (struct span){ end.end, end.end }) &&
	       lay_out_all(c);
}
