/* SPDX-License-Identifier: Apache-2.0 */
/* The format file of a tracepoint as a record. A line of it reads
 *
 *	field:char comm[16];	offset:8;	size:16;	signed:0;
 *
 * Sizes and signs come from there; of the C declaration only pointers, arrays
 * and names matter, and the few integer types that are narrower than the slot
 * of 8 bytes that system calls give every argument. */
#include "machine/internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>

enum {
	MAX_FORMAT = 1 << 20, /* bytes of a format file */
	MAX_RECORD = 1 << 16, /* bytes of a tracepoint's record */
	TEXT_SIZE = 256, /* bytes of a string whose length the event has */
};

/* A field's line, taken apart. */
struct decl {
	struct str type; /* "unsigned long", "struct iovec" */
	struct str name;
	bool is_pointer, is_array, is_data_loc, is_rel_loc;
	uint32_t stars, count; /* count 0: unknown */
	uint32_t offset, size;
	bool is_signed;
};

/* What a name of the kernel's means where type_parse() knows none. */
static const struct {
	const char *name;
	uint8_t size;
	bool is_signed;
} kernel_ints[] = {
	{ "pid_t", 4, true },        { "uid_t", 4, false },
	{ "gid_t", 4, false },       { "qid_t", 4, false },
	{ "key_t", 4, true },        { "clockid_t", 4, true },
	{ "timer_t", 4, true },      { "mqd_t", 4, true },
	{ "key_serial_t", 4, true }, { "umode_t", 2, false },
	{ "rwf_t", 4, true },
};

/* --- the declaration --------------------------------------------------------- */

static bool is_word_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Takes the identifier off the end of s. */
static struct str take_last_word(struct str *s)
{
	struct str word;
	size_t n = s->n;

	while (n && is_word_char(s->p[n - 1]))
		n--;
	word = (struct str){ s->p + n, s->n - n };
	s->n = n;
	*s = str_trim(*s);
	return word;
}

/* "[16]" at the end; the number may be a macro's name on old kernels. */
static void take_array(struct str *s, struct decl *d)
{
	const char *open;

	if (!s->n || s->p[s->n - 1] != ']')
		return;
	open = memrchr(s->p, '[', s->n);
	if (!open)
		return;
	d->is_array = true;
	d->count = (uint32_t)strtoul(open + 1, NULL, 0);
	s->n = (size_t)(open - s->p);
	*s = str_trim(*s);
}

/* "void (*name)(int)" */
static bool take_function_pointer(struct str s, struct decl *d)
{
	const char *at = memmem(s.p, s.n, "(*", 2), *end;

	if (!at)
		return false;
	at += 2;
	end = memchr(at, ')', s.n - (size_t)(at - s.p));
	if (!end)
		return false;
	d->name = str_trim((struct str){ at, (size_t)(end - at) });
	d->is_pointer = true;
	d->stars = 1;
	d->type = STR("void");
	return true;
}

static bool take_prefix(struct str *s, const char *prefix)
{
	if (!str_starts(*s, prefix))
		return false;
	s->p += strlen(prefix);
	s->n -= strlen(prefix);
	*s = str_trim(*s);
	return true;
}

/* Qualifiers, attributes and stars off both ends of a type. */
static void clean_type(struct decl *d)
{
	const char *at = memmem(d->type.p, d->type.n, "__attribute__", 13);
	const char *star = memchr(d->type.p, '*', d->type.n);
	size_t i;

	for (i = 0; i < d->type.n; i++)
		d->stars += d->type.p[i] == '*';
	d->is_pointer = d->stars;
	if (star)
		d->type.n = (size_t)(star - d->type.p);
	if (at && at < d->type.p + d->type.n)
		d->type.n = (size_t)(at - d->type.p);
	while (take_prefix(&d->type, "const ") ||
	       take_prefix(&d->type, "volatile "))
		continue;
	d->type = str_trim(d->type);
}

static bool parse_decl(struct str s, struct decl *d)
{
	s = str_trim(s);
	d->is_data_loc = take_prefix(&s, "__data_loc ");
	d->is_rel_loc = !d->is_data_loc && take_prefix(&s, "__rel_loc ");
	if (take_function_pointer(s, d))
		return d->name.n;
	take_array(&s, d);
	d->name = take_last_word(&s);
	take_array(&s, d); /* __data_loc has the brackets at its type */
	d->type = s;
	clean_type(d);
	return d->name.n && d->type.n;
}

/* --- the line ---------------------------------------------------------------- */

static bool parse_number(struct str s, const char *key, uint32_t *out)
{
	char digits[16];
	char *end;

	s = str_trim(s);
	if (!take_prefix(&s, key) || !s.n || s.n >= sizeof(digits))
		return false;
	memcpy(digits, s.p, s.n);
	digits[s.n] = '\0';
	*out = (uint32_t)strtoul(digits, &end, 10);
	return !*end && isdigit((unsigned char)digits[0]);
}

/* "DECL; offset:8; size:4; signed:1;" Kernels before 2.6.38 lack signed. */
static bool parse_line(struct str line, struct decl *d)
{
	struct str decl = str_split(line, ';', &line);
	struct str offset = str_split(line, ';', &line);
	struct str size = str_split(line, ';', &line);
	uint32_t is_signed = 0;

	if (!parse_decl(decl, d))
		return false;
	if (!parse_number(offset, "offset:", &d->offset) ||
	    !parse_number(size, "size:", &d->size))
		return false;
	parse_number(str_split(line, ';', &line), "signed:", &is_signed);
	d->is_signed = is_signed;
	return d->offset < MAX_RECORD && d->size < MAX_RECORD;
}

/* --- types ------------------------------------------------------------------- */

static const struct type *int_named(struct types *t, struct str name)
{
	const struct type *type = type_parse(t, name);
	size_t i;

	if (type && type_is_integer(type))
		return type;
	for (i = 0; i < ARRAY_SIZE(kernel_ints); i++)
		if (str_is(name, kernel_ints[i].name))
			return type_int(t, kernel_ints[i].size,
					kernel_ints[i].is_signed);
	return NULL;
}

static bool is_char(const struct decl *d)
{
	return str_is(d->type, "char") && !d->is_pointer;
}

static const struct type *pointer_type(struct machine *m, struct types *t,
				       const struct decl *d,
				       enum addr_space space)
{
	const struct type *elem = int_named(t, d->type);
	uint32_t i;

	if (str_is(d->type, "char"))
		elem = type_int(t, 1, true);
	else if (str_starts(d->type, "struct ") ||
		 str_starts(d->type, "union "))
		elem = machine_named_type(m, t, d->type);
	for (i = 1; i < d->stars && i < 4; i++)
		elem = type_ptr(t, elem, space);
	return type_ptr(t, elem, space);
}

/* An integer of a given size; other sizes are bytes. */
static const struct type *sized_int(struct types *t, uint32_t size,
				    bool is_signed)
{
	if (size == 1 || size == 2 || size == 4 || size == 8)
		return type_int(t, size, is_signed);
	return type_array(t, type_int(t, 1, false), size);
}

/* Its names are in BTF; an event may have room for less than C has. NULL: not
 * known. */
static const struct type *enum_type(struct machine *m, struct types *t,
				    const struct decl *d)
{
	const struct type *e;

	if (!str_starts(d->type, "enum ") || !machine_has_btf(m))
		return NULL;
	e = machine_type(m, t, d->type);
	if (!e || e->kind != TY_ENUM || e->size == d->size)
		return e && e->kind == TY_ENUM ? e : NULL;
	if (d->size != 1 && d->size != 2 && d->size != 4 && d->size != 8)
		return NULL;
	return type_enum(t, e->name, d->size, e->is_signed, e->enums,
			 e->n_enums);
}

static const struct type *scalar_type(struct machine *m, struct types *t,
				      const struct decl *d,
				      enum addr_space space)
{
	const struct type *named;

	if (d->is_pointer)
		return pointer_type(m, t, d, space);
	named = enum_type(m, t, d);
	if (named)
		return named;
	named = int_named(t, d->type);
	if (named && named->kind == TY_BOOL && d->size == 1)
		return named;
	/* the rest of a system call's slot is noise */
	if (named && space == AS_USER && named->size < d->size)
		return named;
	return sized_int(t, d->size, d->is_signed);
}

/* An array in place, or one at a distance whose length is not known here. */
static const struct type *array_type(struct machine *m, struct types *t,
				     struct decl d, enum addr_space space)
{
	const struct type *elem;
	bool is_away = d.is_data_loc || d.is_rel_loc;
	uint32_t size = is_away ? 0 : d.size;

	if (is_char(&d) && (size || is_away))
		return type_string(t, size ? size : TEXT_SIZE);
	elem = int_named(t, d.type);
	if (d.is_pointer)
		elem = pointer_type(m, t, &d, space);
	if (!elem && d.count && size)
		elem = sized_int(t, size / d.count, d.is_signed);
	if (!elem || !elem->size)
		elem = type_int(t, 1, is_char(&d));
	return type_array(t, elem, size / elem->size);
}

static struct field make_field(struct machine *m, struct types *t,
			       const struct decl *d, enum addr_space space)
{
	struct field f = { .name = d->name, .offset = d->offset };

	f.is_data_loc = d->is_data_loc || d->is_rel_loc;
	f.is_rel_loc = d->is_rel_loc;
	if (d->is_array || f.is_data_loc)
		f.type = array_type(m, t, *d, space);
	else
		f.type = scalar_type(m, t, d, space);
	return f;
}

/* --- the file ---------------------------------------------------------------- */

typedef VEC(struct field) field_vec;

static int bad_format(struct machine *m, const char *path, unsigned int line)
{
	diag_error(m->d, (struct span){ 0 }, D_KERNEL,
		   "%s:%u: not the format of a tracepoint", path, line);
	return -EINVAL;
}

static int parse_format(struct machine *m, struct types *t, const char *path,
			struct str text, enum addr_space space, struct arena *a,
			field_vec *out)
{
	bool is_format = false;
	unsigned int n = 0;
	struct str line;

	while (next_line(&text, &line)) {
		struct decl d = { 0 };

		n++;
		if (str_is(str_trim(line), "format:"))
			is_format = true;
		line = str_trim(line);
		if (!take_prefix(&line, "field:"))
			continue;
		if (!is_format || !parse_line(line, &d))
			return bad_format(m, path, n);
		if (!str_starts(d.name, "common_"))
			vec_push(a, out, make_field(m, t, &d, space));
	}
	return is_format ? 0 : bad_format(m, path, n);
}

/* All enter events with equal arguments share one record, so do all exits:
 * what handles one handles the other. */
static struct str record_name(struct machine *m, bool is_syscall,
			      struct str event)
{
	if (is_syscall && str_starts(event, "sys_enter_"))
		return STR("struct syscall_trace_enter");
	if (is_syscall && str_starts(event, "sys_exit_"))
		return STR("struct syscall_trace_exit");
	return str_printf(&m->arena, "struct trace_event_raw_%.*s",
			  STR_ARG(event));
}

static const struct type *record_of(struct types *t, struct str name,
				    const field_vec *fields)
{
	uint32_t size = 8, end;

	vec_each(f, fields) {
		end = f->offset + (f->is_data_loc ? 4 : f->type->size);
		size = end > size ? end : size;
	}
	return type_record_at(t, name, fields->v, (uint32_t)fields->n,
			      (size + 7) / 8 * 8, 8);
}

const struct type *machine_tracepoint_args(struct machine *m, struct types *t,
					   struct str category,
					   struct str event)
{
	bool is_syscall = str_is(category, "syscalls");
	const struct type *record = NULL;
	auto_buf struct buf text = { 0 };
	field_vec fields = { 0 };
	struct arena a = { 0 };
	const char *path;
	int err;

	if (machine_need_tracefs(m))
		return NULL;
	path = arena_printf(&m->arena, "%s/events/%.*s/%.*s/format", m->tracefs,
			    STR_ARG(category), STR_ARG(event));
	err = buf_read_file(&text, path, MAX_FORMAT);
	if (err) {
		diag_errno(m->d, err, D_IO, "cannot read '%s'", path);
		return NULL;
	}
	if (!parse_format(m, t, path, buf_view(&text),
			  is_syscall ? AS_USER : AS_KERNEL, &a, &fields))
		record = record_of(t, record_name(m, is_syscall, event),
				   &fields);
	arena_free(&a);
	return record;
}
