/* SPDX-License-Identifier: Apache-2.0 */
/* import.c - the files a script imports become part of it: what they declare
 * comes first, as if it were written there. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "ast/ast.h"
#include "ast/tokens.h"

#define MAX_IMPORTS 256 /* files */

struct file_id {
	dev_t dev;
	ino_t ino;
};

struct importing {
	struct sources *srcs;
	const struct parse_env *env;
	struct diags *d;
	struct arena arena;
	VEC(struct file_id) seen; /* also folders, and the script itself */
};

static bool import_all(struct importing *m, struct script *s);

/* --- joining -------------------------------------------------------------- */

/* The elements of list behind come after those of list. */
#define join_lists(list, behind)                  \
	do {                                      \
		__typeof__(list) *end_ = &(list); \
		while (*end_)                     \
			end_ = &(*end_)->next;    \
		*end_ = (behind);                 \
	} while (0)

/* Adds all of more to s and frees it. */
static void join(struct script *s, struct script *more)
{
	join_lists(s->c, more->c);
	join_lists(s->map_decls, more->map_decls);
	join_lists(s->fns, more->fns);
	join_lists(s->macros, more->macros);
	join_lists(s->probes, more->probes);
	arena_take(&s->arena, &more->arena);
	script_free(more);
}

/* What s declares comes after all of first, which is used up. */
static void join_before(struct script *s, struct script *first)
{
	struct script own = {
		.c = s->c,
		.map_decls = s->map_decls,
		.fns = s->fns,
		.macros = s->macros,
		.probes = s->probes,
	};

	s->c = NULL;
	s->map_decls = NULL;
	s->fns = NULL;
	s->macros = NULL;
	s->probes = NULL;
	join(s, first);
	join_lists(s->c, own.c);
	join_lists(s->map_decls, own.map_decls);
	join_lists(s->fns, own.fns);
	join_lists(s->macros, own.macros);
	join_lists(s->probes, own.probes);
}

/* --- files ---------------------------------------------------------------- */

/* Is it new? Remembers it. */
static bool is_first(struct importing *m, const struct stat *st)
{
	vec_each(it, &m->seen)
		if (it->dev == st->st_dev && it->ino == st->st_ino)
			return false;
	vec_push(&m->arena, &m->seen,
		 ((struct file_id){ st->st_dev, st->st_ino }));
	return true;
}

static bool has_config(struct importing *m, const struct script *s,
		       struct span at)
{
	if (!s->config)
		return false;
	diag_error(m->d, s->config->span, D_IMPORT,
		   "a file that is imported cannot have a config block");
	diag_note(m->d, at, "imported from here");
	return true;
}

static bool add_text(struct importing *m, struct script *all, struct str text,
		     const char *path, struct span at)
{
	const struct source *src = source_add(m->srcs, str_from(path), text);
	struct script *s = script_parse(m->srcs, src, m->env, m->d);

	if (!s) {
		diag_note(m->d, at, "imported from here");
		return false;
	}
	if (has_config(m, s, at) || !import_all(m, s)) {
		script_free(s);
		return false;
	}
	join(all, s);
	return true;
}

static bool add_file(struct importing *m, struct script *all, int fd,
		     const char *path, struct span at)
{
	auto_buf struct buf text = { 0 };
	int err = buf_read_fd(&text, fd, PARSE_MAX_TEXT);

	if (err)
		return diag_error(m->d, at, D_IMPORT, "cannot read '%s': %s",
				  path, strerror(-err));
	if (m->seen.n > MAX_IMPORTS)
		return diag_error(m->d, at, D_LIMIT,
				  "more than %d files are imported",
				  MAX_IMPORTS);
	return add_text(m, all, buf_view(&text), path, at);
}

/* --- folders -------------------------------------------------------------- */

static bool add_path(struct importing *m, struct script *all, const char *path,
		     struct span at, bool is_named);

static int is_script(const struct dirent *entry)
{
	return entry->d_name[0] != '.' &&
	       str_ends(str_from(entry->d_name), ".bt");
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

/* The scripts in it, not those in folders below it. */
static bool add_folder(struct importing *m, struct script *all,
		       const char *path, struct span at)
{
	struct dirent **names = NULL;
	int i, n = scandir(path, &names, is_script, by_name);
	bool ok = true;

	source_look(m->srcs, path);
	if (n < 0)
		return diag_error(m->d, at, D_IMPORT, "cannot read '%s': %s",
				  path, strerror(errno));
	for (i = 0; i < n; i++) {
		const char *file = arena_printf(&m->arena, "%s/%s", path,
						names[i]->d_name);

		ok &= add_path(m, all, file, at, false);
		free(names[i]);
	}
	free(names);
	return ok;
}

static bool is_safe(struct importing *m, const struct stat *st,
		    const char *path, struct span at)
{
	if (!(st->st_mode & S_IWOTH))
		return true;
	diag_error(m->d, at, D_IMPORT,
		   "everybody may write to folder '%s': nothing is imported "
		   "from it",
		   path);
	diag_hint(m->d, "chmod o-w %s", path);
	return false;
}

/* --- one import ----------------------------------------------------------- */

static bool add_open(struct importing *m, struct script *all, int fd,
		     const char *path, struct span at, bool is_named)
{
	struct stat st;

	if (fstat(fd, &st) || !is_first(m, &st))
		return true;
	if (S_ISREG(st.st_mode))
		return add_file(m, all, fd, path, at);
	if (!is_named)
		return true; /* a folder called x.bt */
	if (S_ISDIR(st.st_mode))
		return is_safe(m, &st, path, at) &&
		       add_folder(m, all, path, at);
	return diag_error(m->d, at, D_IMPORT,
			  "'%s' is neither a file nor a folder", path);
}

/* is_named: by an import, not found in a folder. */
static bool add_path(struct importing *m, struct script *all, const char *path,
		     struct span at, bool is_named)
{
	auto_fd int fd = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	int err = errno;

	if (fd >= 0)
		return add_open(m, all, fd, path, at, is_named);
	diag_error(m->d, at, D_IMPORT, "cannot import this: %s", strerror(err));
	diag_hint(m->d, "checked: %s", path);
	return false;
}

/* Where the file lies that says so; its path is that of messages. */
static const char *beside(struct importing *m, struct span at, struct str path)
{
	struct source_pos pos = source_find(m->srcs, at.start);
	struct str file = pos.source ? pos.source->name : (struct str){ 0 };

	while (file.n && file.p[file.n - 1] != '/')
		file.n--;
	if (path.n && path.p[0] == '/')
		file.n = 0;
	return arena_printf(&m->arena, "%.*s%.*s", STR_ARG(file),
			    STR_ARG(path));
}

static bool is_importable(struct importing *m, const struct import *i)
{
	if (!i->path.n || str_has(i->path, '\0'))
		return diag_error(m->d, i->span, D_IMPORT,
				  "import needs the path of a file or folder");
	if (!str_ends(i->path, ".c") && !str_ends(i->path, ".o"))
		return true;
	diag_error(m->d, i->span, D_IMPORT,
		   "'%.*s' is not a script: BPF programs cannot be imported",
		   STR_ARG(i->path));
	return false;
}

static bool import_all(struct importing *m, struct script *s)
{
	struct script *all = xzalloc(sizeof(*all));
	bool ok = true;

	for (const struct import *i = s->imports; i; i = i->next)
		ok &= is_importable(m, i) &&
		      add_path(m, all, beside(m, i->span, i->path), i->span,
			       true);
	s->imports = NULL;
	join_before(s, all);
	return ok;
}

bool script_import(struct script *s, const struct parse_env *env,
		   struct diags *d)
{
	struct importing m = { .srcs = s->sources, .env = env, .d = d };
	struct str name = s->sources->v.v[s->sources->v.n - 1].name;
	struct stat st;
	bool ok;

	if (!s->imports)
		return true;
	if (!stat(arena_copy(&m.arena, name.p, name.n), &st))
		is_first(&m, &st);
	ok = import_all(&m, s);
	arena_free(&m.arena);
	return ok;
}
