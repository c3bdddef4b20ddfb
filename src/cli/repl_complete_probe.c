/* SPDX-License-Identifier: Apache-2.0 */
/* repl_complete_probe.c - names that are asked of the machine: attach points,
 * binaries, files, types, processes. */
#include <ctype.h>
#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "cli/repl_complete_impl.h"
#include "lang/lang.h"

/* --- files -------------------------------------------------------------------- */

enum wanted {
	ANY_FILE,
	BINARIES, /* what is executable or a library */
};

static bool is_library(struct str name)
{
	return str_ends(name, ".so") || memmem(name.p, name.n, ".so.", 4);
}

/* One entry of a folder that is written as `folder`. */
static void add_file(struct completing *c, struct str folder, const char *path,
		     const char *name, enum wanted wanted)
{
	struct arena *a = &c->out->arena;
	struct stat st;
	struct str full = str_printf(a, "%.*s%s", STR_ARG(folder), name);
	bool is_binary;

	if (name[0] == '.' && !str_ends(c->word, "."))
		return;
	if (full.n < c->word.n || memcmp(full.p, c->word.p, c->word.n) != 0 ||
	    stat(arena_printf(a, "%s/%s", path, name), &st))
		return;
	is_binary = S_ISREG(st.st_mode) &&
		    ((st.st_mode & 0111) || is_library(str_from(name)));
	if (S_ISDIR(st.st_mode))
		complete_name(c, full, "/", (struct str){});
	else if (wanted == ANY_FILE)
		complete_add(c, full, (struct str){});
	else if (is_binary)
		complete_name(c, full, ":", (struct str){});
}

static void add_folder(struct completing *c, struct str folder,
		       enum wanted wanted)
{
	struct arena *a = &c->out->arena;
	const char *path = arena_printf(a, "%.*s", STR_ARG(folder));
	struct dirent *e;
	DIR *dir;

	if (str_starts(folder, "/") && wanted == BINARIES)
		path = machine_path(c->env->machine, path);
	dir = opendir(*path ? path : ".");
	if (!dir)
		return;
	while ((e = readdir(dir)))
		add_file(c, folder, *path ? path : ".", e->d_name, wanted);
	closedir(dir);
}

/* The part of a path up to its last '/'. */
static struct str folder_of(struct str path)
{
	while (path.n && path.p[path.n - 1] != '/')
		path.n--;
	return path;
}

void complete_file(struct completing *c)
{
	add_folder(c, folder_of(c->word), ANY_FILE);
}

/* --- binaries by name -------------------------------------------------------------- */

static void add_programs(struct completing *c, struct str folder)
{
	struct arena *a = &c->out->arena;
	const char *path = machine_path(
		c->env->machine, arena_printf(a, "%.*s", STR_ARG(folder)));
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return;
	while ((e = readdir(dir)))
		if (e->d_name[0] != '.')
			complete_name(c, str_from(e->d_name), ":", folder);
	closedir(dir);
}

/* "libc" of every "libc.so.6" beside the C library. */
static void add_libraries(struct completing *c)
{
	const char *libc = machine_binary(c->env->machine, STR("libc"));
	struct str folder;
	struct dirent *e;
	DIR *dir;

	if (!libc)
		return;
	folder = folder_of(str_from(libc));
	dir = opendir(arena_printf(&c->out->arena, "%.*s", STR_ARG(folder)));
	if (!dir)
		return;
	while ((e = readdir(dir))) {
		const char *so = strstr(e->d_name, ".so");

		if (so && strncmp(e->d_name, "lib", 3) == 0)
			complete_name(c,
				      (struct str){ e->d_name,
						    (size_t)(so - e->d_name) },
				      ":", STR("library"));
	}
	closedir(dir);
}

static void complete_binary(struct completing *c)
{
	struct str folder, rest = str_from(getenv("PATH"));

	if (str_has(c->word, '/')) {
		add_folder(c, folder_of(c->word), BINARIES);
		return;
	}
	while (rest.n) {
		folder = str_split(rest, ':', &rest);
		if (folder.n)
			add_programs(c, folder);
	}
	add_libraries(c);
	complete_name(c, STR("/"), "", (struct str){});
}

/* --- attach points ------------------------------------------------------------------ */

static void list(struct completing *c, struct str pattern, struct buf *out)
{
	cli_list_pattern(c->env->machine, pattern, false, out, &c->scratch);
}

struct str complete_first_probe(struct completing *c, struct str pattern)
{
	auto_buf struct buf out = {};
	struct str rest;

	list(c, pattern, &out);
	return str_copy(&c->out->arena, str_split(buf_view(&out), '\n', &rest));
}

/* Where the part that follows begins: behind a ':' that is not C++'s. */
static size_t part_end(struct str s, size_t from)
{
	for (size_t i = from; i < s.n; i++) {
		if (s.p[i] != ':')
			continue;
		if (i + 1 < s.n && s.p[i + 1] == ':')
			i++;
		else
			return i + 1;
	}
	return s.n;
}

/* The same, of which the last answer is remembered. */
static struct str list_again(struct completing *c, struct str pattern)
{
	struct complete_cache *cache = c->env->cache;

	if (!str_eq(buf_view(&cache->pattern), pattern)) {
		buf_reset(&cache->pattern);
		buf_reset(&cache->lines);
		list(c, pattern, &cache->lines);
		buf_str(&cache->pattern, pattern);
	}
	return buf_view(&cache->lines);
}

static struct str skip_part(struct str s)
{
	size_t n = part_end(s, 0);

	return (struct str){ s.p + n, s.n - n };
}

/* What lines have behind the parts that are there already. One more is skipped
 * that need not be written: "vmlinux:" of "fentry:vmlinux:vfs_read". */
static void add_lines(struct completing *c, struct str lines, size_t n_parts)
{
	size_t n = c->word.n;

	while (lines.n) {
		struct str line = str_split(lines, '\n', &lines);

		for (size_t i = 0; i < n_parts && line.n; i++)
			line = skip_part(line);
		if (line.n < n || memcmp(line.p, c->word.p, n) != 0)
			line = skip_part(line);
		if (!line.n || line.n < n)
			continue;
		line.n = part_end(line, n);
		complete_add(c, line, (struct str){});
	}
}

/* The parts behind the type: all but the last are there. */
static void complete_parts(struct completing *c, const struct probe_type *row,
			   struct str parts)
{
	struct str last = parts;
	size_t n = 0, from = 0;
	auto_buf struct buf out = {};
	struct str done;

	for (size_t i = part_end(parts, 0); i <= parts.n && i > from;
	     i = part_end(parts, from)) {
		if (parts.p[i - 1] != ':')
			break;
		from = i;
		n++;
	}
	last = (struct str){ parts.p + from, parts.n - from };
	complete_from(c, last);
	c->out->after = ' ';
	if (row->has_path && n == 0) {
		complete_binary(c);
		c->out->after = 0;
		return;
	}
	if (!row->list)
		return;
	done = str_printf(&c->out->arena, "%s:%.*s*", row->name,
			  STR_ARG(parts));
	if (c->env->cache) {
		add_lines(c, list_again(c, done), n + 1);
		return;
	}
	list(c, done, &out);
	add_lines(c, buf_view(&out), n + 1);
}

/* After "struct " types, after "tracepoint:" events. */
void complete_probe(struct completing *c)
{
	struct str rest, type = str_split(c->word, ':', &rest);
	const struct probe_type *row;

	if (!rest.p) {
		complete_head(c);
		return;
	}
	row = probe_type_find(type);
	if (!row)
		return;
	complete_parts(c, row, rest);
	if (!c->out->words.n)
		c->out->note = str_printf(&c->out->arena, "%s  %s", row->form,
					  row->doc);
}

/* --- types and processes -------------------------------------------------------- */

void complete_type(struct completing *c)
{
	static const char *const words[] = { "struct ", "union ", "enum " };
	str_vec names = {};

	if (!cli_is_type(c->word)) {
		for (size_t i = 0; i < ARRAY_SIZE(words); i++)
			complete_add(c, str_from(words[i]), (struct str){});
		return;
	}
	machine_types(c->env->machine,
		      str_printf(&c->out->arena, "%.*s*", STR_ARG(c->word)),
		      &c->out->arena, &names);
	vec_each(n, &names)
		complete_add(c, *n, (struct str){});
}

void complete_pid(struct completing *c)
{
	struct arena *a = &c->out->arena;
	const char *proc = machine_path(c->env->machine, "/proc");
	struct dirent *e;
	DIR *dir = opendir(proc);

	if (!dir)
		return;
	while ((e = readdir(dir))) {
		auto_buf struct buf comm = {};
		struct str rest;

		if (!isdigit((unsigned char)e->d_name[0]))
			continue;
		buf_read_file(&comm,
			      arena_printf(a, "%s/%s/comm", proc, e->d_name),
			      256);
		complete_add(c, str_from(e->d_name),
			     str_split(buf_view(&comm), '\n', &rest));
	}
	closedir(dir);
}
