/* SPDX-License-Identifier: Apache-2.0 */
/* Kernel symbols, from /proc/kallsyms, and the functions kprobes accept. */
#include "machine/internal.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

enum {
	MAX_LIST = 256 << 20, /* bytes of kallsyms or of the list */
};

/* --- kallsyms ---------------------------------------------------------------- */

static bool parse_hex(struct str s, uint64_t *out)
{
	uint64_t n = 0;
	size_t i;

	if (!s.n || s.n > 16)
		return false;
	for (i = 0; i < s.n; i++) {
		unsigned char c = (unsigned char)s.p[i];

		if (!isxdigit(c))
			return false;
		n = n << 4 | (isdigit(c) ? c - '0' : tolower(c) - 'a' + 10);
	}
	*out = n;
	return true;
}

/* "ffffffff81000000 T _stext" and, in a module, "\t[name]". */
static bool parse_ksym(struct str line, struct ksym *out)
{
	struct str address = next_word(&line), kind = next_word(&line);

	*out = (struct ksym){ 0 };
	if (kind.n != 1 || !parse_hex(address, &out->address))
		return false;
	out->kind = kind.p[0];
	out->name = next_word(&line);
	line = str_trim(line);
	if (line.n > 2 && line.p[0] == '[')
		out->module = (struct str){ line.p + 1, line.n - 2 };
	return out->name.n;
}

/* Of several names for an address the first in the file stays first. */
static int compare_ksyms(const void *va, const void *vb)
{
	const struct ksym *a = va, *b = vb;

	if (a->address != b->address)
		return a->address < b->address ? -1 : 1;
	return a->name.p < b->name.p ? -1 : 1;
}

static bool load_kallsyms(struct machine *m)
{
	struct str text, line;
	bool sorted = true;
	struct ksym s;

	if (m->kallsyms_tried)
		return m->ksyms.n;
	m->kallsyms_tried = true;
	if (buf_read_file(&m->kallsyms, machine_path(m, "/proc/kallsyms"),
			  MAX_LIST))
		return false;
	text = buf_view(&m->kallsyms);
	while (next_line(&text, &line)) {
		if (!parse_ksym(line, &s))
			continue;
		if (m->ksyms.n)
			sorted &=
				m->ksyms.v[m->ksyms.n - 1].address <= s.address;
		vec_push(&m->arena, &m->ksyms, s);
	}
	if (!sorted)
		qsort(m->ksyms.v, m->ksyms.n, sizeof(s), compare_ksyms);
	return m->ksyms.n;
}

uint64_t machine_kaddr(struct machine *m, struct str name)
{
	size_t i;

	if (!load_kallsyms(m))
		return 0;
	for (i = 0; i < m->ksyms.n; i++)
		if (str_eq(m->ksyms.v[i].name, name))
			return m->ksyms.v[i].address;
	return 0;
}

uint64_t machine_module_kaddr(struct machine *m, struct str module,
			      struct str name)
{
	size_t i;

	if (!load_kallsyms(m))
		return 0;
	for (i = 0; i < m->ksyms.n; i++)
		if (str_eq(m->ksyms.v[i].name, name) &&
		    str_eq(m->ksyms.v[i].module, module))
			return m->ksyms.v[i].address;
	return 0;
}

void machine_namesakes(struct machine *m, struct str module, struct str name,
		       struct arena *a, address_vec *out)
{
	if (!load_kallsyms(m))
		return;
	vec_each(s, &m->ksyms)
		if (str_eq(s->name, name) && str_eq(s->module, module) &&
		    strchr("tTwW", s->kind) && s->address)
			vec_push(a, out, s->address);
}

/* Absolute symbols are offsets and sizes, not places. */
static bool is_place(const struct ksym *s)
{
	return s->address && s->kind != 'A' && s->kind != 'a';
}

/* The first of those at the place before an address. */
static const struct ksym *find_ksym(struct machine *m, uint64_t address)
{
	size_t low = 0, high, first;

	if (!load_kallsyms(m))
		return NULL;
	high = m->ksyms.n;
	while (low < high) { /* low: the first symbol behind address */
		size_t mid = low + (high - low) / 2;

		if (m->ksyms.v[mid].address <= address)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || !is_place(&m->ksyms.v[low - 1]))
		return NULL;
	first = low - 1;
	while (first &&
	       m->ksyms.v[first - 1].address == m->ksyms.v[low - 1].address)
		first--;
	return &m->ksyms.v[first];
}

bool machine_ksym(struct machine *m, uint64_t address, struct str *name,
		  uint64_t *offset)
{
	const struct ksym *s = find_ksym(m, address);

	if (!s)
		return false;
	*name = s->name;
	*offset = address - s->address;
	return true;
}

struct str machine_kmodule(struct machine *m, uint64_t address)
{
	const struct ksym *s = find_ksym(m, address);

	return s ? s->module : (struct str){ "", 0 };
}

/* --- functions --------------------------------------------------------------- */

bool machine_has_kprobes(struct machine *m)
{
	return !access(machine_path(m, "/sys/bus/event_source/devices/kprobe"),
		       F_OK);
}

struct function_query {
	struct str module, pattern;
	struct arena *a;
	str_vec *out;
};

/* Names that are marks, not functions. */
static const char *const not_functions[] = {
	"__pfx_",
	"__cfi_",
	"__ftrace_invalid_address___",
};

static void offer_function(const struct function_query *q, struct str module,
			   struct str name)
{
	size_t i;

	if (!str_glob(q->pattern, name))
		return;
	if (!module.n)
		module = STR("vmlinux");
	if (q->module.n && !str_glob(q->module, module))
		return;
	for (i = 0; i < ARRAY_SIZE(not_functions); i++)
		if (str_starts(name, not_functions[i]))
			return;
	if (q->module.n)
		name = str_printf(q->a, "%.*s:%.*s", STR_ARG(module),
				  STR_ARG(name));
	else
		name = str_copy(q->a, name);
	vec_push(q->a, q->out, name);
}

/* Lines of "function" or "function [module]". */
static bool offer_filter_functions(struct machine *m,
				   const struct function_query *q)
{
	auto_buf struct buf b = { 0 };
	struct str text, line, name;

	if (!machine_has_tracefs(m) ||
	    buf_read_file(&b,
			  arena_printf(&m->arena,
				       "%s/available_filter_functions",
				       m->tracefs),
			  MAX_LIST))
		return false;
	text = buf_view(&b);
	while (next_line(&text, &line)) {
		name = next_word(&line);
		line = str_trim(line);
		if (line.n > 2 && line.p[0] == '[')
			line = (struct str){ line.p + 1, line.n - 2 };
		offer_function(q, line, name);
	}
	return b.n;
}

int machine_functions(struct machine *m, struct str module, struct str pattern,
		      struct arena *a, str_vec *out)
{
	struct function_query q = { module, pattern, a, out };
	size_t n;

	if (!offer_filter_functions(m, &q)) {
		if (!load_kallsyms(m))
			return diag_errno(m->d, -ENOENT, D_IO,
					  "cannot read the kernel's functions "
					  "from '%s'",
					  machine_path(m, "/proc/kallsyms"));
		vec_each(s, &m->ksyms) {
			if (strchr("tTwW", s->kind))
				offer_function(&q, s->module, s->name);
		}
	}
	n = out->n;
	str_vec_sort(out);
	m->had_namesakes = out->n < n;
	return 0;
}

bool machine_had_namesakes(const struct machine *m)
{
	return m->had_namesakes;
}
