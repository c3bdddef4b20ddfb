/* SPDX-License-Identifier: Apache-2.0 */
/* From what a user calls a binary to its file: programs by PATH, libraries by
 * the folders of the dynamic loader. */
#include "machine/internal.h"

#include <elf.h>
#include <fcntl.h>
#include <glob.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
	MAX_CONF = 1 << 16, /* bytes of a loader's configuration file */
	MAX_INCLUDE = 4, /* configuration files that name others */
};

#if defined(__x86_64__)
#define HOST_MACHINE EM_X86_64
#elif defined(__aarch64__)
#define HOST_MACHINE EM_AARCH64
#else
#define HOST_MACHINE EM_NONE
#endif

static const char default_path[] =
	"/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

static const char *const library_folders[] = {
	"/lib/x86_64-linux-gnu",
	"/usr/lib/x86_64-linux-gnu",
	"/lib/aarch64-linux-gnu",
	"/usr/lib/aarch64-linux-gnu",
	"/lib64",
	"/usr/lib64",
	"/lib",
	"/usr/lib",
};

/* A path as the traced process sees it, or we do. */
static const char *below(struct machine *m, const char *path)
{
	if (!m->process_root.n)
		return machine_path(m, path);
	return machine_text(m, "%.*s%s%s", STR_ARG(m->process_root),
			    path[0] == '/' ? "" : "/", path);
}

static bool is_foreign(const struct machine *m)
{
	return m->root.n || m->process_root.n;
}

static bool is_file(struct machine *m, const char *path)
{
	struct stat st;

	look_at(m, path);
	return !stat(path, &st) && S_ISREG(st.st_mode);
}

/* A library of this machine's kind: no script of the linker, no 32 bit. */
static bool is_library(struct machine *m, const char *path)
{
	auto_fd int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	Elf64_Ehdr h;

	if (!is_file(m, path) || fd < 0)
		return false;
	if (read(fd, &h, sizeof(h)) != sizeof(h) ||
	    memcmp(h.e_ident, ELFMAG, SELFMAG))
		return false;
	return h.e_ident[EI_CLASS] == ELFCLASS64 && h.e_type == ET_DYN &&
	       (HOST_MACHINE == EM_NONE || h.e_machine == HOST_MACHINE);
}

/* --- programs ---------------------------------------------------------------- */

static const char *find_program(struct machine *m, struct str name)
{
	const char *env = is_foreign(m) ? NULL : look_up(m, "PATH");
	struct str path = str_from(env ? env : default_path);

	while (path.n) {
		struct str folder = str_split(path, ':', &path);
		const char *file;

		if (!folder.n)
			continue;
		file = arena_printf(&m->arena, "%.*s/%.*s", STR_ARG(folder),
				    STR_ARG(name));
		file = below(m, file);
		if (is_file(m, file) && !access(file, X_OK))
			return file;
	}
	return NULL;
}

/* --- libraries --------------------------------------------------------------- */

static void add_folder(struct machine *m, str_vec *out, struct str folder)
{
	vec_push(&m->arena, out, str_copy(&m->arena, folder));
}

static void read_conf(struct machine *m, const char *path, int depth,
		      str_vec *out);

static void read_confs(struct machine *m, struct str pattern, int depth,
		       str_vec *out)
{
	const char *text = str_copy(&m->arena, pattern).p;
	glob_t g = { 0 };
	size_t i;

	if (text[0] != '/')
		text = arena_printf(&m->arena, "/etc/%s", text);
	if (!glob(below(m, text), 0, NULL, &g))
		for (i = 0; i < g.gl_pathc; i++)
			read_conf(m, g.gl_pathv[i], depth + 1, out);
	globfree(&g);
}

/* A folder a line, "include PATTERN", comments. */
static void read_conf(struct machine *m, const char *path, int depth,
		      str_vec *out)
{
	auto_buf struct buf b = { 0 };
	struct str text, line, word;

	if (depth > MAX_INCLUDE || buf_read_file(&b, path, MAX_CONF))
		return;
	text = buf_view(&b);
	while (next_line(&text, &line)) {
		line = str_trim(str_split(line, '#', &word));
		word = next_word(&line);
		if (str_is(word, "include"))
			read_confs(m, str_trim(line), depth, out);
		else if (word.n && word.p[0] == '/')
			add_folder(m, out, word);
	}
}

static void list_library_folders(struct machine *m, str_vec *out)
{
	size_t i;

	m->looked_widely = true;
	read_conf(m, below(m, "/etc/ld.so.conf"), 0, out);
	for (i = 0; i < ARRAY_SIZE(library_folders); i++)
		add_folder(m, out, str_from(library_folders[i]));
}

/* "libc.so.6" as it is; "libc" and "libc.so" as libc.so if that is a library,
 * else as the first libc.so.*. */
static const char *find_in_folder(struct machine *m, struct str folder,
				  struct str name)
{
	static const char *const endings[2][3] = {
		{ "", ".so", ".so.*" },
		{ "", ".*" }, /* names with .so in them */
	};
	bool named = memmem(name.p, name.n, ".so", 3);
	const char *found = NULL;
	size_t i, j;

	for (i = 0; i < 3 && endings[named][i] && !found; i++) {
		const char *file =
			arena_printf(&m->arena, "%.*s/%.*s%s", STR_ARG(folder),
				     STR_ARG(name), endings[named][i]);
		glob_t g = { 0 };

		look_at(m, below(m, str_copy(&m->arena, folder).p));
		if (!glob(below(m, file), 0, NULL, &g))
			for (j = 0; j < g.gl_pathc && !found; j++)
				if (is_library(m, g.gl_pathv[j]))
					found = str_copy(
							&m->arena,
							str_from(g.gl_pathv[j]))
							.p;
		globfree(&g);
	}
	return found;
}

/* The folders that the loader looks at before its cache. */
static const char *find_in_environment(struct machine *m, struct str name)
{
	const char *env = is_foreign(m) ? NULL : look_up(m, "LD_LIBRARY_PATH");
	struct str path = str_from(env);
	const char *found = NULL;

	while (path.n && !found) {
		struct str folder = str_split(path, ':', &path);

		if (folder.n)
			found = find_in_folder(m, folder, name);
	}
	return found;
}

static const char *find_in_cache(struct machine *m, struct str name)
{
	str_vec paths = { 0 };

	look_at(m, below(m, "/etc/ld.so.cache"));
	ldcache_find(below(m, "/etc/ld.so.cache"), name, &m->arena, &paths);
	vec_each(path, &paths) {
		const char *file = below(m, path->p);

		if (is_library(m, file))
			return file;
	}
	return NULL;
}

static const char *find_library(struct machine *m, struct str name)
{
	const char *found = find_in_environment(m, name);
	str_vec folders = { 0 };
	size_t i;

	if (!found)
		found = find_in_cache(m, name);
	if (found)
		return found;
	list_library_folders(m, &folders);
	for (i = 0; i < folders.n && !found; i++)
		found = find_in_folder(m, folders.v[i], name);
	return found;
}

/* --- either ------------------------------------------------------------------ */

/* Relative paths are ours unless the process has a tree of its own. */
static const char *find_path(struct machine *m, struct str name)
{
	const char *path = machine_intern(m, name);

	if (!m->process_root.n)
		path = machine_path(m, path);
	else if (path[0] != '/')
		path = machine_text(m, "/proc/%d/cwd/%s", m->process, path);
	else if (!str_starts(name, "/proc/"))
		path = below(m, path);
	return is_file(m, path) ? path : NULL;
}

static const char *find_binary(struct machine *m, struct str name)
{
	bool library = str_starts(name, "lib");
	const char *path;

	if (!name.n || memchr(name.p, '\0', name.n))
		return NULL;
	if (str_has(name, '/'))
		return find_path(m, name);
	if (str_is_glob(name))
		return NULL;
	path = library ? find_library(m, name) : find_program(m, name);
	if (path)
		return path;
	return library ? find_program(m, name) : find_library(m, name);
}

const char *machine_binary(struct machine *m, struct str name)
{
	const char *path = find_binary(m, name);

	return m->process ? process_file(m, name, path) : path;
}

const char *machine_binary_path(struct machine *m, const char *file)
{
	struct str root = m->process_root.n ? m->process_root : m->root;

	if (root.n && !strncmp(file, root.p, root.n) && file[root.n] == '/')
		return file + root.n;
	return file;
}
