/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/symbols.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
	MAX_PROCESSES = 512,
	MAX_FILES = 128,
	MAX_MAPS = 16 << 20, /* bytes of /proc/PID/maps */
	MAX_READS = 32, /* of one process's maps, as it loads libraries */
	PATH_SPACE = 64, /* for "/proc/PID/root" and the like */
};

/* Executable pages of a file in a process. */
struct mapping {
	uint64_t start, end;
	uint64_t offset; /* in the file */
	struct str path; /* as the process sees it */
	struct str file; /* device, inode and path: one file, wherever seen */
};

struct process {
	uint32_t pid;
	unsigned int reads;
	uint64_t used; /* when, in questions asked */
	dev_t exe_dev; /* which program runs: exec() replaces everything */
	ino_t exe_ino;
	struct arena arena;
	VEC(struct mapping) maps; /* by address */
};

struct file {
	uint64_t used;
	struct arena arena;
	struct str key;
	elf_symbol_vec symbols; /* by offset in the file */
};

struct symbols {
	struct machine *machine;
	uint64_t now; /* counts questions */
	struct process *processes;
	size_t n_processes;
	struct file *files;
	size_t n_files;
	bool demangles;
	struct arena text; /* of the last name that was demangled */
};

struct symbols *symbols_open(struct machine *m)
{
	struct symbols *s = xzalloc(sizeof(*s));

	s->machine = m;
	s->processes = xzalloc(MAX_PROCESSES * sizeof(*s->processes));
	s->files = xzalloc(MAX_FILES * sizeof(*s->files));
	return s;
}

void symbols_free(struct symbols *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->n_processes; i++)
		arena_free(&s->processes[i].arena);
	for (i = 0; i < s->n_files; i++)
		arena_free(&s->files[i].arena);
	arena_free(&s->text);
	free(s->processes);
	free(s->files);
	free(s);
}

/* --- files ------------------------------------------------------------------- */

static size_t leading_underscores(struct str s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] == '_')
		n++;
	return n;
}

/* Of several names for a place the plainest comes first: malloc is better
 * than __libc_malloc. */
static int compare_symbols(const void *va, const void *vb)
{
	const struct elf_symbol *a = va, *b = vb;
	size_t na, nb;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	na = leading_underscores(a->name);
	nb = leading_underscores(b->name);
	if (na != nb)
		return na < nb ? -1 : 1;
	return str_cmp(a->name, b->name);
}

/* The file as the process sees it; without the process, as we do. */
static void read_symbols(struct file *f, uint32_t pid, struct str path)
{
	char root[PATH_SPACE];
	const char *full;

	snprintf(root, sizeof(root), "/proc/%u/root", pid);
	full = arena_printf(&f->arena, "%s%.*s", root, STR_ARG(path));
	if (machine_elf_symbols(full, STR("*"), &f->arena, &f->symbols))
		machine_elf_symbols(full + strlen(root), STR("*"), &f->arena,
				    &f->symbols);
	if (f->symbols.n)
		qsort(f->symbols.v, f->symbols.n, sizeof(*f->symbols.v),
		      compare_symbols);
}

/* A new slot, or that of the file unused longest. */
static struct file *new_file(struct symbols *s)
{
	struct file *f = s->files;
	size_t i;

	if (s->n_files < MAX_FILES)
		return &s->files[s->n_files++];
	for (i = 1; i < s->n_files; i++)
		if (s->files[i].used < f->used)
			f = &s->files[i];
	arena_free(&f->arena);
	*f = (struct file){ 0 };
	return f;
}

static struct file *get_file(struct symbols *s, uint32_t pid,
			     const struct mapping *map)
{
	struct file *f;
	size_t i;

	for (i = 0; i < s->n_files; i++) {
		f = &s->files[i];
		if (!str_eq(f->key, map->file))
			continue;
		f->used = s->now;
		return f;
	}
	f = new_file(s);
	f->used = s->now;
	f->key = str_copy(&f->arena, map->file);
	read_symbols(f, pid, map->path);
	return f;
}

/* The function that holds an offset; one of unknown size reaches to the
 * next. */
static const struct elf_symbol *find_symbol(const struct file *f,
					    uint64_t offset)
{
	size_t low = 0, high = f->symbols.n;
	const struct elf_symbol *sym;

	while (low < high) { /* low: the first that starts behind offset */
		size_t mid = low + (high - low) / 2;

		if (f->symbols.v[mid].offset <= offset)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return NULL;
	sym = &f->symbols.v[low - 1];
	if (sym->size && offset - sym->offset >= sym->size)
		return NULL;
	while (sym > f->symbols.v && sym[-1].offset == sym->offset)
		sym--;
	return sym;
}

/* --- processes --------------------------------------------------------------- */

static struct str take_word(struct str *line)
{
	struct str word;

	while (line->n && line->p[0] == ' ') {
		line->p++;
		line->n--;
	}
	word = str_split(*line, ' ', line);
	return word;
}

/* "start-end perms offset dev inode      path"; false for what is not code of
 * a file. The text ends in NUL. */
static bool parse_mapping(struct str line, struct mapping *map)
{
	struct str range, perms, offset, dev, inode, path;
	char *end;

	range = take_word(&line);
	perms = take_word(&line);
	offset = take_word(&line);
	dev = take_word(&line);
	inode = take_word(&line);
	path = line;
	while (path.n && path.p[0] == ' ') {
		path.p++;
		path.n--;
	}
	if (!path.n || path.p[0] != '/' || !str_has(perms, 'x'))
		return false;
	map->start = strtoull(range.p, &end, 16);
	map->end = *end == '-' ? strtoull(end + 1, NULL, 16) : 0;
	map->offset = strtoull(offset.p, NULL, 16);
	map->path = path;
	map->file = (struct str){ dev.p, (size_t)(path.p + path.n - dev.p) };
	return inode.n && map->start < map->end;
}

static bool find_exe(uint32_t pid, struct stat *st)
{
	char path[PATH_SPACE];

	snprintf(path, sizeof(path), "/proc/%u/exe", pid);
	return !stat(path, st);
}

/* Reads maps anew; what was known stays when it cannot be read. */
static bool read_process(struct process *p, uint32_t pid)
{
	auto_buf struct buf b = { 0 };
	char path[PATH_SPACE];
	struct str text;
	struct mapping map;
	struct stat st = { 0 };

	snprintf(path, sizeof(path), "/proc/%u/maps", pid);
	if (buf_read_file(&b, path, MAX_MAPS) || !b.n)
		return false;
	find_exe(pid, &st);
	p->pid = pid;
	p->reads++;
	p->exe_dev = st.st_dev;
	p->exe_ino = st.st_ino;
	arena_free(&p->arena);
	p->maps.v = NULL;
	p->maps.n = p->maps.cap = 0;
	text = str_copy(&p->arena, buf_view(&b));
	while (text.n)
		if (parse_mapping(str_split(text, '\n', &text), &map))
			vec_push(&p->arena, &p->maps, map);
	return true;
}

static struct process *find_process(struct symbols *s, uint32_t pid)
{
	size_t i;

	for (i = 0; i < s->n_processes; i++)
		if (s->processes[i].pid == pid)
			return &s->processes[i];
	return NULL;
}

static struct process *add_process(struct symbols *s, uint32_t pid)
{
	struct process fresh = { 0 }, *p = s->processes;
	size_t i;

	if (!read_process(&fresh, pid))
		return NULL;
	if (s->n_processes < MAX_PROCESSES) {
		p = &s->processes[s->n_processes++];
	} else {
		for (i = 1; i < s->n_processes; i++)
			if (s->processes[i].used < p->used)
				p = &s->processes[i];
		arena_free(&p->arena);
	}
	*p = fresh;
	return p;
}

/* Has the process become another program since it was read? */
static bool is_replaced(const struct process *p)
{
	struct stat st;

	return find_exe(p->pid, &st) &&
	       (st.st_dev != p->exe_dev || st.st_ino != p->exe_ino);
}

static struct process *get_process(struct symbols *s, uint32_t pid)
{
	struct process *p = find_process(s, pid);

	if (!p)
		p = add_process(s, pid);
	else if (is_replaced(p) && read_process(p, pid))
		p->reads = 1;
	if (p)
		p->used = s->now;
	return p;
}

static const struct mapping *find_mapping(const struct process *p,
					  uint64_t address)
{
	size_t low = 0, high = p->maps.n;

	while (low < high) { /* low: the first that ends behind address */
		size_t mid = low + (high - low) / 2;

		if (p->maps.v[mid].end <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (low == p->maps.n || p->maps.v[low].start > address)
		return NULL;
	return &p->maps.v[low];
}

void symbols_see(struct symbols *s, uint32_t pid)
{
	s->now++;
	get_process(s, pid);
}

/* --- questions --------------------------------------------------------------- */

bool symbols_kernel(struct symbols *s, uint64_t address, struct symbol *out)
{
	*out = (struct symbol){ 0 };
	out->file = machine_kmodule(s->machine, address);
	return machine_ksym(s->machine, address, &out->name, &out->offset);
}

void symbols_demangle(struct symbols *s, bool on)
{
	s->demangles = on;
}

static struct str shown_name(struct symbols *s, struct str name)
{
	struct str plain = { 0 };

	if (s->demangles) {
		arena_free(&s->text);
		plain = machine_demangle(name, true, &s->text);
	}
	return plain.n ? plain : name;
}

bool symbols_user(struct symbols *s, uint32_t pid, uint64_t address,
		  struct symbol *out)
{
	const struct elf_symbol *sym;
	const struct mapping *map;
	struct process *p;

	*out = (struct symbol){ 0 };
	s->now++;
	p = get_process(s, pid);
	if (!p)
		return false;
	map = find_mapping(p, address);
	if (!map && p->reads < MAX_READS && read_process(p, pid))
		map = find_mapping(p, address);
	if (!map)
		return false;
	out->file = map->path;
	out->offset = address - map->start + map->offset;
	sym = find_symbol(get_file(s, pid, map), out->offset);
	if (sym) {
		out->name = shown_name(s, sym->name);
		out->offset -= sym->offset;
	}
	return true;
}

bool symbols_ksym(struct symbols *s, uint64_t address, struct buf *out)
{
	struct symbol sym;

	if (!symbols_kernel(s, address, &sym))
		return false;
	buf_str(out, sym.name);
	return true;
}

bool symbols_usym(struct symbols *s, uint32_t pid, uint64_t address,
		  struct buf *out)
{
	struct symbol sym;

	if (!symbols_user(s, pid, address, &sym) || !sym.name.n)
		return false;
	buf_str(out, sym.name);
	return true;
}

bool symbols_cgroup(struct symbols *s, uint64_t id, struct str hierarchies,
		    struct buf *out)
{
	return machine_cgroup_path(s->machine, id, hierarchies, out);
}
