/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/names.h"

#include "runtime/processes.h"
#include "runtime/session_impl.h"
#include "runtime/symbols.h"
#include "runtime/unwind.h"

/* Does the script have values that are addresses of processes? */
static bool has_addresses(const struct plan *p)
{
	vec_each(t, &p->types.v) {
		if ((*t)->kind == TY_USTACK || (*t)->kind == TY_USYM)
			return true;
	}
	return false;
}

void names_start(struct session *s)
{
	struct processes *p = symbols_processes(s->show.symbols);
	int error;

	if (!has_addresses(s->plan))
		return;
	error = processes_watch(p);
	if (error)
		out_warn(&s->out,
			 "what processes map cannot be watched: %s: addresses "
			 "of theirs may lack names",
			 strerror(-error));
	if (!s->opts.pid) {
		processes_see_all(p);
		return;
	}
	processes_see(p, (uint32_t)s->opts.pid);
	unwind_add(s, (uint32_t)s->opts.pid);
}

int names_fd(const struct session *s)
{
	return s->show.symbols
		       ? processes_fd(symbols_processes(s->show.symbols))
		       : -1;
}

void names_take(struct session *s)
{
	processes_take(symbols_processes(s->show.symbols));
	unwind_take(s);
}

void names_note(struct session *s)
{
	if (names_fd(s) >= 0)
		processes_take(symbols_processes(s->show.symbols));
}
