/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/traced_files.h"

#include <sys/stat.h>

static bool is_noted(const struct session *s, const char *path)
{
	vec_each(f, &s->files)
		if (!strcmp(f->path, path))
			return true;
	return false;
}

void traced_files_note(struct session *s)
{
	vec_each(p, &s->plan->probes) {
		struct traced_file f = { 0 };
		struct stat st;

		if (p->path.n)
			f.path = machine_binary(s->machine, p->path);
		if (!f.path || is_noted(s, f.path) || stat(f.path, &st))
			continue;
		f.dev = st.st_dev;
		f.ino = st.st_ino;
		vec_push(&s->arena, &s->files, f);
	}
}

void traced_files_report(struct session *s)
{
	vec_each(f, &s->files) {
		struct stat st;

		if (stat(f->path, &st) ||
		    (st.st_dev == f->dev && st.st_ino == f->ino))
			continue;
		out_warn(&s->out,
			 "'%s' was replaced while it was traced: what was "
			 "started since then was not traced",
			 f->path);
	}
}
