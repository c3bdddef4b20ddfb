/* SPDX-License-Identifier: Apache-2.0 */
/* Constructors of the tree of C declarations. */
#include "ast/ctree.h"

#include "grammar/cdecl.h"

bool cparse_error(struct cparse *p, struct span at, enum diag_code code,
		  const char *fmt, ...)
{
	char *text;
	va_list ap;

	if (p->failed)
		return false;
	p->failed = true;
	va_start(ap, fmt);
	text = arena_vprintf(p->arena, fmt, ap);
	va_end(ap);
	return diag_error(p->d, p->at.start ? p->at : at, code, "%s", text);
}

/* One more level than the deepest of what is below. */
static uint16_t deeper(struct cparse *p, struct span at, uint16_t a, uint16_t b)
{
	uint16_t depth = a > b ? a : b;

	if (depth < C_MAX_DEPTH)
		return depth + 1;
	cparse_error(p, at, D_LIMIT, "this is nested too deeply");
	return depth;
}

/* --- specifiers ------------------------------------------------------------ */

struct c_attrs c_attrs_join(struct c_attrs a, struct c_attrs b)
{
	a.is_packed |= b.is_packed;
	a.is_max_align |= b.is_max_align;
	if (b.align)
		a.align = b.align;
	return a;
}

static void twice(struct cparse *p, struct span at)
{
	cparse_error(p, at, D_SYNTAX, "a second type in one C declaration");
}

struct c_specs c_specs_word(struct cparse *p, struct c_specs s, ctok t)
{
	uint32_t bit = 1u << t->num;

	s.span = span_join(s.span, t->span);
	if (s.type || (s.words & bit && t->num != CW_LONG))
		twice(p, t->span);
	s.words |= bit;
	s.longs += t->num == CW_LONG;
	return s;
}

static struct c_specs add_type(struct cparse *p, struct c_specs s,
			       struct span at, struct c_type x)
{
	if (s.type || s.words)
		twice(p, at);
	s.span = span_join(s.span, at);
	s.type = arena_new(p->arena, struct c_type);
	*s.type = x;
	s.type->span = at;
	return s;
}

struct c_specs c_specs_name(struct cparse *p, struct c_specs s, ctok t)
{
	return add_type(p, s, t->span,
			(struct c_type){ .kind = CK_NAME, .name = t->text });
}

struct c_specs c_specs_tag(struct cparse *p, struct c_specs s, struct span at,
			   struct str name, struct c_tag *body)
{
	s.has_tag_body = body;
	return add_type(
		p, s, at,
		(struct c_type){ .kind = CK_TAG, .name = name, .tag = body });
}

/* After a body they are about the struct, else about what is declared. */
struct c_specs c_specs_attrs(struct c_specs s, struct c_attrs x)
{
	if (s.has_tag_body)
		s.type->tag->attrs = c_attrs_join(s.type->tag->attrs, x);
	else
		s.attrs = c_attrs_join(s.attrs, x);
	return s;
}

struct c_specs c_specs_typedef(struct c_specs s)
{
	s.is_typedef = true;
	return s;
}

static bool has(const struct c_specs *s, enum c_word w)
{
	return s->words & 1u << w;
}

/* Does s have no other words than those of mask? */
static bool only(const struct c_specs *s, uint32_t mask)
{
	return !(s->words & ~mask);
}

static uint32_t int_size(const struct c_specs *s)
{
	const uint32_t sign = 1u << CW_SIGNED | 1u << CW_UNSIGNED;

	if (has(s, CW_CHAR))
		return only(s, sign | 1u << CW_CHAR) ? 1 : 0;
	if (has(s, CW_SHORT))
		return only(s, sign | 1u << CW_SHORT | 1u << CW_INT) ? 2 : 0;
	if (has(s, CW_LONG))
		return only(s, sign | 1u << CW_LONG | 1u << CW_INT) &&
				       s->longs <= 2
			       ? 8
			       : 0;
	if (has(s, CW_INT128))
		return only(s, sign | 1u << CW_INT128) ? 16 : 0;
	return only(s, sign | 1u << CW_INT) ? 4 : 0;
}

static bool words_type(const struct c_specs *s, struct c_type *t)
{
	if (has(s, CW_SIGNED) && has(s, CW_UNSIGNED))
		return false;
	if (s->words == 1u << CW_VOID)
		t->kind = CK_VOID;
	else if (s->words == 1u << CW_BOOL)
		t->kind = CK_BOOL;
	else if (has(s, CW_FLOAT) || has(s, CW_DOUBLE))
		t->kind = CK_FLOAT;
	else
		t->kind = CK_INT;
	t->is_signed = !has(s, CW_UNSIGNED);
	t->is_char = s->words == 1u << CW_CHAR;
	if (t->kind == CK_INT)
		return (t->size = int_size(s)) != 0;
	if (t->kind != CK_FLOAT)
		return true;
	t->size = has(s, CW_FLOAT) ? 4 : s->longs ? 16 : 8;
	return s->words == 1u << CW_FLOAT || s->words == 1u << CW_DOUBLE ||
	       (s->words == (1u << CW_DOUBLE | 1u << CW_LONG) && s->longs == 1);
}

static const struct c_type *base_type(struct cparse *p, struct c_specs *s)
{
	if (s->type)
		return s->type;
	s->type = arena_new(p->arena, struct c_type);
	s->type->span = s->span;
	if (!s->words || !words_type(s, s->type))
		cparse_error(p, s->span, D_SYNTAX,
			     "this is not the name of a type in C");
	return s->type;
}

/* --- declarators ----------------------------------------------------------- */

struct c_declarator c_dcl_name(ctok name)
{
	return (struct c_declarator){ .name = name->text, .span = name->span };
}

struct c_declarator c_dcl_none(struct span at)
{
	return (struct c_declarator){ .span = at };
}

struct c_declarator c_dcl_add(struct cparse *p, struct span at,
			      struct c_declarator d, enum c_kind kind,
			      const struct c_expr *count)
{
	struct c_type *t = arena_new(p->arena, struct c_type);

	t->kind = kind;
	t->span = at;
	t->count = count;
	/* Until the base is known: how many there are so far. */
	t->depth = deeper(p, at, d.inner ? d.inner->depth : 0,
			  count ? count->depth : 0);
	if (d.inner)
		d.inner->of = t;
	else
		d.outer = t;
	d.inner = t;
	return d;
}

const struct c_type *c_type_make(struct cparse *p, struct c_specs s,
				 struct c_declarator d)
{
	const struct c_type *base = base_type(p, &s);

	if (!d.inner)
		return base;
	d.inner->of = base;
	d.outer->depth = d.inner->depth;
	return d.outer;
}

/* --- structs, unions, enums ------------------------------------------------ */

struct str c_tag_name(struct cparse *p, ctok keyword, ctok name)
{
	return str_printf(p->arena, "%.*s %.*s", STR_ARG(keyword->text),
			  STR_ARG(name->text));
}

static bool add_name(struct cparse *p, struct strmap *names, struct str name,
		     struct span at, void *what)
{
	void **slot = strmap_put(p->arena, names, name);

	if (*slot) {
		cparse_error(p, at, D_REDEFINED, "'%.*s' is declared twice",
			     STR_ARG(name));
		return false;
	}
	*slot = what;
	return true;
}

static struct c_tag *add_tag(struct cparse *p, struct span at, struct str name,
			     struct c_attrs x)
{
	struct c_tag *t = arena_new(p->arena, struct c_tag);

	t->span = at;
	t->name = name;
	t->attrs = x;
	if (name.n)
		add_name(p, &p->unit->tag_names, name, at, t);
	*p->unit->last_tag = t;
	p->unit->last_tag = &t->next;
	return t;
}

struct c_tag *c_tag_record(struct cparse *p, struct span at, struct str name,
			   ctok keyword, struct c_attrs x, ctok open,
			   struct c_members m)
{
	struct c_tag *t = add_tag(p, at, name, x);

	t->is_union = str_is(keyword->text, "union");
	t->pack = open->pack;
	t->members = m.head;
	return t;
}

struct c_tag *c_tag_enum(struct cparse *p, struct span at, struct str name,
			 struct c_attrs x, struct c_enums list)
{
	struct c_tag *t = add_tag(p, at, name, x);

	t->is_enum = true;
	t->enums = list.head;
	for (struct c_enumerator *e = list.head; e; e = e->next)
		e->tag = t;
	return t;
}

struct c_enums c_enum_add(struct cparse *p, struct c_enums list, ctok name,
			  const struct c_expr *value)
{
	struct c_enumerator *e = arena_new(p->arena, struct c_enumerator);

	e->span = name->span;
	e->name = name->text;
	e->value = value;
	add_name(p, &p->unit->enums, e->name, e->span, e);
	if (list.tail)
		list.tail->next = e;
	else
		list.head = e;
	list.tail = e;
	return list;
}

struct c_members c_members_join(struct c_members a, struct c_members b)
{
	if (!a.head)
		return b;
	if (b.head) {
		a.tail->next = b.head;
		a.tail = b.tail;
	}
	return a;
}

struct c_members c_member(struct cparse *p, struct c_members list,
			  struct c_specs s, struct c_declarator d,
			  const struct c_expr *bits, struct c_attrs x)
{
	struct c_decl *m = arena_new(p->arena, struct c_decl);

	m->type = c_type_make(p, s, d);
	m->span = d.span;
	m->name = d.name;
	m->bits = bits;
	m->attrs = c_attrs_join(s.attrs, x);
	list = c_members_join(list, (struct c_members){ .head = m, .tail = m });
	list.specs = s;
	return list;
}

/* A struct without a name for its members to be taken as those around it;
 * `struct x;` and `int;` declare nothing. */
struct c_members c_member_alone(struct cparse *p, struct c_specs s)
{
	if (!s.has_tag_body || s.type->tag->is_enum || s.type->name.n)
		return (struct c_members){ 0 };
	return c_member(p, (struct c_members){ 0 }, s, c_dcl_none(s.span), NULL,
			(struct c_attrs){ 0 });
}

/* --- declarations outside -------------------------------------------------- */

/* The same typedef twice is fine in C, and headers do it. */
static void add_typedef(struct cparse *p, struct c_decl *x)
{
	*strmap_put(p->arena, &p->unit->typedefs, x->name) = x;
	vec_push(p->arena, &p->unit->typedef_list, x->name);
}

struct c_specs c_declare(struct cparse *p, struct c_specs s,
			 struct c_declarator d, struct c_attrs x)
{
	struct c_decl *decl = arena_new(p->arena, struct c_decl);

	decl->type = c_type_make(p, s, d);
	decl->span = d.span;
	decl->name = d.name;
	decl->attrs = c_attrs_join(s.attrs, x);
	if (s.is_typedef)
		add_typedef(p, decl);
	return s;
}

void c_declare_alone(struct cparse *p, struct c_specs s)
{
	if (s.is_typedef && !s.has_tag_body)
		cparse_error(p, s.span, D_SYNTAX, "this typedef has no name");
}

/* --- expressions ----------------------------------------------------------- */

static struct c_expr *new_expr(struct cparse *p, struct span at,
			       enum c_expr_kind kind)
{
	struct c_expr *e = arena_new(p->arena, struct c_expr);

	e->kind = kind;
	e->span = at;
	return e;
}

const struct c_expr *c_int(struct cparse *p, struct span at, ctok t)
{
	struct c_expr *e = new_expr(p, at, CE_INT);

	e->num = t->num;
	e->is_unsigned = t->is_unsigned;
	e->is_wide = t->is_wide;
	return e;
}

const struct c_expr *c_name(struct cparse *p, struct span at, ctok t)
{
	struct c_expr *e = new_expr(p, at, CE_NAME);

	e->name = t->text;
	return e;
}

const struct c_expr *c_unary(struct cparse *p, struct span at, enum op op,
			     const struct c_expr *a)
{
	struct c_expr *e = new_expr(p, at, CE_UNARY);

	e->op = op;
	e->a = a;
	e->depth = deeper(p, at, a->depth, 0);
	return e;
}

const struct c_expr *c_binary(struct cparse *p, struct span at, enum op op,
			      const struct c_expr *a, const struct c_expr *b)
{
	struct c_expr *e = new_expr(p, at, CE_BINARY);

	e->op = op;
	e->a = a;
	e->b = b;
	e->depth = deeper(p, at, a->depth, b->depth);
	return e;
}

const struct c_expr *c_cond(struct cparse *p, struct span at,
			    const struct c_expr *c, const struct c_expr *a,
			    const struct c_expr *b)
{
	struct c_expr *e = new_expr(p, at, CE_COND);

	e->c = c;
	e->a = a;
	e->b = b;
	e->depth = deeper(p, at, a->depth, b->depth);
	e->depth = deeper(p, at, e->depth, c->depth);
	return e;
}

const struct c_expr *c_of_type(struct cparse *p, struct span at,
			       enum c_expr_kind kind, const struct c_type *type,
			       const struct c_expr *a)
{
	struct c_expr *e = new_expr(p, at, kind);

	e->type = type;
	e->a = a;
	e->depth = deeper(p, at, a ? a->depth : 0, type->depth);
	return e;
}

const struct c_expr *c_offsetof(struct cparse *p, struct span at,
				const struct c_type *type, struct str path)
{
	struct c_expr *e = new_expr(p, at, CE_OFFSETOF);

	e->type = type;
	e->name = path;
	e->depth = deeper(p, at, type->depth, 0);
	return e;
}

struct str c_path(struct cparse *p, struct str path, ctok name)
{
	if (!path.n)
		return name->text;
	return str_printf(p->arena, "%.*s.%.*s", STR_ARG(path),
			  STR_ARG(name->text));
}
