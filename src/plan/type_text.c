/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/type.h"

const char *const type_kind_names[TY_N] = {
	[TY_NONE] = "none",
	[TY_BOOL] = "bool",
	[TY_INT] = "int",
	[TY_PTR] = "pointer",
	[TY_ARRAY] = "array",
	[TY_STRING] = "string",
	[TY_BUFFER] = "buffer",
	[TY_TUPLE] = "tuple",
	[TY_RECORD] = "record",
	[TY_ENUM] = "enum",
	[TY_KSYM] = "ksym_t",
	[TY_USYM] = "usym_t",
	[TY_KSTACK] = "kstack_t",
	[TY_USTACK] = "ustack_t",
	[TY_PROBE] = "probe",
	[TY_TIMESTAMP] = "timestamp",
	[TY_MAC] = "macaddr_t",
	[TY_INET] = "inet",
	[TY_USERNAME] = "username_t",
	[TY_CGROUP] = "cgroup_path_t",
	[TY_COUNT] = "count_t",
	[TY_SUM] = "sum_t",
	[TY_MIN] = "min_t",
	[TY_MAX] = "max_t",
	[TY_AVG] = "avg_t",
	[TY_STATS] = "stats_t",
	[TY_STDDEV] = "stddev_t",
	[TY_HIST] = "hist_t",
	[TY_LHIST] = "lhist_t",
	[TY_TSERIES] = "tseries_t",
};

const char *const addr_space_names[AS_N] = {
	[AS_NONE] = "none", [AS_KERNEL] = "kernel", [AS_USER] = "user",
	[AS_BTF] = "btf",   [AS_CTX] = "ctx",       [AS_BPF] = "bpf",
};

const char *const stack_mode_names[SM_N] = {
	[SM_BPFTRACE] = "bpftrace",
	[SM_PERF] = "perf",
	[SM_RAW] = "raw",
	[SM_BUILD_ID] = "build_id",
};

static void pointer_text(const struct type *t, struct buf *out)
{
	if (t->elem && t->elem->kind != TY_NONE)
		type_text(t->elem, out);
	else
		buf_puts(out, "void");
	if (out->p[out->n - 1] != '*')
		buf_putc(out, ' ');
	buf_putc(out, '*');
}

static void tuple_text(const struct type *t, struct buf *out)
{
	uint32_t i;

	buf_putc(out, '(');
	for (i = 0; i < t->n_fields; i++) {
		if (i)
			buf_puts(out, ", ");
		type_text(t->fields[i].type, out);
	}
	buf_putc(out, ')');
}

/* Named ones by name, the others as they are made of. */
static void record_text(const struct type *t, struct buf *out)
{
	uint32_t i;

	if (t->name.n) {
		buf_str(out, t->name);
		return;
	}
	buf_putc(out, '{');
	for (i = 0; i < t->n_fields; i++) {
		if (i)
			buf_puts(out, ", ");
		type_text(t->fields[i].type, out);
		if (t->fields[i].name.n)
			buf_putc(out, ' ');
		buf_str(out, t->fields[i].name);
	}
	buf_putc(out, '}');
}

void type_text(const struct type *t, struct buf *out)
{
	switch (t->kind) {
	case TY_INT:
		buf_printf(out, "%sint%u", t->is_signed ? "" : "u",
			   8 * t->size);
		return;
	case TY_PTR: pointer_text(t, out); return;
	case TY_ARRAY:
		type_text(t->elem, out);
		buf_printf(out, "[%u]", t->count);
		return;
	case TY_STRING: buf_printf(out, "string[%u]", t->size); return;
	case TY_BUFFER: buf_printf(out, "buffer[%u]", t->size - 4); return;
	case TY_TUPLE: tuple_text(t, out); return;
	case TY_RECORD: record_text(t, out); return;
	case TY_ENUM:
		if (t->name.n)
			buf_str(out, t->name);
		else
			buf_puts(out, "enum");
		return;
	case TY_KSTACK:
	case TY_USTACK:
		buf_printf(out, "%s(%s, %u)", type_kind_names[t->kind],
			   stack_mode_names[t->mode], t->frames);
		return;
	case TY_SUM:
	case TY_MIN:
	case TY_MAX:
	case TY_AVG:
	case TY_STATS:
	case TY_STDDEV:
		if (!t->is_signed)
			buf_putc(out, 'u');
		break;
	case TY_NONE:
	case TY_BOOL:
	case TY_KSYM:
	case TY_USYM:
	case TY_PROBE:
	case TY_TIMESTAMP:
	case TY_MAC:
	case TY_INET:
	case TY_USERNAME:
	case TY_CGROUP:
	case TY_COUNT:
	case TY_HIST:
	case TY_LHIST:
	case TY_TSERIES:
	case TY_N: break;
	}
	buf_puts(out, type_kind_names[t->kind]);
}

const char *type_name(struct arena *a, const struct type *t)
{
	auto_buf struct buf out = { 0 };

	type_text(t, &out);
	return arena_copy(a, out.p, out.n);
}
