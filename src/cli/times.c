/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/times.h"

#include <inttypes.h>
#include <time.h>

#include "cli/table.h"

void times_begin(struct laps *l)
{
	struct timespec used;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	laps_start(l);
	laps_end(l, "start");
	l->v[0].ns =
		(uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

/* What the script's probes have to say is not of interest. */
static void drop(void *arg, bool is_err, struct str text)
{
	(void)arg;
	(void)is_err;
	(void)text;
}

static int attach(struct laps *l, const struct plan *p, struct machine *m,
		  const struct cli *c, struct diags *d)
{
	struct session_opts o = c->run.session;
	struct session *s;
	int err;

	o.quiet = true;
	o.command = NULL;
	o.write = drop;
	laps_start(l);
	s = session_open(p, m, &o, d);
	laps_end(l, "load");
	if (!s)
		return run_status(d);
	err = session_start(s);
	laps_end(l, "attach");
	if (!err && session_stop(s))
		err = -1;
	laps_end(l, "detach");
	session_close(s);
	return err ? run_status(d) : 0;
}

/* What is before the first event, and the part that takes most of it. */
static uint64_t total(const struct laps *l, size_t *most)
{
	uint64_t ns = 0;

	*most = 0;
	for (size_t i = 0; i < l->n; i++) {
		if (!strcmp(l->v[i].name, "detach"))
			continue;
		ns += l->v[i].ns;
		if (l->v[i].ns > l->v[*most].ns)
			*most = i;
	}
	return ns;
}

static void put_text(const struct laps *l, struct buf *out)
{
	struct table t = { .heads = { "STAGE", ">MS", ">SHARE" } };
	size_t most;
	uint64_t all = total(l, &most);

	for (size_t i = 0; i < l->n; i++) {
		bool is_after = !strcmp(l->v[i].name, "detach");

		table_add(&t, "%s", l->v[i].name);
		table_add(&t, "%.3f", (double)l->v[i].ns / 1e6);
		if (is_after)
			table_add(&t, "%s", "");
		else
			table_add(&t, "%.0f%%",
				  100 * (double)l->v[i].ns / (double)all);
	}
	table_add(&t, "%s", "to attached");
	table_add(&t, "%.3f", (double)all / 1e6);
	table_add(&t, "%s", "");
	table_print(&t, 0, out);
	table_free(&t);
	buf_printf(out, "\nMost of it is %s.\n", l->v[most].name);
}

static void put_json(const struct laps *l, struct buf *out)
{
	size_t most;
	uint64_t all = total(l, &most);

	buf_puts(out, "{\"stages\": [");
	for (size_t i = 0; i < l->n; i++)
		buf_printf(out, "%s{\"name\": \"%s\", \"ns\": %" PRIu64 "}",
			   i ? ", " : "", l->v[i].name, l->v[i].ns);
	buf_printf(out,
		   "], \"to_attached_ns\": %" PRIu64 ", \"largest\": \"%s\"}\n",
		   all, l->v[most].name);
}

int times_report(struct laps *l, const struct plan *p, struct machine *m,
		 const struct cli *c, struct buf *out, struct diags *d)
{
	int status = attach(l, p, m, c, d);

	if (c->run.session.form == OUT_FORM_JSON)
		put_json(l, out);
	else
		put_text(l, out);
	return status;
}
