/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "cli/check.h"
#include "plan/abi.h"
#include "runtime/json.h"

static void put_key(const char *key, struct buf *out)
{
	if (out->n && out->p[out->n - 1] != '{' && out->p[out->n - 1] != '[')
		buf_putc(out, ',');
	buf_printf(out, "\"%s\":", key);
}

static void put_text(const char *key, struct str text, struct buf *out)
{
	put_key(key, out);
	json_string(out, text);
}

static void put_number(const char *key, uint64_t n, struct buf *out)
{
	put_key(key, out);
	buf_printf(out, "%" PRIu64, n);
}

/* Before an element of a list. */
static void put_comma(bool is_first, struct buf *out)
{
	if (!is_first)
		buf_putc(out, ',');
}

static void put_names(const char *key, const check_names *names,
		      struct buf *out)
{
	put_key(key, out);
	buf_putc(out, '[');
	vec_each(name, names) {
		put_comma(name == names->v, out);
		json_string(out, *name);
	}
	buf_putc(out, ']');
}

/* --- messages ------------------------------------------------------------- */

static const char *const severities[SEV_N] = {
	[SEV_ERROR] = "error",
	[SEV_WARNING] = "warning",
	[SEV_NOTE] = "note",
	[SEV_HINT] = "hint",
};

static void put_message(const struct diags *d, const struct diag *m,
			struct buf *out)
{
	struct source_pos from = {}, to = {};

	if (d->sources && m->span.start) {
		from = source_find(d->sources, m->span.start);
		to = source_find(d->sources, m->span.end);
	}
	buf_putc(out, '{');
	put_text("severity", str_from(severities[m->severity]), out);
	put_text("code", str_from(diag_code_name(m->code)), out);
	put_text("text", m->text, out);
	if (m->hint.n)
		put_text("hint", m->hint, out);
	if (from.source) {
		put_text("file", from.source->name, out);
		put_number("line", from.line, out);
		put_number("column", from.column, out);
	}
	if (from.source && to.source == from.source) {
		put_number("end_line", to.line, out);
		put_number("end_column", to.column, out);
	}
	buf_putc(out, '}');
}

static void put_messages(const struct diags *d, struct buf *out)
{
	put_key("messages", out);
	buf_putc(out, '[');
	vec_each(m, &d->v) {
		put_comma(m == d->v.v, out);
		put_message(d, m, out);
	}
	buf_putc(out, ']');
}

/* --- programs, maps, needs ------------------------------------------------- */

static void put_helpers(const struct code *code, struct buf *out)
{
	put_key("helpers", out);
	buf_putc(out, '{');
	vec_each(call, &code->helpers) {
		const char *name = code_helper_name(call->helper);
		char number[24];

		snprintf(number, sizeof(number), "helper%u", call->helper);
		put_number(name ? name : number, call->n, out);
	}
	buf_putc(out, '}');
}

static void put_map_names(const struct check *c, const struct code *code,
			  struct buf *out)
{
	check_names names = {};
	struct arena arena = {};

	vec_each(symbol, &code->maps) {
		struct str name = *symbol;

		vec_each(m, &c->plan->maps)
			if (str_eq(m->symbol, name))
				name = m->name;
		vec_push(&arena, &names, name);
	}
	put_names("maps", &names, out);
	arena_free(&arena);
}

static void put_probe(const struct check *c, const struct check_probe *p,
		      struct buf *out)
{
	const struct code *code = &p->code;
	size_t n = p->probe->targets.n;
	check_names functions = {};

	functions.v = code->functions.v;
	functions.n = code->functions.n;
	buf_putc(out, '{');
	put_text("probe", p->probe->name, out);
	put_number("events", n ? n : 1, out);
	put_number("instructions", code->instructions, out);
	put_number("in_functions", code->in_functions, out);
	put_helpers(code, out);
	put_names("kernel_functions", &functions, out);
	put_key("record_bytes", out);
	buf_putc(out, '[');
	vec_each(size, &code->records) {
		put_comma(size == code->records.v, out);
		buf_printf(out, "%u", *size);
	}
	buf_putc(out, ']');
	put_map_names(c, code, out);
	put_names("capabilities", &p->caps, out);
	put_names("config", &p->config, out);
	if (p->files)
		put_text("reads", str_from(p->files), out);
	buf_putc(out, '}');
}

static void put_records(const struct plan *p, struct buf *out)
{
	put_key("records", out);
	buf_putc(out, '[');
	for (size_t i = 1; i < p->events.n; i++) {
		const struct plan_event *e = &p->events.v[i];
		size_t size = sizeof(struct event_head);

		if (e->payload)
			size += types_get(&p->types, e->payload)->size;
		put_comma(i == 1, out);
		buf_putc(out, '{');
		put_text("kind", str_from(event_kind_names[e->kind]), out);
		put_number("bytes", size, out);
		if (e->text.n)
			put_text("text", e->text, out);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void put_map(const struct check_map *m, struct buf *out)
{
	buf_putc(out, '{');
	put_text("map", m->name, out);
	put_text("kind", str_from(m->kind), out);
	put_number("entries", m->entries, out);
	put_number("key_bytes", m->key, out);
	put_number("value_bytes", m->value, out);
	put_number("bytes", m->bytes, out);
	put_key("by_memory", out);
	buf_puts(out, m->by_memory ? "true}" : "false}");
}

static void put_unsafe(const struct check *c, struct buf *out)
{
	put_key("changes", out);
	buf_putc(out, '[');
	vec_each(u, &c->unsafe) {
		put_comma(u == c->unsafe.v, out);
		buf_putc(out, '{');
		put_text("what", u->what, out);
		put_text("does", str_from(u->does), out);
		if (u->where.n)
			put_text("probe", u->where, out);
		buf_putc(out, '}');
	}
	buf_putc(out, ']');
}

static void put_check(const struct check *c, struct buf *out)
{
	char version[24];

	put_text("script", c->plan->name, out);
	put_key("programs", out);
	buf_putc(out, '[');
	vec_each(p, &c->probes) {
		put_comma(p == c->probes.v, out);
		put_probe(c, p, out);
	}
	buf_putc(out, ']');
	put_records(c->plan, out);
	put_key("maps", out);
	buf_putc(out, '[');
	vec_each(m, &c->maps) {
		put_comma(m == c->maps.v, out);
		put_map(m, out);
	}
	buf_putc(out, ']');
	put_number("map_bytes", c->map_bytes, out);
	snprintf(version, sizeof(version), "%u.%u", c->version >> 16,
		 c->version & 0xffff);
	put_text("linux", str_from(version), out);
	put_text("linux_why", str_from(c->version_why), out);
	if (c->plan->needs & NEED_RELEASE)
		put_text("release", c->plan->release, out);
	put_names("config", &c->config, out);
	put_names("capabilities", &c->caps, out);
	put_unsafe(c, out);
}

void check_json(const struct check *c, const struct diags *d, struct buf *out)
{
	buf_putc(out, '{');
	put_key("ok", out);
	buf_puts(out, c ? "true" : "false");
	put_messages(d, out);
	if (c)
		put_check(c, out);
	buf_puts(out, "}\n");
}
