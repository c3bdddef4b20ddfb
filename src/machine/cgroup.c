/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of control groups. A group's id is the inode of its folder. */
#include "machine/internal.h"

#include <dirent.h>
#include <sys/stat.h>

enum {
	MAX_MOUNTS = 16 << 20, /* bytes */
	MAX_DEPTH = 64
};

/* --- hierarchies ------------------------------------------------------------- */

/* /proc/mounts writes blanks as \040. */
static char *unescape(struct machine *m, struct str s)
{
	char *p = arena_copy(&m->arena, s.p, s.n);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		if (s.p[i] != '\\' || i + 3 >= s.n) {
			p[n++] = s.p[i];
			continue;
		}
		p[n++] = (char)((s.p[i + 1] - '0') << 6 |
				(s.p[i + 2] - '0') << 3 | (s.p[i + 3] - '0'));
		i += 3;
	}
	p[n] = '\0';
	return p;
}

struct hierarchy {
	struct str name;
	const char *path;
};

/* A line of /proc/mounts; false when it is none of a hierarchy. */
static bool parse_mount(struct machine *m, struct str line,
			struct hierarchy *out)
{
	struct str path, type;
	const char *name;

	next_word(&line);
	path = next_word(&line);
	type = next_word(&line);
	if (!str_is(type, "cgroup2") && !str_is(type, "cgroup"))
		return false;
	out->path = machine_path(m, unescape(m, path));
	name = strrchr(out->path, '/');
	out->name = str_is(type, "cgroup2") ? STR("unified")
					    : str_from(name ? name + 1 : "");
	return true;
}

/* --- folders ----------------------------------------------------------------- */

static bool is_group(const char *path, uint64_t id)
{
	struct stat st;

	return !stat(path, &st) && st.st_ino == id;
}

/* Appends to path, which is a folder, how to get to the group. */
static bool find_below(struct buf *path, uint64_t id, int depth)
{
	DIR *dir = depth < MAX_DEPTH ? opendir(path->p) : NULL;
	struct dirent *e = NULL;
	bool is_found = false;
	size_t n = path->n;

	while (dir && !is_found && (e = readdir(dir))) {
		if (e->d_type != DT_DIR || !strcmp(e->d_name, ".") ||
		    !strcmp(e->d_name, ".."))
			continue;
		path->n = n;
		buf_printf(path, "/%s", e->d_name);
		is_found = e->d_ino == id || find_below(path, id, depth + 1);
	}
	if (dir)
		closedir(dir);
	if (!is_found) {
		path->n = n;
		path->p[n] = '\0';
	}
	return is_found;
}

/* "NAME:/PATH", after a comma when it is not the first. */
static void add_path(const struct hierarchy *h, uint64_t id, struct buf *out)
{
	auto_buf struct buf path = { 0 };
	size_t n = strlen(h->path);

	buf_puts(&path, h->path);
	if (!is_group(h->path, id) && !find_below(&path, id, 0))
		return;
	if (out->n)
		buf_putc(out, ',');
	buf_str(out, h->name);
	buf_putc(out, ':');
	buf_puts(out, path.n > n ? path.p + n : "/");
}

/* --- asking ------------------------------------------------------------------ */

static void find_paths(struct machine *m, uint64_t id, struct str hierarchies,
		       struct buf *out)
{
	auto_buf struct buf mounts = { 0 };
	struct str line, rest;
	struct hierarchy h;

	if (buf_read_file(&mounts, machine_path(m, "/proc/self/mounts"),
			  MAX_MOUNTS))
		return;
	rest = buf_view(&mounts);
	while (rest.n) {
		line = str_split(rest, '\n', &rest);
		if (!parse_mount(m, line, &h))
			continue;
		if (!hierarchies.n || str_glob(hierarchies, h.name))
			add_path(&h, id, out);
	}
}

bool machine_cgroup_path(struct machine *m, uint64_t id, struct str hierarchies,
			 struct buf *out)
{
	struct str key = str_printf(&m->arena, "%ju %.*s", (uintmax_t)id,
				    STR_ARG(hierarchies));
	auto_buf struct buf text = { 0 };
	void **known = strmap_get(&m->cgroups, key);

	if (known) {
		buf_puts(out, *known);
		return true;
	}
	find_paths(m, id, hierarchies, &text);
	if (!text.n)
		return false;
	*strmap_put(&m->arena, &m->cgroups, key) =
		arena_copy(&m->arena, text.p, text.n);
	buf_str(out, buf_view(&text));
	return true;
}
