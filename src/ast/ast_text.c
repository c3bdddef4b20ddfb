/* SPDX-License-Identifier: Apache-2.0 */
/* One node per line, children indented below it. */
#include "ast/ast.h"

struct text {
	struct buf *out;
	bool typed;
	unsigned int level;
};

static const char *const expr_names[EX_N] = {
	[EX_INT] = "int",
	[EX_BOOL] = "bool",
	[EX_STR] = "string",
	[EX_NAME] = "name",
	[EX_VAR] = "var",
	[EX_MAP] = "map",
	[EX_PARAM] = "param",
	[EX_NPARAMS] = "nparams",
	[EX_UNARY] = "unary",
	[EX_INCDEC] = "incdec",
	[EX_BINARY] = "binary",
	[EX_COND] = "cond",
	[EX_CALL] = "call",
	[EX_MEMBER] = "member",
	[EX_INDEX] = "index",
	[EX_CAST] = "cast",
	[EX_TUPLE] = "tuple",
	[EX_RECORD] = "record",
	[EX_SIZEOF] = "sizeof",
	[EX_OFFSETOF] = "offsetof",
	[EX_TYPEINFO] = "typeinfo",
	[EX_BLOCK] = "block",
	[EX_IF] = "if",
	[EX_COMPTIME] = "comptime",
	[EX_SELF] = "self",
};

static const char *const stmt_names[ST_N] = {
	[ST_EXPR] = "expr",     [ST_DISCARD] = "discard",
	[ST_ASSIGN] = "assign", [ST_LET] = "let",
	[ST_IF] = "if",         [ST_BLOCK] = "block",
	[ST_WHILE] = "while",   [ST_UNROLL] = "unroll",
	[ST_FOR_RANGE] = "for", [ST_FOR_MAP] = "for",
	[ST_BREAK] = "break",   [ST_CONTINUE] = "continue",
	[ST_RETURN] = "return",
};

/* --- pieces of a line ---------------------------------------------------- */

static void begin(struct text *t, const char *word)
{
	buf_pad(t->out, ' ', t->level * 2);
	buf_puts(t->out, word);
}

static void end(struct text *t)
{
	buf_putc(t->out, '\n');
}

/* A line of its own above children. */
static void open_group(struct text *t, const char *word)
{
	begin(t, word);
	end(t);
	t->level++;
}

static void add_word(struct text *t, struct str s)
{
	buf_putc(t->out, ' ');
	buf_str(t->out, s);
}

/* Of a macro's own variable: as it was written. */
static void add_name(struct text *t, struct str s)
{
	struct str rest;

	add_word(t, str_split(s, '\0', &rest));
}

static void add_quoted(struct text *t, struct str s)
{
	size_t i;

	buf_puts(t->out, " \"");
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (c == '"' || c == '\\')
			buf_printf(t->out, "\\%c", c);
		else if (c == '\n')
			buf_puts(t->out, "\\n");
		else if (c < ' ' || c >= 0x7f)
			buf_printf(t->out, "\\x%02x", c);
		else
			buf_putc(t->out, (char)c);
	}
	buf_putc(t->out, '"');
}

static void add_type(struct text *t, const struct type *type)
{
	if (!t->typed || !type)
		return;
	buf_puts(t->out, " : ");
	type_text(type, t->out);
}

/* What check found out about an expression. */
static void add_found(struct text *t, const struct expr *e)
{
	add_type(t, e->type);
	if (!t->typed || !e->is_const || !e->type || e->kind == EX_INT ||
	    e->kind == EX_STR)
		return;
	buf_puts(t->out, " =");
	if (e->type->kind == TY_STRING)
		add_quoted(t, e->str);
	else
		buf_printf(t->out, " %lld", (long long)e->num);
}

/* --- expressions --------------------------------------------------------- */

static void expr_text(struct text *t, const struct expr *e);
static void stmts_text(struct text *t, const struct stmt *s);

static void exprs_text(struct text *t, const struct expr *e)
{
	for (; e; e = e->next)
		expr_text(t, e);
}

static void type_expr_text(struct text *t, const struct type_expr *type)
{
	if (!type)
		return;
	begin(t, "type");
	if (type->name.n)
		add_word(t, type->name);
	else
		buf_puts(t->out, " typeof");
	vec_each(it, &type->suffixes)
		buf_puts(t->out, it->is_ptr     ? " *"
				 : it->has_size ? " [n]"
						: " []");
	end(t);
	t->level++;
	if (type->of)
		expr_text(t, type->of);
	vec_each(it, &type->suffixes)
		if (it->size)
			expr_text(t, it->size);
	t->level--;
}

/* What follows the name of the node on its line. */
static void add_details(struct text *t, const struct expr *e)
{
	switch (e->kind) {
	case EX_INT:
		buf_printf(t->out, " %llu", (unsigned long long)e->num);
		break;
	case EX_BOOL: buf_puts(t->out, e->num ? " true" : " false"); break;
	case EX_STR: add_quoted(t, e->str); break;
	case EX_NAME: add_word(t, e->name.id); break;
	case EX_VAR: add_name(t, e->var.id); break;
	case EX_MAP:
		add_word(t, e->map.id);
		buf_puts(t->out, e->map.has_brackets ? " []" : "");
		break;
	case EX_PARAM: buf_printf(t->out, " %lld", (long long)e->num); break;
	case EX_UNARY: add_word(t, str_from(op_text[e->unary.op])); break;
	case EX_INCDEC:
		buf_puts(t->out, e->incdec.is_prefix ? " prefix" : " postfix");
		buf_puts(t->out, e->incdec.is_inc ? " ++" : " --");
		break;
	case EX_BINARY: add_word(t, str_from(op_text[e->bin.op])); break;
	case EX_CALL: add_word(t, e->call.id); break;
	case EX_MEMBER:
		buf_puts(t->out, e->member.is_arrow ? " ->" : " .");
		buf_str(t->out, e->member.id);
		break;
	case EX_OFFSETOF: add_word(t, e->cast.path); break;
	case EX_SELF: add_word(t, e->self.id); break;
	case EX_NPARAMS:
	case EX_COND:
	case EX_INDEX:
	case EX_CAST:
	case EX_TUPLE:
	case EX_RECORD:
	case EX_SIZEOF:
	case EX_TYPEINFO:
	case EX_BLOCK:
	case EX_IF:
	case EX_COMPTIME:
	case EX_N: break;
	}
}

static void fields_text(struct text *t, const struct expr *e)
{
	const struct expr *it = e->tuple.elems;
	uint32_t i;

	for (i = 0; it; it = it->next, i++) {
		begin(t, "field");
		add_word(t, e->tuple.names[i]);
		end(t);
		t->level++;
		expr_text(t, it);
		t->level--;
	}
}

static void cond_text(struct text *t, const struct expr *e)
{
	expr_text(t, e->cond.c);
	if (e->cond.a)
		expr_text(t, e->cond.a);
	if (e->cond.b)
		expr_text(t, e->cond.b);
}

static void block_text(struct text *t, const struct expr *e)
{
	stmts_text(t, e->block.stmts);
	if (!e->block.value)
		return;
	open_group(t, "value");
	expr_text(t, e->block.value);
	t->level--;
}

static void cast_text(struct text *t, const struct expr *e)
{
	type_expr_text(t, e->cast.to);
	/* The second reading of a lone name says nothing new. */
	if (e->cast.e && (!e->cast.to || e->kind == EX_CAST))
		expr_text(t, e->cast.e);
}

static void children_text(struct text *t, const struct expr *e)
{
	switch (e->kind) {
	case EX_INT:
	case EX_BOOL:
	case EX_STR:
	case EX_NAME:
	case EX_VAR:
	case EX_PARAM:
	case EX_NPARAMS:
	case EX_SELF:
	case EX_N: break;
	case EX_MAP: exprs_text(t, e->map.keys); break;
	case EX_UNARY: expr_text(t, e->unary.e); break;
	case EX_INCDEC: expr_text(t, e->incdec.e); break;
	case EX_BINARY:
		expr_text(t, e->bin.l);
		expr_text(t, e->bin.r);
		break;
	case EX_COND:
	case EX_IF: cond_text(t, e); break;
	case EX_CALL: exprs_text(t, e->call.args); break;
	case EX_MEMBER: expr_text(t, e->member.base); break;
	case EX_INDEX:
		expr_text(t, e->index.base);
		expr_text(t, e->index.index);
		break;
	case EX_CAST:
	case EX_SIZEOF:
	case EX_OFFSETOF:
	case EX_TYPEINFO: cast_text(t, e); break;
	case EX_TUPLE: exprs_text(t, e->tuple.elems); break;
	case EX_RECORD: fields_text(t, e); break;
	case EX_BLOCK:
	case EX_COMPTIME: block_text(t, e); break;
	}
}

static void expr_text(struct text *t, const struct expr *e)
{
	begin(t, expr_names[e->kind]);
	add_details(t, e);
	add_found(t, e);
	end(t);
	t->level++;
	children_text(t, e);
	t->level--;
}

/* --- statements ---------------------------------------------------------- */

static void group_text(struct text *t, const char *word, const struct stmt *s)
{
	open_group(t, word);
	stmts_text(t, s);
	t->level--;
}

static void loop_text(struct text *t, const struct stmt *s)
{
	const struct expr *parts[] = { s->loop.var, s->loop.cond, s->loop.from,
				       s->loop.to, s->loop.map };
	size_t i;

	for (i = 0; i < ARRAY_SIZE(parts); i++)
		if (parts[i])
			expr_text(t, parts[i]);
	group_text(t, "do", s->loop.body);
}

static void stmt_parts(struct text *t, const struct stmt *s)
{
	switch (s->kind) {
	case ST_EXPR:
	case ST_DISCARD:
	case ST_RETURN:
		if (s->e)
			expr_text(t, s->e);
		break;
	case ST_ASSIGN:
		expr_text(t, s->assign.target);
		expr_text(t, s->assign.value);
		break;
	case ST_LET:
		expr_text(t, s->let.var);
		type_expr_text(t, s->let.type);
		if (s->let.value)
			expr_text(t, s->let.value);
		break;
	case ST_IF:
		expr_text(t, s->branch.cond);
		group_text(t, "then", s->branch.then);
		if (s->branch.otherwise)
			group_text(t, "else", s->branch.otherwise);
		break;
	case ST_BLOCK: stmts_text(t, s->block.body); break;
	case ST_WHILE:
	case ST_UNROLL:
	case ST_FOR_RANGE:
	case ST_FOR_MAP: loop_text(t, s); break;
	case ST_BREAK:
	case ST_CONTINUE:
	case ST_N: break;
	}
}

static void stmts_text(struct text *t, const struct stmt *s)
{
	for (; s; s = s->next) {
		begin(t, stmt_names[s->kind]);
		if (s->kind == ST_ASSIGN)
			buf_printf(t->out, " %s=", op_text[s->assign.op]);
		end(t);
		t->level++;
		stmt_parts(t, s);
		t->level--;
	}
}

/* --- declarations -------------------------------------------------------- */

static void head_text(struct text *t, const struct script *s)
{
	for (const struct c_text *c = s->c; c; c = c->next) {
		begin(t, "c");
		add_quoted(t, c->text);
		end(t);
	}
	for (const struct config_entry *c = s->config; c; c = c->next) {
		begin(t, "config");
		add_word(t, c->key);
		add_quoted(t, c->value);
		end(t);
	}
	for (const struct import *i = s->imports; i; i = i->next) {
		begin(t, "import");
		add_quoted(t, i->path);
		end(t);
	}
	for (const struct map_decl *m = s->map_decls; m; m = m->next) {
		begin(t, "let");
		add_word(t, m->name);
		add_word(t, m->kind);
		end(t);
		t->level++;
		exprs_text(t, m->size);
		t->level--;
	}
}

static void fn_text(struct text *t, const struct fn_decl *f)
{
	begin(t, "fn");
	add_word(t, f->name);
	add_type(t, f->ret);
	end(t);
	t->level++;
	for (const struct fn_param *it = f->params; it; it = it->next) {
		begin(t, "param");
		add_word(t, it->name);
		end(t);
		t->level++;
		type_expr_text(t, it->type);
		t->level--;
	}
	type_expr_text(t, f->ret_type);
	group_text(t, "body", f->body);
	t->level--;
}

static void macro_text(struct text *t, const struct macro *m)
{
	begin(t, "macro");
	add_word(t, m->name);
	end(t);
	t->level++;
	exprs_text(t, m->params);
	expr_text(t, m->body);
	t->level--;
}

static void body_text(struct text *t, const struct expr *predicate,
		      const struct stmt *body)
{
	if (predicate) {
		open_group(t, "predicate");
		expr_text(t, predicate);
		t->level--;
	}
	group_text(t, "body", body);
}

static void probe_text(struct text *t, const struct probe *p)
{
	open_group(t, "probe");
	for (const struct attach_point *a = p->points; a; a = a->next) {
		begin(t, "point");
		if (a->label.n)
			buf_printf(t->out, " %.*s =", STR_ARG(a->label));
		vec_each(it, &a->parts)
			add_quoted(t, *it);
		end(t);
	}
	body_text(t, p->predicate, p->body);
	t->level--;
}

/* With types the programs are shown: each has its own copy of the body. */
static void prog_text(struct text *t, const struct prog *p)
{
	open_group(t, "prog");
	vec_each(it, &p->names) {
		begin(t, "target");
		add_word(t, *it);
		end(t);
	}
	if (p->args) {
		begin(t, "args");
		add_type(t, p->args);
		end(t);
	}
	body_text(t, p->predicate, p->body);
	t->level--;
}

void script_text(const struct script *s, bool typed, struct buf *out)
{
	struct text t = { .out = out, .typed = typed };

	head_text(&t, s);
	for (const struct macro *m = s->macros; m; m = m->next)
		macro_text(&t, m);
	for (const struct fn_decl *f = s->fns; f; f = f->next)
		fn_text(&t, f);
	if (!typed)
		for (const struct probe *p = s->probes; p; p = p->next)
			probe_text(&t, p);
	else
		for (const struct prog *p = s->progs; p; p = p->next)
			prog_text(&t, p);
}
