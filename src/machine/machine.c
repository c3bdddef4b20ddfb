/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/internal.h"

#include <bpf/btf.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

enum {
	SMALL_FILE = 64 << 10,
};

struct machine *machine_open(const char *root, struct diags *d)
{
	struct machine *m = xzalloc(sizeof(*m));

	m->d = d;
	m->root = str_copy(&m->arena, str_from(root));
	while (m->root.n > 1 && m->root.p[m->root.n - 1] == '/')
		m->root.n--;
	if (str_is(m->root, "/"))
		m->root = (struct str){ 0 };
	return m;
}

void machine_close(struct machine *m)
{
	size_t i;

	if (!m)
		return;
	for (i = m->objects.n; i > 0; i--) /* modules before their base */
		btf__free(m->objects.v[i - 1].btf);
	programs_close(m);
	buf_free(&m->kallsyms);
	buf_free(&m->injectable);
	arena_free(&m->arena);
	free(m);
}

const char *machine_intern(struct machine *m, struct str text)
{
	void **slot = strmap_get(&m->paths, text);

	if (!slot) {
		text = str_copy(&m->arena, text);
		slot = strmap_put(&m->arena, &m->paths, text);
		*slot = (char *)text.p;
	}
	return *slot;
}

const char *machine_text(struct machine *m, const char *fmt, ...)
{
	auto_buf struct buf text = { 0 };
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&text, fmt, ap);
	va_end(ap);
	return machine_intern(m, buf_view(&text));
}

const char *machine_path(struct machine *m, const char *path)
{
	auto_buf struct buf text = { 0 };

	if (m->root.n)
		buf_printf(&text, "%.*s%s", STR_ARG(m->root),
			   path[0] == '/' ? "" : "/");
	buf_puts(&text, path);
	return machine_intern(m, buf_view(&text));
}

/* --- release and processors ------------------------------------------------ */

static void read_release(struct machine *m)
{
	auto_buf struct buf b = { 0 };
	struct utsname u;

	if (!m->root.n && !uname(&u)) {
		m->release = str_copy(&m->arena, str_from(u.release));
		return;
	}
	if (buf_read_file(&b, machine_path(m, "/proc/sys/kernel/osrelease"),
			  SMALL_FILE))
		return;
	m->release = str_copy(&m->arena, str_trim(buf_view(&b)));
}

struct str machine_release(struct machine *m)
{
	if (!m->release.p)
		read_release(m);
	if (!m->release.p)
		m->release = STR("unknown");
	return m->release;
}

uint32_t machine_version(struct machine *m)
{
	unsigned int major, minor;

	if (m->version)
		return m->version;
	if (sscanf(machine_release(m).p, "%u.%u", &major, &minor) == 2)
		m->version = (major & 0xffff) << 16 | (minor & 0xffff);
	return m->version;
}

/* "0-3,8" is five. */
static int count_list(struct str list)
{
	int n = 0;

	while (list.n) {
		struct str part = str_split(list, ',', &list), last;
		struct str first = str_split(part, '-', &last);
		int from = atoi(first.p), to = last.p ? atoi(last.p) : from;

		if (to >= from && to - from < 1 << 16)
			n += to - from + 1;
	}
	return n;
}

int machine_cpus(struct machine *m)
{
	auto_buf struct buf b = { 0 };

	if (m->cpus)
		return m->cpus;
	m->cpus_error = buf_read_file(
		&b, machine_path(m, "/sys/devices/system/cpu/possible"),
		SMALL_FILE);
	if (!m->cpus_error)
		m->cpus = count_list(buf_view(&b));
	if (m->cpus < 1) {
		m->cpus_error = m->cpus_error ? m->cpus_error : -EINVAL;
		m->cpus = 1;
	}
	return m->cpus;
}

bool is_allowed(const char *path, int mode)
{
	return !faccessat(AT_FDCWD, path, mode, AT_EACCESS);
}

int machine_cpus_error(struct machine *m)
{
	machine_cpus(m);
	return m->cpus_error;
}

/* --- text and lists --------------------------------------------------------- */

bool next_line(struct str *text, struct str *line)
{
	if (!text->n)
		return false;
	*line = str_split(*text, '\n', text);
	return true;
}

struct str next_word(struct str *text)
{
	struct str word = { text->p, 0 };
	size_t i;

	while (word.n < text->n && !isspace((unsigned char)text->p[word.n]))
		word.n++;
	i = word.n;
	while (i < text->n && isspace((unsigned char)text->p[i]))
		i++;
	text->p += i;
	text->n -= i;
	return word;
}

struct str str_trim(struct str s)
{
	while (s.n && isspace((unsigned char)s.p[0])) {
		s.p++;
		s.n--;
	}
	while (s.n && isspace((unsigned char)s.p[s.n - 1]))
		s.n--;
	return s;
}

static int compare_names(const void *a, const void *b)
{
	return str_cmp(*(const struct str *)a, *(const struct str *)b);
}

void str_vec_sort(str_vec *v)
{
	size_t i, n = 0;

	if (!v->n)
		return;
	qsort(v->v, v->n, sizeof(*v->v), compare_names);
	for (i = 1; i < v->n; i++)
		if (!str_eq(v->v[i], v->v[n]))
			v->v[++n] = v->v[i];
	v->n = n + 1;
}

static bool is_folder(const char *path, const struct dirent *e)
{
	auto_buf struct buf b = { 0 };
	struct stat st;

	if (e->d_type != DT_UNKNOWN && e->d_type != DT_LNK)
		return e->d_type == DT_DIR;
	buf_printf(&b, "%s/%s", path, e->d_name);
	return !stat(b.p, &st) && S_ISDIR(st.st_mode);
}

int machine_threads(struct machine *m, int pid, struct arena *a, str_vec *out)
{
	const char *path = machine_text(m, "/proc/%d/task", pid);

	return list_folder(machine_path(m, path), true, a, out);
}

int list_folder(const char *path, bool folders_only, struct arena *a,
		str_vec *out)
{
	DIR *dir = opendir(path);
	struct dirent *e;

	if (!dir)
		return -errno;
	while ((e = readdir(dir))) {
		if (e->d_name[0] == '.')
			continue;
		if (!folders_only || is_folder(path, e))
			vec_push(a, out, str_copy(a, str_from(e->d_name)));
	}
	closedir(dir);
	return 0;
}
