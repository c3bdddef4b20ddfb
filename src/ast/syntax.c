/* SPDX-License-Identifier: Apache-2.0 */
/* Expressions and types; statements and declarations are in declare.c. */
#include "ast/syntax.h"

#include <ctype.h>
#include <inttypes.h>

static uint16_t deeper(uint16_t a, const struct expr *e)
{
	return e && e->depth > a ? e->depth : a;
}

/* A node above children of at most depth levels. Too many levels are reported
 * once and not counted further, so that the tree stays bounded. */
static struct expr *new_expr(struct parse *p, struct span at,
			     enum expr_kind kind, uint16_t depth)
{
	struct expr *e = arena_new(p->arena, struct expr);

	e->kind = kind;
	e->span = at;
	e->depth = depth + 1;
	if (e->depth > PARSE_MAX_DEPTH && !p->is_stopped) {
		parse_error(p, at, D_LIMIT, "nested more than %d levels deep",
			    PARSE_MAX_DEPTH);
		p->is_stopped = true;
	}
	return e;
}

/* --- leaves -------------------------------------------------------------- */

struct expr *ast_int(struct parse *p, struct span at, tok t)
{
	struct expr *e = new_expr(p, at, EX_INT, 0);

	e->num = (int64_t)t->num;
	e->str = t->text;
	return e;
}

struct expr *ast_bool(struct parse *p, struct span at, tok t)
{
	struct expr *e = new_expr(p, at, EX_BOOL, 0);

	e->num = (int64_t)t->num;
	return e;
}

struct expr *ast_str(struct parse *p, struct span at, tok t)
{
	struct expr *e = new_expr(p, at, EX_STR, 0);

	e->str = t->text;
	return e;
}

struct expr *ast_name(struct parse *p, struct span at, tok t)
{
	struct expr *e = new_expr(p, at, EX_NAME, 0);

	e->name.id = t->text;
	return e;
}

struct expr *ast_var(struct parse *p, struct span at, tok t)
{
	struct expr *e = new_expr(p, at, EX_VAR, 0);

	e->var.id = t->text;
	return e;
}

struct expr *ast_map(struct parse *p, struct span at, tok t)
{
	struct expr *e = new_expr(p, at, EX_MAP, 0);

	e->map.id = t->text;
	return e;
}

struct expr *ast_map_keys(struct parse *p, struct span at, struct expr *map,
			  struct exprs keys)
{
	struct expr *e = new_expr(p, at, EX_MAP, keys.depth);

	e->map = map->map;
	e->map.keys = keys.head;
	e->map.has_brackets = true;
	return e;
}

struct expr *ast_param(struct parse *p, struct span at, tok t)
{
	struct expr *e = new_expr(p, at, EX_PARAM, 0);

	e->num = (int64_t)t->num;
	e->str = t->text;
	return e;
}

struct expr *ast_nparams(struct parse *p, struct span at)
{
	return new_expr(p, at, EX_NPARAMS, 0);
}

struct expr *ast_self(struct parse *p, struct span at, tok id)
{
	struct expr *e = new_expr(p, at, EX_SELF, 0);

	e->self.id = id->text;
	return e;
}

/* --- operators ----------------------------------------------------------- */

struct expr *ast_unary(struct parse *p, struct span at, enum op op,
		       struct expr *operand)
{
	struct expr *e = new_expr(p, at, EX_UNARY, operand->depth);

	e->unary.op = op;
	e->unary.e = operand;
	return e;
}

static bool is_place(const struct expr *e)
{
	return e->kind == EX_VAR || e->kind == EX_MAP || e->kind == EX_SELF;
}

struct expr *ast_incdec(struct parse *p, struct span at, struct expr *operand,
			bool is_inc, bool is_prefix)
{
	struct expr *e = new_expr(p, at, EX_INCDEC, operand->depth);

	e->incdec.e = operand;
	e->incdec.is_inc = is_inc;
	e->incdec.is_prefix = is_prefix;
	if (!is_place(operand))
		parse_error(p, operand->span, D_ASSIGN,
			    "'%s' needs a variable or a map",
			    is_inc ? "++" : "--");
	return e;
}

struct expr *ast_binary(struct parse *p, struct span at, enum op op,
			struct expr *l, struct expr *r)
{
	struct expr *e = new_expr(p, at, EX_BINARY, deeper(l->depth, r));

	e->bin.op = op;
	e->bin.l = l;
	e->bin.r = r;
	return e;
}

struct expr *ast_cond(struct parse *p, struct span at, struct expr *c,
		      struct expr *a, struct expr *b)
{
	struct expr *e =
		new_expr(p, at, EX_COND, deeper(deeper(c->depth, a), b));

	e->cond.c = c;
	e->cond.a = a;
	e->cond.b = b;
	return e;
}

struct expr *ast_comptime(struct parse *p, struct span at, struct expr *value)
{
	struct expr *e = new_expr(p, at, EX_COMPTIME, value->depth);

	e->block.value = value;
	return e;
}

/* --- calls, members, indices --------------------------------------------- */

struct expr *ast_call(struct parse *p, struct span at, tok id,
		      struct exprs args)
{
	struct expr *e = new_expr(p, at, EX_CALL, args.depth);

	e->call.id = id->text;
	e->call.id_span = id->span;
	e->call.args = args.head;
	e->call.n_args = args.n;
	return e;
}

/* 1.5 is the field 5 of 1 to the grammar, and an argument of some functions. */
struct expr *ast_member(struct parse *p, struct span at, struct expr *base,
			tok id, bool is_arrow)
{
	struct expr *e = new_expr(p, at, EX_MEMBER, base->depth);
	size_t i;

	e->member.base = base;
	e->member.id = id->text;
	e->member.is_arrow = is_arrow;
	if (!isdigit((unsigned char)id->text.p[0]))
		return e;
	for (i = 0; i < id->text.n; i++)
		if (!isdigit((unsigned char)id->text.p[i]))
			parse_error(p, id->span, D_LITERAL,
				    "'%.*s' does not number a field",
				    STR_ARG(id->text));
	return e;
}

struct expr *ast_index(struct parse *p, struct span at, struct expr *base,
		       struct expr *index)
{
	struct expr *e = new_expr(p, at, EX_INDEX, deeper(base->depth, index));

	e->index.base = base;
	e->index.index = index;
	return e;
}

/* --- casts and what takes types ------------------------------------------ */

struct expr *ast_cast(struct parse *p, struct span at, struct type_expr *to,
		      struct expr *value)
{
	struct expr *e = new_expr(p, at, EX_CAST, value->depth);

	e->cast.to = to;
	e->cast.e = value;
	return e;
}

/* The name alone, which may be that of a constant or builtin as well. */
static struct expr *name_of_type(struct parse *p, const struct type_expr *t)
{
	struct expr *e;

	if (t->suffixes.n || t->of || str_has(t->name, ' ') ||
	    tokens_is_type_word(t->name))
		return NULL;
	e = new_expr(p, t->span, EX_NAME, 0);
	e->name.id = t->name;
	return e;
}

struct expr *ast_type_arg(struct parse *p, struct span at, struct type_expr *t)
{
	struct expr *e = new_expr(p, at, EX_CAST, t->of ? t->of->depth : 0);

	if (!t->of)
		t->of = name_of_type(p, t);
	e->cast.to = t;
	return e;
}

struct expr *ast_of_type(struct parse *p, struct span at, enum expr_kind kind,
			 struct type_expr *to)
{
	struct expr *e = new_expr(p, at, kind, to->of ? to->of->depth : 0);

	e->cast.to = to;
	e->cast.e = name_of_type(p, to);
	return e;
}

struct expr *ast_of_expr(struct parse *p, struct span at, enum expr_kind kind,
			 struct expr *operand)
{
	struct expr *e = new_expr(p, at, kind, operand->depth);

	e->cast.e = operand;
	return e;
}

struct expr *ast_offsetof(struct parse *p, struct span at, struct type_expr *to,
			  struct expr *operand, struct str path)
{
	struct expr *e = new_expr(p, at, EX_OFFSETOF, deeper(0, operand));

	e->cast.to = to;
	e->cast.e = operand;
	e->cast.path = path;
	return e;
}

/* (T *)((uint64)member - offsetof(T, path)) */
struct expr *ast_container_of(struct parse *p, struct span at,
			      struct expr *member, struct type_expr *of,
			      struct str path)
{
	struct type_expr *number = arena_new(p->arena, struct type_expr);
	struct type_expr *pointer = type_expr_clone(p->arena, of);
	struct expr *address, *offset;

	number->span = of->span;
	number->name = STR("uint64");
	*vec_add(p->arena, &pointer->suffixes) =
		(struct type_suffix){ .is_ptr = true };
	address = ast_cast(p, member->span, number, member);
	offset = ast_offsetof(p, at, of, NULL, path);
	return ast_cast(p, at, pointer,
			ast_binary(p, at, OP_SUB, address, offset));
}

struct str ast_path(struct parse *p, struct str path, tok id)
{
	return str_printf(p->arena, "%.*s.%.*s", STR_ARG(path),
			  STR_ARG(id->text));
}

/* a[1].b is "a.[1].b". */
struct str ast_path_index(struct parse *p, struct str path, tok index)
{
	return str_printf(p->arena, "%.*s.[%" PRIu64 "]", STR_ARG(path),
			  (uint64_t)index->num);
}

struct type_expr *ast_type(struct parse *p, struct span at, tok name)
{
	struct type_expr *t = arena_new(p->arena, struct type_expr);

	t->span = at;
	t->name = name->text;
	return t;
}

struct type_expr *ast_typeof(struct parse *p, struct span at, struct expr *e)
{
	struct type_expr *t = arena_new(p->arena, struct type_expr);

	t->span = at;
	t->of = e;
	return t;
}

struct type_expr *ast_typeof_type(struct parse *p, struct span at,
				  struct type_expr *t)
{
	t->of = t->of ? t->of : name_of_type(p, t);
	t->span = at;
	return t;
}

struct type_expr *ast_suffix(struct parse *p, struct span at,
			     struct type_expr *t, bool is_ptr,
			     struct expr *size)
{
	t->span = at;
	*vec_add(p->arena, &t->suffixes) = (struct type_suffix){
		.is_ptr = is_ptr,
		.has_size = size != NULL,
		.size = size,
	};
	return t;
}

/* --- tuples and records -------------------------------------------------- */

struct expr *ast_tuple(struct parse *p, struct span at, struct exprs elems)
{
	struct expr *e = new_expr(p, at, EX_TUPLE, elems.depth);

	e->tuple.elems = elems.head;
	e->tuple.n = elems.n;
	return e;
}

struct expr *ast_record(struct parse *p, struct span at, struct fields f)
{
	struct expr *e = new_expr(p, at, EX_RECORD, f.values.depth);
	struct field_name *it;
	uint32_t i = 0;

	e->tuple.elems = f.values.head;
	e->tuple.n = f.values.n;
	e->tuple.names = arena_alloc(p->arena, f.values.n * sizeof(struct str));
	for (it = f.head; it; it = it->next)
		e->tuple.names[i++] = it->name;
	return e;
}

struct exprs ast_exprs(struct exprs list, struct expr *e)
{
	if (list.tail)
		list.tail->next = e;
	else
		list.head = e;
	list.tail = e;
	list.n++;
	list.depth = deeper(list.depth, e);
	return list;
}

struct exprs ast_exprs_first(struct expr *e, struct exprs list)
{
	struct exprs all = ast_exprs((struct exprs){ 0 }, e);

	e->next = list.head;
	all.tail = list.tail;
	all.n += list.n;
	all.depth = deeper(list.depth, e);
	return all;
}

struct fields ast_field(struct parse *p, struct fields f, tok id,
			struct expr *e)
{
	struct field_name *name = arena_new(p->arena, struct field_name);

	name->name = id->text;
	if (f.tail)
		f.tail->next = name;
	else
		f.head = name;
	f.tail = name;
	f.values = ast_exprs(f.values, e);
	return f;
}

/* --- blocks -------------------------------------------------------------- */

struct expr *ast_block(struct parse *p, struct span at, struct body b)
{
	struct expr *e =
		new_expr(p, at, EX_BLOCK, deeper(b.list.depth, b.value));

	e->block.stmts = b.list.head;
	e->block.value = b.value;
	return e;
}

struct expr *ast_if(struct parse *p, struct span at, struct expr *cond,
		    struct expr *then, struct expr *otherwise)
{
	uint16_t depth = deeper(deeper(cond->depth, then), otherwise);
	struct expr *e = new_expr(p, at, EX_IF, depth);

	ast_check_condition(p, cond);
	e->cond.c = cond;
	e->cond.a = then;
	e->cond.b = otherwise;
	return e;
}
