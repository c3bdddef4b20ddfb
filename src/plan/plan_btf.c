/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_btf.h"

#include <linux/btf.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

#define MAX_DEPTH 64 /* of types in types, by value */

/* A type is followed by parts of a fixed size: vlen of them, or one. */
enum parts {
	PARTS_NONE,
	PARTS_ONE,
	PARTS_VLEN
};

/* What the word behind the kind is: a size, or the number of a type, and which
 * type. */
enum refers {
	REF_NONE,
	REF_ANY,
	REF_PROTO,
};

static const struct kind_row {
	uint32_t part; /* bytes */
	enum parts parts;
	enum refers refers;
	bool is_alias; /* stands for what it refers to */
} kinds[NR_BTF_KINDS] = {
	[BTF_KIND_INT] = { 4, PARTS_ONE, REF_NONE, false },
	[BTF_KIND_PTR] = { 0, PARTS_NONE, REF_ANY, false },
	[BTF_KIND_ARRAY] = { sizeof(struct btf_array), PARTS_ONE, REF_NONE,
			     false },
	[BTF_KIND_STRUCT] = { sizeof(struct btf_member), PARTS_VLEN, REF_NONE,
			      false },
	[BTF_KIND_UNION] = { sizeof(struct btf_member), PARTS_VLEN, REF_NONE,
			     false },
	[BTF_KIND_ENUM] = { sizeof(struct btf_enum), PARTS_VLEN, REF_NONE,
			    false },
	[BTF_KIND_FWD] = { 0, PARTS_NONE, REF_NONE, false },
	[BTF_KIND_TYPEDEF] = { 0, PARTS_NONE, REF_ANY, true },
	[BTF_KIND_VOLATILE] = { 0, PARTS_NONE, REF_ANY, true },
	[BTF_KIND_CONST] = { 0, PARTS_NONE, REF_ANY, true },
	[BTF_KIND_RESTRICT] = { 0, PARTS_NONE, REF_ANY, true },
	[BTF_KIND_FUNC] = { 0, PARTS_NONE, REF_PROTO, false },
	[BTF_KIND_FUNC_PROTO] = { sizeof(struct btf_param), PARTS_VLEN, REF_ANY,
				  false },
	[BTF_KIND_VAR] = { sizeof(struct btf_var), PARTS_ONE, REF_ANY, false },
	[BTF_KIND_DATASEC] = { sizeof(struct btf_var_secinfo), PARTS_VLEN,
			       REF_NONE, false },
	[BTF_KIND_FLOAT] = { 0, PARTS_NONE, REF_NONE, false },
	[BTF_KIND_DECL_TAG] = { sizeof(struct btf_decl_tag), PARTS_ONE, REF_ANY,
				false },
	[BTF_KIND_TYPE_TAG] = { 0, PARTS_NONE, REF_ANY, true },
	[BTF_KIND_ENUM64] = { sizeof(struct btf_enum64), PARTS_VLEN, REF_NONE,
			      false },
};

struct reader {
	struct str types, names;
	const struct btf_type **v; /* by number; 0 is void: NULL */
	uint8_t *depth; /* by number: types by value below it, 0: not known */
	uint32_t n;
};

/* --- the header ----------------------------------------------------------- */

static bool is_inside(struct str whole, uint64_t at, uint64_t n)
{
	return at <= whole.n && n <= whole.n - at;
}

static bool read_head(struct str btf, struct reader *r)
{
	struct btf_header head;
	struct str body;

	if (btf.n < sizeof(head) || (uintptr_t)btf.p % 4)
		return false;
	memcpy(&head, btf.p, sizeof(head));
	if (head.magic != BTF_MAGIC || head.version != BTF_VERSION ||
	    head.hdr_len != sizeof(head))
		return false;
	body = (struct str){ btf.p + sizeof(head), btf.n - sizeof(head) };
	if (!is_inside(body, head.type_off, head.type_len) ||
	    !is_inside(body, head.str_off, head.str_len) ||
	    (head.type_off | head.type_len) % 4)
		return false;
	r->types = (struct str){ body.p + head.type_off, head.type_len };
	r->names = (struct str){ body.p + head.str_off, head.str_len };
	return r->names.n && !r->names.p[0] && !r->names.p[r->names.n - 1];
}

static uint32_t parts_size(const struct btf_type *t)
{
	const struct kind_row *row = &kinds[BTF_INFO_KIND(t->info)];

	if (row->parts == PARTS_VLEN)
		return BTF_INFO_VLEN(t->info) * row->part;
	return row->part;
}

/* Finds where each type is; each is there as a whole. */
static bool read_types(struct reader *r)
{
	size_t at = 0, max = r->types.n / sizeof(struct btf_type) + 1;

	r->v = xzalloc(max * sizeof(*r->v));
	r->depth = xzalloc(max);
	r->n = 1;
	while (at < r->types.n) {
		const struct btf_type *t = (const void *)(r->types.p + at);

		if (!is_inside(r->types, at, sizeof(*t)) ||
		    !BTF_INFO_KIND(t->info) ||
		    BTF_INFO_KIND(t->info) >= NR_BTF_KINDS ||
		    !is_inside(r->types, at + sizeof(*t), parts_size(t)))
			return false;
		r->v[r->n++] = t;
		at += sizeof(*t) + parts_size(t);
	}
	return true;
}

/* --- what types refer to -------------------------------------------------- */

static uint32_t kind_of(const struct reader *r, uint32_t id)
{
	return id && id < r->n ? BTF_INFO_KIND(r->v[id]->info)
			       : (uint32_t)BTF_KIND_UNKN;
}

static bool is_name(const struct reader *r, uint32_t at)
{
	return at < r->names.n;
}

static bool is_type(const struct reader *r, uint32_t id)
{
	return id < r->n;
}

static bool members_fit(const struct reader *r, const struct btf_type *t)
{
	const struct btf_member *m = (const void *)(t + 1);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, m++)
		if (!is_name(r, m->name_off) || !m->type ||
		    !is_type(r, m->type))
			return false;
	return true;
}

/* name_off is the first word of enumerators of both widths. */
static bool enumerators_fit(const struct reader *r, const struct btf_type *t)
{
	const char *at = (const void *)(t + 1);
	uint32_t part = kinds[BTF_INFO_KIND(t->info)].part;

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, at += part)
		if (!is_name(r, *(const uint32_t *)(const void *)at))
			return false;
	return true;
}

static bool params_fit(const struct reader *r, const struct btf_type *t)
{
	const struct btf_param *p = (const void *)(t + 1);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, p++)
		if (!is_name(r, p->name_off) || !is_type(r, p->type))
			return false;
	return true;
}

static bool variables_fit(const struct reader *r, const struct btf_type *t)
{
	const struct btf_var_secinfo *v = (const void *)(t + 1);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++, v++)
		if (kind_of(r, v->type) != BTF_KIND_VAR &&
		    kind_of(r, v->type) != BTF_KIND_FUNC)
			return false;
	return true;
}

static bool array_fits(const struct reader *r, const struct btf_type *t)
{
	const struct btf_array *a = (const void *)(t + 1);

	return a->type && is_type(r, a->type) && a->index_type &&
	       is_type(r, a->index_type);
}

static bool parts_fit(const struct reader *r, const struct btf_type *t)
{
	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: return members_fit(r, t);
	case BTF_KIND_ENUM:
	case BTF_KIND_ENUM64: return enumerators_fit(r, t);
	case BTF_KIND_FUNC_PROTO: return params_fit(r, t);
	case BTF_KIND_DATASEC: return variables_fit(r, t);
	case BTF_KIND_ARRAY: return array_fits(r, t);
	default: return true;
	}
}

static bool type_fits(const struct reader *r, const struct btf_type *t)
{
	enum refers refers = kinds[BTF_INFO_KIND(t->info)].refers;

	if (!is_name(r, t->name_off) || !parts_fit(r, t))
		return false;
	if (refers == REF_PROTO)
		return kind_of(r, t->type) == BTF_KIND_FUNC_PROTO;
	return refers == REF_NONE || is_type(r, t->type);
}

/* --- what types are made of ----------------------------------------------- */

static bool has_end(struct reader *r, uint32_t id, int depth);

static bool members_end(struct reader *r, const struct btf_type *t, int depth)
{
	const struct btf_member *m = (const void *)(t + 1);

	for (uint32_t i = 0; i < BTF_INFO_VLEN(t->info); i++)
		if (!has_end(r, m[i].type, depth))
			return false;
	return true;
}

/* Is what it holds by value, or stands for, found in MAX_DEPTH steps? What has
 * been found to end depth types from the top ends there and above. */
static bool has_end(struct reader *r, uint32_t id, int depth)
{
	const struct btf_type *t = r->v[id];
	bool ends = true;

	if (!t || r->depth[id] > depth)
		return true;
	if (depth == MAX_DEPTH)
		return false;
	switch (BTF_INFO_KIND(t->info)) {
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION: ends = members_end(r, t, depth + 1); break;
	case BTF_KIND_ARRAY:
		ends = has_end(r, ((const struct btf_array *)(t + 1))->type,
			       depth + 1);
		break;
	default:
		if (kinds[BTF_INFO_KIND(t->info)].is_alias)
			ends = has_end(r, t->type, depth + 1);
	}
	if (ends)
		r->depth[id] = (uint8_t)(depth + 1);
	return ends;
}

static const char *find_wrong(struct reader *r)
{
	if (!read_types(r))
		return "a type in it is cut";
	for (uint32_t i = 1; i < r->n; i++)
		if (!type_fits(r, r->v[i]))
			return "a type in it names what is not there";
	for (uint32_t i = 1; i < r->n; i++)
		if (!has_end(r, i, 0))
			return "a type in it contains itself";
	return NULL;
}

static void free_reader(struct reader *r)
{
	free(r->v);
	free(r->depth);
}

const char *plan_btf_wrong(struct str btf)
{
	struct reader r = { 0 };
	const char *why = "its head is wrong";

	if (read_head(btf, &r))
		why = find_wrong(&r);
	free_reader(&r);
	return why;
}

/* --- .BTF.ext ------------------------------------------------------------- */

/* The head, as far as libbpf reads it. */
struct ext_head {
	uint16_t magic;
	uint8_t version, flags;
	uint32_t length;
	struct ext_part {
		uint32_t at, n;
	} functions, lines, relocations;
};

/* Records of one kind. Words are at their start: a place in the program, then
 * what is named. */
struct record_row {
	uint32_t size; /* bytes, at the least */
	int type, name; /* which word is one; -1: none */
};
static const struct record_row function_row = { 8, 1, -1 },
			       line_row = { 16, -1, 1 },
			       relocation_row = { 16, 1, 2 };

static bool record_fits(const struct reader *r, const struct record_row *row,
			const uint32_t *words)
{
	if (row->type >= 0 && !is_type(r, words[row->type]))
		return false;
	return row->name < 0 || is_name(r, words[row->name]);
}

/* The size of a record, then for each section its name, how many there are, and
 * they. */
static bool records_fit(const struct reader *r, struct str body,
			const struct ext_part *part,
			const struct record_row *row)
{
	const char *at = body.p + part->at, *end;
	uint32_t size, head[2];

	if (!part->n)
		return true;
	if (!is_inside(body, part->at, part->n) || (part->at | part->n) % 4 ||
	    part->n < sizeof(size))
		return false;
	end = at + part->n;
	memcpy(&size, at, sizeof(size));
	if (size < row->size || size % 4 || size > part->n)
		return false;
	for (at += sizeof(size); at < end; at += (size_t)size * head[1]) {
		if ((size_t)(end - at) < sizeof(head))
			return false;
		memcpy(head, at, sizeof(head));
		at += sizeof(head);
		if (!is_name(r, head[0]) || !head[1] ||
		    head[1] > (size_t)(end - at) / size)
			return false;
		for (uint32_t i = 0; i < head[1]; i++)
			if (!record_fits(r, row,
					 (const void *)(at + (size_t)i * size)))
				return false;
	}
	return true;
}

static bool ext_fits(const struct reader *r, struct str ext)
{
	struct ext_head head = { 0 };
	struct str body;

	if (ext.n < sizeof(head) || (uintptr_t)ext.p % 4)
		return false;
	memcpy(&head, ext.p, sizeof(head));
	if (head.magic != BTF_MAGIC || head.version != BTF_VERSION ||
	    head.length != sizeof(head))
		return false;
	body = (struct str){ ext.p + sizeof(head), ext.n - sizeof(head) };
	return records_fit(r, body, &head.functions, &function_row) &&
	       records_fit(r, body, &head.lines, &line_row) &&
	       records_fit(r, body, &head.relocations, &relocation_row);
}

const char *plan_btf_ext_wrong(struct str ext, struct str btf)
{
	struct reader r = { 0 };
	const char *why = NULL;

	if (!read_head(btf, &r) || !read_types(&r) || !ext_fits(&r, ext))
		why = "a record in it names what is not there";
	free_reader(&r);
	return why;
}
