/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/plan_check.h"

#include <search.h>
#include <stdlib.h>

#define MAP_PREALLOC_MAX (4u << 20) /* bytes of values, per CPU */

const char *const map_store_names[MS_N] = {
	[MS_ARRAY] = "array",       [MS_PERCPU_ARRAY] = "percpu_array",
	[MS_HASH] = "hash",         [MS_PERCPU_HASH] = "percpu_hash",
	[MS_LRU_HASH] = "lru_hash", [MS_PERCPU_LRU_HASH] = "percpu_lru_hash",
};

const char *const probe_kind_names[PK_N] = {
	[PK_BEGIN] = "begin",
	[PK_END] = "end",
	[PK_INTERVAL] = "interval",
	[PK_PROFILE] = "profile",
	[PK_TRACEPOINT] = "tracepoint",
	[PK_SYSCALLS] = "syscalls",
	[PK_RAWTRACEPOINT] = "rawtracepoint",
	[PK_KPROBE] = "kprobe",
	[PK_FENTRY] = "fentry",
	[PK_FMODRET] = "fmodret",
	[PK_LSM] = "lsm",
	[PK_BPF_PROG] = "bpf_prog",
	[PK_UPROBE] = "uprobe",
	[PK_USDT] = "usdt",
	[PK_SELF] = "self",
	[PK_TEST] = "test",
	[PK_BENCH] = "bench",
	[PK_SOFTWARE] = "software",
	[PK_HARDWARE] = "hardware",
	[PK_ITER] = "iter",
	[PK_WATCHPOINT] = "watchpoint",
};

const char *const event_kind_names[EV_N] = {
	[EV_NONE] = "none",
	[EV_PRINTF] = "printf",
	[EV_PRINT_VALUE] = "print_value",
	[EV_PRINT_MAP] = "print_map",
	[EV_PRINT_ENTRY] = "print_entry",
	[EV_CLEAR] = "clear",
	[EV_ZERO] = "zero",
	[EV_TIME] = "time",
	[EV_EXIT] = "exit",
	[EV_WARN] = "warn",
	[EV_JOIN] = "join",
	[EV_CAT] = "cat",
	[EV_ERRORF] = "errorf",
	[EV_WARNF] = "warnf",
	[EV_SYSTEM] = "system",
	[EV_PERCENTILE] = "percentile",
	[EV_PRINT_TABLE] = "print_table",
	[EV_PACKET] = "packet",
};

const char *const fixup_kind_names[FX_N] = {
	[FX_PARAM] = "param",
	[FX_PARAM_TEXT] = "param_text",
	[FX_NPARAMS] = "nparams",
	[FX_TARGET_PID] = "target_pid",
	[FX_CHILD_PID] = "child_pid",
	[FX_SELF_PID] = "self_pid",
	[FX_NCPUS] = "ncpus",
	[FX_START_NS] = "start_ns",
	[FX_KADDR] = "kaddr",
	[FX_UADDR] = "uaddr",
	[FX_CGROUPID] = "cgroupid",
	[FX_OPTION] = "option",
	[FX_OPTION_TEXT] = "option_text",
	[FX_TRAMPOLINE] = "trampoline",
	[FX_PIDNS_DEV] = "pidns_dev",
	[FX_PIDNS_INO] = "pidns_ino",
	[FX_TAI_NS] = "tai_ns",
};

const char *const site_kind_names[SITE_N] = {
	[SITE_NONE] = "none",         [SITE_PLACE] = "place",
	[SITE_DIVISION] = "division", [SITE_MAP_FULL] = "map_full",
	[SITE_READ] = "read",         [SITE_LOOP] = "loop",
	[SITE_HELPER] = "helper",     [SITE_THREAD] = "thread",
	[SITE_READ_NOW] = "read_now", [SITE_KEY] = "key",
	[SITE_DEPTH] = "depth",       [SITE_STACK] = "stack",
	[SITE_CUT] = "cut",           [SITE_PACKET] = "packet",
};

/* The architecture that the compiler of this file makes code for: programs
 * are compiled where they run, and saved ones only run on the same. */
#if defined(__x86_64__)
#define ARCH "x86_64"
#elif defined(__aarch64__)
#define ARCH "aarch64"
#elif defined(__riscv) && __riscv_xlen == 64
#define ARCH "riscv64"
#elif defined(__s390x__)
#define ARCH "s390x"
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
#define ARCH "ppc64le"
#elif defined(__loongarch64)
#define ARCH "loongarch64"
#else
#error "espy does not know this architecture"
#endif

struct plan *plan_new(void)
{
	struct plan *p = xzalloc(sizeof(*p));

	p->version = PLAN_VERSION;
	p->arch = STR(ARCH);
	types_init(&p->types, &p->arena);
	options_default(&p->options);
	plan_add_event(p, &(struct plan_event){ .kind = EV_NONE });
	plan_add_site(p, &(struct plan_site){ .kind = SITE_NONE });
	return p;
}

/* What the tree has is the arena's. */
static void keep(void *node)
{
	(void)node;
}

void plan_free(struct plan *p)
{
	if (!p)
		return;
	tdestroy(p->name_index, keep);
	arena_free(&p->arena);
	free(p);
}

/* --- adding --------------------------------------------------------------- */

static void own(struct plan *p, struct str *s)
{
	*s = str_copy(&p->arena, *s);
}

uint32_t plan_map_mark(const struct plan_map *m, const struct type *value)
{
	if (m->store != MS_ARRAY || m->key)
		return 0;
	return (value->size + 7) & ~7u;
}

bool plan_map_is_sparse(const struct plan_map *m, const struct type *value)
{
	return (m->store == MS_HASH || m->store == MS_PERCPU_HASH) &&
	       (uint64_t)value->size * m->max_entries > MAP_PREALLOC_MAX;
}

uint32_t plan_add_map(struct plan *p, const struct plan_map *x)
{
	struct plan_map *m = vec_add(&p->arena, &p->maps);

	*m = *x;
	own(p, &m->name);
	own(p, &m->symbol);
	return (uint32_t)p->maps.n - 1;
}

uint32_t plan_add_probe(struct plan *p, const struct plan_probe *x)
{
	struct plan_probe *probe = vec_add(&p->arena, &p->probes);

	*probe = *x;
	own(p, &probe->name);
	own(p, &probe->symbol);
	own(p, &probe->module);
	own(p, &probe->path);
	own(p, &probe->operands);
	own(p, &probe->where);
	own(p, &probe->pattern);
	memset(&probe->args, 0, sizeof(probe->args));
	vec_each(it, &x->args)
		plan_add_arg(p, p->probes.n - 1, it);
	memset(&probe->names, 0, sizeof(probe->names));
	vec_each(id, &x->names)
		vec_push(&p->arena, &probe->names, *id);
	memset(&probe->targets, 0, sizeof(probe->targets));
	vec_each(it, &x->targets)
		vec_push(&p->arena, &probe->targets, str_copy(&p->arena, *it));
	return (uint32_t)p->probes.n - 1;
}

size_t plan_probe_targets(const struct plan_probe *p)
{
	if (p->flags & PF_ABSENT)
		return 0;
	return p->targets.n ? p->targets.n : 1;
}

struct plan_arg plan_arg_of(struct arena *a, const struct field *f)
{
	auto_buf struct buf text = {};
	struct plan_arg arg = {
		.name = f->name,
		.offset = f->offset,
		.size = f->type->size,
	};

	if (f->is_data_loc) {
		buf_puts(&text,
			 f->is_rel_loc ? "data behind it" : "data elsewhere");
		arg.size = 4;
	} else {
		type_text(f->type, &text);
	}
	if (f->bit_size)
		buf_printf(&text, ", bits %u to %u", f->bit_offset,
			   f->bit_offset + f->bit_size - 1);
	arg.type = str_copy(a, buf_view(&text));
	return arg;
}

static bool has_arg(const struct plan_probe *p, struct str name)
{
	vec_each(it, &p->args)
		if (str_eq(it->name, name))
			return true;
	return false;
}

void plan_add_arg(struct plan *p, size_t first, const struct plan_arg *arg)
{
	for (size_t i = first; i < p->probes.n; i++) {
		struct plan_arg copy = *arg;

		if (has_arg(&p->probes.v[i], arg->name))
			continue;
		own(p, &copy.name);
		own(p, &copy.type);
		vec_push(&p->arena, &p->probes.v[i].args, copy);
	}
}

uint32_t plan_add_name(struct plan *p, struct str name)
{
	vec_push(&p->arena, &p->names, str_copy(&p->arena, name));
	return (uint32_t)p->names.n - 1;
}

struct indexed_name {
	struct str name;
	uint32_t id;
};

static int compare_names(const void *a, const void *b)
{
	const struct indexed_name *x = a, *y = b;

	return str_cmp(x->name, y->name);
}

static void index_name(struct plan *p, size_t i)
{
	struct indexed_name *x = arena_alloc(&p->arena, sizeof(*x));

	x->name = p->names.v[i];
	x->id = (uint32_t)i;
	if (!tsearch(x, &p->name_index, compare_names))
		mem_none();
}

uint32_t plan_name_id(struct plan *p, struct str name)
{
	struct indexed_name wanted = { name, 0 }, **at;

	while (p->n_indexed < p->names.n)
		index_name(p, p->n_indexed++);
	at = tfind(&wanted, &p->name_index, compare_names);
	return at ? (*at)->id : plan_add_name(p, name);
}

uint32_t plan_add_event(struct plan *p, const struct plan_event *x)
{
	struct plan_event *e = vec_add(&p->arena, &p->events);

	*e = *x;
	own(p, &e->text);
	e->columns.v = (void *)arena_copy(&p->arena, x->columns.v,
					  x->columns.n * sizeof(*x->columns.v));
	e->columns.cap = x->columns.n;
	return (uint32_t)p->events.n - 1;
}

bool plan_next_percent(struct str *text, double *out)
{
	struct str rest, word = str_split(*text, ' ', &rest);
	char copy[24], *end;

	if (!word.n || word.n >= sizeof(copy) || word.p[0] < '0' ||
	    word.p[0] > '9')
		return false;
	memcpy(copy, word.p, word.n);
	copy[word.n] = '\0';
	*out = strtod(copy, &end);
	if (*end || !(*out <= 100))
		return false;
	*text = rest;
	return true;
}

bool plan_site_has_probe(enum site_kind kind)
{
	return kind == SITE_READ || kind == SITE_READ_NOW ||
	       kind == SITE_MAP_FULL || kind == SITE_STACK ||
	       kind == SITE_THREAD || kind == SITE_CUT || kind == SITE_PACKET;
}

uint32_t plan_add_site(struct plan *p, const struct plan_site *x)
{
	struct plan_site *s = vec_add(&p->arena, &p->sites);

	*s = *x;
	own(p, &s->file);
	own(p, &s->text);
	return (uint32_t)p->sites.n - 1;
}

uint32_t plan_add_fixup(struct plan *p, enum fixup_kind kind, struct str arg,
			uint32_t size)
{
	struct plan_fixup *f;

	/* A text may be wanted shorter than before, not longer. */
	vec_each(it, &p->fixups)
		if (it->kind == kind && it->size >= size &&
		    str_eq(it->arg, arg))
			return (uint32_t)(it - p->fixups.v);
	f = vec_add(&p->arena, &p->fixups);
	f->kind = kind;
	f->arg = str_copy(&p->arena, arg);
	f->size = size;
	f->offset = p->fixups_size;
	p->fixups_size += (size + 7) / 8 * 8;
	return (uint32_t)p->fixups.n - 1;
}

/* --- versions -------------------------------------------------------------- */

bool plan_fits_here(uint32_t version, struct str arch, struct diags *d)
{
	struct span nowhere = { 0 };

	if (version != PLAN_VERSION)
		return diag_error(d, nowhere, D_SAVED,
				  "the program was saved by another version of "
				  "espy: its plan has version %u, this espy "
				  "reads version %u",
				  version, PLAN_VERSION);
	if (!str_is(arch, ARCH))
		return diag_error(d, nowhere, D_SAVED,
				  "the program was saved on %.*s, this machine "
				  "is %s",
				  STR_ARG(arch), ARCH);
	return true;
}
