/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/check.h"

#include <inttypes.h>

#include "cli/table.h"
#include "plan/abi.h"
#include "plan/wire.h"

bool check_open(struct check *c, const struct plan *p, struct machine *m,
		struct diags *d)
{
	*c = (struct check){ .plan = p };
	vec_each(probe, &p->probes) {
		struct check_probe *row = vec_add(&c->arena, &c->probes);

		row->probe = probe;
		if (!code_read(&c->arena, p->object, probe->symbol, &row->code))
			return diag_error(d, (struct span){}, D_SAVED,
					  "the program's object lacks the code "
					  "of %.*s",
					  STR_ARG(probe->name));
	}
	if (!check_read_maps(c, m, d))
		return false;
	check_read_needs(c);
	return true;
}

void check_free(struct check *c)
{
	arena_free(&c->arena);
	*c = (struct check){};
}

/* --- text ----------------------------------------------------------------- */

/* "1.5 MB" */
static void put_bytes(uint64_t n, struct buf *out)
{
	if (n < 10240)
		buf_printf(out, "%" PRIu64 " bytes", n);
	else if (n < 10u << 20)
		buf_printf(out, "%" PRIu64 " KB", n >> 10);
	else
		buf_printf(out, "%" PRIu64 " MB", n >> 20);
}

static void put_names(const char *head, const check_names *names,
		      struct buf *out)
{
	if (!names->n)
		return;
	buf_printf(out, "  %-8s", head);
	vec_each(name, names)
		buf_printf(out, " %.*s", STR_ARG(*name));
	buf_putc(out, '\n');
}

static void put_calls(const struct code *code, struct buf *out)
{
	if (!code->helpers.n && !code->functions.n)
		return;
	buf_puts(out, "  calls   ");
	vec_each(call, &code->helpers) {
		const char *name = code_helper_name(call->helper);

		if (name)
			buf_printf(out, " %s", name);
		else
			buf_printf(out, " helper%u", call->helper);
		if (call->n > 1)
			buf_printf(out, "*%u", call->n);
	}
	vec_each(name, &code->functions)
		buf_printf(out, " %.*s", STR_ARG(*name));
	buf_putc(out, '\n');
}

static void put_records(const struct code *code, struct buf *out)
{
	if (!code->records.n && !code->has_other_records)
		return;
	buf_puts(out, "  sends    records of");
	vec_each(size, &code->records)
		buf_printf(out, "%s %u", size == code->records.v ? "" : ",",
			   *size);
	if (code->has_other_records)
		buf_puts(out, code->records.n ? ", other" : " other");
	buf_puts(out, " bytes\n");
}

/* As the user calls them; those of espy's own keep their symbols. */
static struct str map_name(const struct plan *p, struct str symbol)
{
	vec_each(m, &p->maps)
		if (str_eq(m->symbol, symbol))
			return m->name;
	return symbol;
}

static void put_probe(const struct check *c, const struct check_probe *p,
		      struct buf *out)
{
	const struct plan_probe *probe = p->probe;

	buf_printf(out, "\n%.*s", STR_ARG(probe->name));
	if (probe->targets.n > 1)
		buf_printf(out, " (%zu events)", probe->targets.n);
	buf_printf(out, "\n  code     %u instructions", p->code.instructions);
	if (p->code.in_functions)
		buf_printf(out, ", %u of them in functions",
			   p->code.in_functions);
	buf_putc(out, '\n');
	put_calls(&p->code, out);
	put_records(&p->code, out);
	if (p->code.maps.n) {
		buf_puts(out, "  maps    ");
		vec_each(symbol, &p->code.maps)
			buf_printf(out, " %.*s",
				   STR_ARG(map_name(c->plan, *symbol)));
		buf_putc(out, '\n');
	}
	put_names("rights", &p->caps, out);
	put_names("kernel", &p->config, out);
	if (p->files)
		buf_printf(out, "  reads    %s\n", p->files);
}

static void put_maps(const struct check *c, struct buf *out)
{
	struct table t = { .heads = { "  MAP", "KIND", ">ENTRIES", ">KEY",
				      ">VALUE", ">MEMORY" } };

	if (!c->maps.n)
		return;
	buf_putc(out, '\n');
	vec_each(m, &c->maps) {
		auto_buf struct buf bytes = {};

		if (m->by_memory)
			buf_puts(&bytes, "to ");
		put_bytes(m->bytes, &bytes);
		table_add(&t, "  %.*s", STR_ARG(m->name));
		table_add(&t, "%s", m->kind);
		table_add(&t, "%u", m->entries);
		table_add(&t, "%u", m->key);
		table_add(&t, "%u", m->value);
		table_add(&t, "%s", bytes.p);
	}
	table_print(&t, 0, out);
	table_free(&t);
}

static void put_events(const struct check *c, struct buf *out)
{
	const struct plan *p = c->plan;

	if (p->events.n < 2)
		return;
	buf_puts(out, "\nrecords\n");
	for (size_t i = 1; i < p->events.n; i++) {
		const struct plan_event *e = &p->events.v[i];
		size_t size = sizeof(struct event_head);

		if (e->payload)
			size += types_get(&p->types, e->payload)->size;
		buf_printf(out, "  %6zu bytes  %s", size,
			   event_kind_names[e->kind]);
		if (e->text.n) {
			buf_puts(out, " ");
			wire_quote(e->text, out);
		}
		buf_putc(out, '\n');
	}
}

static void put_needs(const struct check *c, struct buf *out)
{
	buf_printf(out, "\nneeds\n  Linux    %u.%u: %s\n", c->version >> 16,
		   c->version & 0xffff, c->version_why);
	if (c->plan->needs & NEED_RELEASE)
		buf_printf(out,
			   "  release  %.*s, whose offsets are in the code\n",
			   STR_ARG(c->plan->release));
	put_names("kernel", &c->config, out);
	put_names("rights", &c->caps, out);
	buf_puts(out, "  memory   ");
	put_bytes(c->map_bytes, out);
	buf_puts(out, " for maps\n");
	if (!c->unsafe.n)
		return;
	buf_puts(out, "\nchanges the system\n");
	vec_each(u, &c->unsafe) {
		buf_printf(out, "  %.*s %s", STR_ARG(u->what), u->does);
		if (u->where.n)
			buf_printf(out, ", in %.*s", STR_ARG(u->where));
		buf_putc(out, '\n');
	}
}

void check_text(const struct check *c, struct buf *out)
{
	uint64_t n = 0;

	vec_each(p, &c->probes)
		n += p->code.instructions;
	buf_printf(out, "%.*s: %zu program%s, %" PRIu64 " instructions\n",
		   STR_ARG(c->plan->name), c->probes.n,
		   c->probes.n == 1 ? "" : "s", n);
	vec_each(p, &c->probes)
		put_probe(c, p, out);
	put_events(c, out);
	put_maps(c, out);
	put_needs(c, out);
}
