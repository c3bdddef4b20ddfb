/* SPDX-License-Identifier: Apache-2.0 */
/* Marks of programs and libraries: an event of perf for each of their sites,
 * which raises the semaphore, too. The program has the operands of its sites as
 * constants, so the file's are compared with them. */
#include <errno.h>
#include <linux/perf_event.h>

#include "machine/usdt.h"
#include "runtime/attach.h"
#include "runtime/attach_multi.h"

#define NOWHERE         ((struct span){ 0 })
#define SEMAPHORE_SHIFT 32 /* format/ref_ctr_offset is config:32-63 */

/* Do two programs read the same arguments, as far as both have them? */
static bool is_same_body(struct str a, struct str b)
{
	for (uint32_t i = 0;; i++) {
		struct str x = usdt_word(a, i), y = usdt_word(b, i);

		if (!x.n || !y.n)
			return !a.n == !b.n;
		if (str_is(x, "_") != str_is(y, "_"))
			return false;
	}
}

static bool has_target(const struct plan_probe *p, struct str target)
{
	vec_each(it, &p->targets)
		if (str_eq(*it, target))
			return true;
	return false;
}

/* Is there a program of the same probe for the operands of this site? */
static bool is_covered(const struct session *s, const struct plan_probe *p,
		       struct str target, const struct usdt_site *site)
{
	vec_each(q, &s->plan->probes)
		if (q->kind == PK_USDT && str_eq(q->name, p->name) &&
		    str_eq(q->path, p->path) &&
		    is_same_body(q->operands, p->operands) &&
		    has_target(q, target) &&
		    usdt_is_narrowed(site->operands, q->operands))
			return true;
	return false;
}

static int report_changed(struct session *s, const struct plan_probe *p,
			  size_t i)
{
	diag_error(s->diags, NOWHERE, D_ATTACH,
		   "cannot attach %.*s: its arguments are in other places than "
		   "when the script was compiled",
		   STR_ARG(attach_name(s, p, i)));
	diag_hint(s->diags, "'%.*s' is another build: compile the script again",
		  STR_ARG(p->path));
	return -ESTALE;
}

/* A probe's sites in a file: an event for each, or one link for all. */
struct marks {
	struct perf_event_attr attr;
	usdt_site_vec all;
	int prog_fd;
	bool is_multi;
	struct multi_sites sites;
};

static int attach_site(struct session *s, struct marks *m,
		       const struct usdt_site *site, uint64_t cookie)
{
	pid_t pid = s->opts.pid > 0 ? s->opts.pid : -1;
	struct perf_event_attr attr = m->attr;

	if (m->is_multi) {
		vec_push(&s->arena, &m->sites.offsets, site->offset);
		vec_push(&s->arena, &m->sites.counters, site->semaphore);
		vec_push(&s->arena, &m->sites.cookies, cookie);
		m->sites.has_counters |= site->semaphore;
		return 0;
	}
	if (site->semaphore > UINT32_MAX)
		return -ERANGE;
	attr.config2 = site->offset;
	attr.config |= site->semaphore << SEMAPHORE_SHIFT;
	return attach_perf(s, m->prog_fd,
			   attach_open_event(&attr, pid, pid > 0 ? -1 : 0),
			   cookie);
}

/* The sites of target i that the program is for. */
static int attach_mark(struct session *s, const struct plan_probe *p, size_t i,
		       struct marks *m)
{
	struct str name, provider = str_split(p->targets.v[i], ':', &name);
	size_t found = 0, fitting = 0;
	int err = 0;

	vec_each(site, &m->all) {
		if (!str_eq(site->provider, provider) ||
		    !str_eq(site->name, name))
			continue;
		found++;
		if (!usdt_is_narrowed(site->operands, p->operands)) {
			if (!is_covered(s, p, p->targets.v[i], site))
				return report_changed(s, p, i);
			continue;
		}
		fitting++;
		err = attach_site(s, m, site, p->names.v[i]);
		if (err)
			return attach_report(s, p, i, err);
	}
	if (!found)
		return attach_missing(s, p, i, -ENOENT);
	return fitting ? 0 : report_changed(s, p, i);
}

int attach_usdt(struct session *s, const struct plan_probe *p, int prog_fd)
{
	const char *path = machine_binary(s->machine, p->path);
	struct marks m = { .attr.config1 = (uintptr_t)path,
			   .prog_fd = prog_fd,
			   .is_multi = s->is_multi[p - s->plan->probes.v] };
	int err = attach_source(s, p, "uprobe", &m.attr);

	if (err)
		return err;
	if (!path)
		return attach_report(s, p, 0, -ENOENT);
	err = usdt_sites(path, STR("*"), STR("*"), &s->arena, &m.all);
	if (err)
		return attach_report(s, p, 0, err);
	for (size_t i = 0; i < p->targets.n && !err; i++)
		err = attach_mark(s, p, i, &m);
	if (err || !m.sites.offsets.n)
		return err;
	err = multi_link_sites(s, prog_fd, path, &m.sites);
	return err ? attach_report(s, p, 0, err) : 0;
}
