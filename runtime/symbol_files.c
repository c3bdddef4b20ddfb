/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/symbol_files.h"

#include <stdlib.h>
#include <sys/stat.h>

enum {
	MAX_FILES = 128,
	MAX_MADE = 64 << 20, /* bytes of a process's own map */
	MAX_PARENTS = 8, /* whose trees of files are looked at */
};

struct file {
	const struct image *image; /* NULL: the map of a process */
	uint32_t pid; /* of it; of an image whose file was not found: who had
			 it */
	bool is_missing;
	struct stat st; /* of it when it was read */
	uint64_t used; /* when, in questions asked */
	struct arena arena;
	elf_symbol_vec symbols; /* by offset in the file, or address */
};

struct symbol_files {
	struct processes *processes; /* borrowed */
	struct file files[MAX_FILES];
	size_t n;
	uint64_t now; /* counts questions */
};

struct symbol_files *symbol_files_open(struct processes *p)
{
	struct symbol_files *s = xzalloc(sizeof(*s));

	s->processes = p;
	return s;
}

void symbol_files_free(struct symbol_files *s)
{
	size_t i;

	if (!s)
		return;
	for (i = 0; i < s->n; i++)
		arena_free(&s->files[i].arena);
	free(s);
}

/* --- where files are --------------------------------------------------------- */

bool symbol_files_is_file(const struct image *image)
{
	return str_starts(image->path, "/") &&
	       !str_starts(image->path, "//anon") &&
	       !str_starts(image->path, "/memfd:") &&
	       !str_starts(image->path, "/dev/zero") &&
	       !str_starts(image->path, "/SYSV");
}

/* How sure it is that a path leads to what was mapped. Some file systems show
 * other numbers in mappings than they do to stat(). */
enum likeness {
	IS_NOTHING,
	IS_THERE,
	IS_SAME
};

static enum likeness compare_file(const struct image *image, const char *path,
				  struct stat *st)
{
	if (stat(path, st) || !S_ISREG(st->st_mode))
		return IS_NOTHING;
	if (st->st_ino == image->inode && st->st_dev == image->dev)
		return IS_SAME;
	return st->st_dev == image->dev ? IS_NOTHING : IS_THERE;
}

/* The best path so far. */
struct found {
	enum likeness is;
	struct stat st; /* what it led to; a process may end any time */
	struct buf *path;
};

/* root: whose tree of files, 0 is ours. */
static void offer_root(const struct image *image, uint32_t root,
		       struct found *best)
{
	auto_buf struct buf path = { 0 };
	enum likeness is;
	struct stat st;

	if (best->is == IS_SAME)
		return;
	if (root)
		buf_printf(&path, "/proc/%u/root", root);
	buf_str(&path, image->path);
	is = compare_file(image, path.p, &st);
	if (is <= best->is)
		return;
	best->is = is;
	best->st = st;
	buf_reset(best->path);
	buf_str(best->path, buf_view(&path));
}

/* The same file through our own tree stays when the process ends. */
static void prefer_ours(const struct image *image, struct found *best)
{
	struct stat st;

	if (best->is == IS_NOTHING || stat(image->path.p, &st) ||
	    st.st_ino != best->st.st_ino || st.st_dev != best->st.st_dev)
		return;
	buf_reset(best->path);
	buf_str(best->path, image->path);
}

bool symbol_files_path(struct symbol_files *s, uint32_t pid,
		       const struct image *image, struct buf *out)
{
	struct found best = { .path = out };
	uint32_t of = pid;
	int i;

	if (processes_held(s->processes, image, out))
		return true;
	for (i = 0; of && i < MAX_PARENTS; i++) {
		offer_root(image, of, &best);
		of = processes_parent(s->processes, of);
	}
	offer_root(image, 0, &best);
	prefer_ours(image, &best);
	return best.is != IS_NOTHING ||
	       processes_mapped(s->processes, pid, image, out);
}

/* --- symbols ----------------------------------------------------------------- */

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

static void read_symbols(struct symbol_files *s, struct file *f, uint32_t pid)
{
	auto_buf struct buf path = { 0 };

	f->pid = pid;
	f->is_missing = false;
	if (str_is(f->image->path, "[vdso]")) {
		machine_vdso_symbols(&f->arena, &f->symbols);
	} else if (!symbol_files_path(s, pid, f->image, &path)) {
		f->is_missing = true; /* another process may still have it */
	} else {
		machine_elf_symbols(path.p, STR("*"), &f->arena, &f->symbols);
		machine_elf_stubs(path.p, &f->arena, &f->symbols);
	}
	if (f->symbols.n)
		qsort(f->symbols.v, f->symbols.n, sizeof(*f->symbols.v),
		      compare_symbols);
}

/* A new slot, or that of the file unused longest. */
static struct file *new_file(struct symbol_files *s)
{
	struct file *f = s->files;
	size_t i;

	if (s->n < MAX_FILES)
		return &s->files[s->n++];
	for (i = 1; i < s->n; i++)
		if (s->files[i].used < f->used)
			f = &s->files[i];
	arena_free(&f->arena);
	*f = (struct file){ 0 };
	return f;
}

static struct file *get_file(struct symbol_files *s, uint32_t pid,
			     const struct image *image, bool *is_new)
{
	struct file *f;
	size_t i;

	s->now++;
	*is_new = false;
	for (i = 0; i < s->n; i++) {
		f = &s->files[i];
		if (f->image != image || (!image && f->pid != pid))
			continue;
		f->used = s->now;
		return f;
	}
	*is_new = true;
	f = new_file(s);
	f->used = s->now;
	f->image = image;
	f->pid = pid;
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

const struct elf_symbol *symbol_files_find(struct symbol_files *s, uint32_t pid,
					   const struct image *image,
					   uint64_t offset)
{
	bool is_new;
	struct file *f = get_file(s, pid, image, &is_new);

	if (is_new || (f->is_missing && f->pid != pid))
		read_symbols(s, f, pid);
	return find_symbol(f, offset);
}

/* --- code made while running ------------------------------------------------- */

/* "ADDRESS SIZE NAME", both numbers in hexadecimal; the name may have blanks. */
static bool parse_made(struct str line, struct elf_symbol *out)
{
	struct str address = str_split(line, ' ', &line);
	struct str size = str_split(line, ' ', &line);

	if (!line.n)
		return false;
	out->offset = strtoull(address.p, NULL, 16);
	out->size = strtoull(size.p, NULL, 16);
	out->name = line;
	return out->offset && out->size;
}

/* Of one place the function that was told of last; address is its line. */
static int compare_made(const void *va, const void *vb)
{
	const struct elf_symbol *a = va, *b = vb;

	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->address > b->address ? -1 : a->address < b->address;
}

static void read_made(struct file *f, const char *path)
{
	auto_buf struct buf b = { 0 };
	struct elf_symbol x;
	uint64_t line = 0;
	struct str text;

	arena_free(&f->arena);
	f->symbols = (elf_symbol_vec){ 0 };
	if (buf_read_file(&b, path, MAX_MADE))
		return;
	buf_putc(&b, '\0');
	text = str_copy(&f->arena, (struct str){ b.p, b.n - 1 });
	while (text.n) {
		x = (struct elf_symbol){ .address = line++ };
		if (parse_made(str_split(text, '\n', &text), &x))
			vec_push(&f->arena, &f->symbols, x);
	}
	if (f->symbols.n)
		qsort(f->symbols.v, f->symbols.n, sizeof(*f->symbols.v),
		      compare_made);
}

/* The process writes where it sees itself: by the number it has there. */
static bool find_made(struct symbol_files *s, uint32_t pid, struct buf *path,
		      struct stat *st)
{
	uint32_t inner = processes_inner_pid(s->processes, pid), of = pid;
	int i;

	for (i = 0; i <= MAX_PARENTS; i++) {
		buf_reset(path);
		if (of)
			buf_printf(path, "/proc/%u/root", of);
		buf_printf(path, "/tmp/perf-%u.map", inner);
		if (!stat(path->p, st) && S_ISREG(st->st_mode))
			return true;
		if (!of)
			return false;
		of = i + 1 < MAX_PARENTS ? processes_parent(s->processes, of)
					 : 0;
	}
	return false;
}

const struct elf_symbol *symbol_files_made(struct symbol_files *s, uint32_t pid,
					   uint64_t address)
{
	bool is_new;
	struct file *f = get_file(s, pid, NULL, &is_new);
	const struct elf_symbol *sym = find_symbol(f, address);
	auto_buf struct buf path = { 0 };
	struct stat st;

	if (sym || !find_made(s, pid, &path, &st))
		return sym;
	if (!is_new && st.st_size == f->st.st_size &&
	    st.st_mtim.tv_sec == f->st.st_mtim.tv_sec &&
	    st.st_mtim.tv_nsec == f->st.st_mtim.tv_nsec)
		return NULL;
	f->st = st;
	read_made(f, path.p);
	return find_symbol(f, address);
}
