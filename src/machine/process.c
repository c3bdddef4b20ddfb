/* SPDX-License-Identifier: Apache-2.0 */
/* What processes have mapped: binaries by pattern, those of a process in a
 * tree of its own, those that were deleted while they run. */
#include "machine/internal.h"

#include <ctype.h>
#include <dirent.h>
#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define DELETED " (deleted)"

enum {
	MAX_MAPS = 16 << 20, /* bytes of a process's list of mappings */
};

static bool is_same_file(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

void machine_set_process(struct machine *m, int pid)
{
	const char *mine, *its;

	if (pid <= 0 || m->root.n)
		return;
	m->process = pid;
	m->process_root = str_from(machine_text(m, "/proc/%d/root", pid));
	its = machine_text(m, "/proc/%d/ns/mnt", pid);
	mine = "/proc/self/ns/mnt";
	if (!is_allowed(its, F_OK) ||
	    (is_same_file(mine, its) && is_same_file("/", m->process_root.p)))
		m->process_root = (struct str){ 0 };
}

int machine_process(const struct machine *m)
{
	return m->process;
}

/* --- mappings ---------------------------------------------------------------- */

/* Code of a file in a process. */
struct mapped {
	struct str range; /* "start-end" */
	struct str path;
	bool is_deleted;
};

/* "start-end perms offset dev inode      path" */
static bool parse_mapped(struct str line, struct mapped *out)
{
	struct str perms;
	int i;

	out->range = next_word(&line);
	perms = next_word(&line);
	for (i = 0; i < 3; i++)
		next_word(&line);
	out->path = line;
	out->is_deleted = str_ends(line, DELETED);
	if (out->is_deleted)
		out->path.n -= sizeof(DELETED) - 1;
	return str_has(perms, 'x') && str_starts(out->path, "/") &&
	       !str_starts(out->path, "/memfd:");
}

static struct str read_maps(struct machine *m, int pid, struct buf *b)
{
	buf_reset(b);
	if (buf_read_file(
		    b, machine_path(m, machine_text(m, "/proc/%d/maps", pid)),
		    MAX_MAPS))
		buf_reset(b);
	return buf_view(b);
}

/* The kernel's own way to the file, whatever has become of its name. */
static const char *map_file(struct machine *m, int pid, struct str range)
{
	return machine_text(m, "/proc/%d/map_files/%.*s", pid, STR_ARG(range));
}

const char *process_file(struct machine *m, struct str name, const char *path)
{
	struct str wanted = str_from(path ? machine_binary_path(m, path)
					  : machine_intern(m, name));
	auto_free char *real = path ? realpath(path, NULL) : NULL;
	auto_buf struct buf b = { 0 };
	struct str text = read_maps(m, m->process, &b), line;
	const char *deleted = NULL;
	struct mapped x;

	while (next_line(&text, &line)) {
		if (!parse_mapped(line, &x) ||
		    (!str_eq(x.path, wanted) &&
		     !(real && str_is(x.path, real))))
			continue;
		if (!x.is_deleted)
			return path;
		deleted = map_file(m, m->process, x.range);
	}
	if (!deleted || !is_allowed(deleted, R_OK))
		return path;
	if (!m->replaced_said)
		diag_warn(m->d, (struct span){ 0 }, D_ATTACH,
			  "'%.*s' was %s since process %d started it: traced "
			  "is what the process runs",
			  STR_ARG(wanted), path ? "replaced" : "deleted",
			  m->process);
	m->replaced_said = true;
	return deleted;
}

/* --- binaries by pattern ------------------------------------------------------- */

struct search {
	struct machine *m;
	struct str pattern;
	size_t max;
	struct arena *a;
	str_vec *out;
	struct strmap seen; /* "device:inode" */
};

static bool is_elf(const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char head[SELFMAG];

	return fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head) &&
	       !memcmp(head, ELFMAG, SELFMAG);
}

static void offer(struct search *s, const char *file, const char *path)
{
	struct stat st;
	void **slot;
	const char *key;

	if (s->out->n >= s->max || stat(file, &st) || !S_ISREG(st.st_mode))
		return;
	key = arena_printf(s->a, "%llx:%llx", (unsigned long long)st.st_dev,
			   (unsigned long long)st.st_ino);
	slot = strmap_put(s->a, &s->seen, str_from(key));
	if (*slot || !is_elf(file))
		return;
	*slot = s;
	vec_push(s->a, s->out, str_copy(s->a, str_from(path)));
}

static void search_paths(struct search *s)
{
	struct str root =
		s->m->process_root.n ? s->m->process_root : s->m->root;
	const char *text = arena_printf(s->a, "%.*s%.*s", STR_ARG(root),
					STR_ARG(s->pattern));
	glob_t g = { 0 };
	size_t i;

	if (!glob(text, 0, NULL, &g))
		for (i = 0; i < g.gl_pathc; i++)
			offer(s, g.gl_pathv[i],
			      machine_binary_path(s->m, g.gl_pathv[i]));
	globfree(&g);
}

static struct str base_name(struct str path)
{
	struct str rest = path;

	while (rest.p) {
		path = rest;
		str_split(path, '/', &rest);
	}
	return path;
}

/* How we get at a file that another process has mapped. */
static void search_process(struct search *s, int pid, struct buf *b)
{
	struct str text = read_maps(s->m, pid, b), line;
	const char *file, *path;
	struct mapped x;

	while (next_line(&text, &line)) {
		if (!parse_mapped(line, &x) ||
		    !str_glob(s->pattern, base_name(x.path)))
			continue;
		path = str_copy(s->a, x.path).p;
		file = map_file(s->m, pid, x.range);
		if (is_allowed(file, R_OK)) {
			if (x.is_deleted || !is_same_file(file, path))
				path = file;
		} else {
			file = path;
		}
		offer(s, file, path);
	}
}

static void search_processes(struct search *s)
{
	auto_buf struct buf b = { 0 };
	str_vec pids = { 0 };

	if (s->m->process) {
		search_process(s, s->m->process, &b);
		return;
	}
	list_folder(machine_path(s->m, "/proc"), true, s->a, &pids);
	vec_each(pid, &pids) {
		if (pid->n && isdigit((unsigned char)pid->p[0]))
			search_process(s, atoi(pid->p), &b);
	}
}

void machine_binaries(struct machine *m, struct str pattern, size_t max,
		      struct arena *a, str_vec *out)
{
	struct search s = { m, pattern, max, a, out, { 0 } };

	m->looked_widely = true;
	if (str_has(pattern, '/'))
		search_paths(&s);
	else
		search_processes(&s);
	str_vec_sort(out);
}
