/* SPDX-License-Identifier: Apache-2.0 */
/* What only the kernel knows: a file's path; which of its functions are there;
 * and lines in its own trace buffer. */
#include "base/mem.h"
#include "codegen/ir.h"
#include "lang/tables.h"
#include "machine/machine.h"
#include "plan/fmt.h"
#include "sema/check.h"
#include "sema/lower.h"

/* --- path() ------------------------------------------------------------------- */

#define PATH_BYTES 4096 /* of any path, its NUL included */

/* The helper takes a pointer that the verifier has followed. */
static bool check_path(struct sema *s, struct expr *call)
{
	struct expr *e = sema_arg(call, 0), *size = sema_arg(call, 1);
	uint64_t n = s->script->options.num[OPT_MAX_STRLEN];
	const struct type *t = e->type;

	if (e->kind == EX_MEMBER && t->kind == TY_RECORD)
		t = sema_member_address(s, e);
	if (!t)
		return false;
	if (t->kind != TY_PTR || t->space != AS_BTF || !t->elem ||
	    !str_is(t->elem->name, "struct path")) {
		diag_error(s->d, e->span, D_ARG_TYPE,
			   "path() expects a struct path of the kernel, found "
			   "%s",
			   sema_name(s, e->type));
		diag_hint(s->d,
			  "it is reached from args or ctx without a variable "
			  "in between, as in path(args.file->f_path)");
		return false;
	}
	if (size &&
	    !sema_const_range(s, size, 1, PATH_BYTES, "the size of a path"))
		return false;
	if (size)
		n = (uint64_t)size->num;
	call->type = type_string(s->types, (uint32_t)n);
	return true;
}

/* The end of a path that is too long says more than its beginning. */
static struct val emit_path(struct cg *g, const struct expr *call)
{
	const struct expr *e = call->call.args;
	uint32_t size = call->type->size;
	struct val from = emit_expr(g, e);
	struct val all = ir_temp_large(g, type_string(ir_types(g), PATH_BYTES));
	LLVMValueRef n, rest;
	struct ir_if i;

	if (from.where != VAL_MEM)
		from.v = ir_value(g, from);
	ir_clear(g, all.v, all.align, 8);
	n = ir_helper(g, BPF_FUNC_d_path, 3, from.v, all.v,
		      ir_i64(g, PATH_BYTES));
	ir_count_failed(g, n, ir_i64(g, 1), call->site);
	rest = ir_sub(g, n, ir_i64(g, size));
	i = ir_if(g, ir_is_negative(g, rest));
	ir_end(g, &i);
	rest = ir_phi(g, &i, ir_i64(g, 0), rest);
	return ir_text(g, ir_moved(g, all.v, rest, PATH_BYTES - 1), AS_KERNEL,
		       call->type, NULL);
}

static void lower_path(struct lower *l, struct expr *call)
{
	call->site = lower_site(l, SITE_READ, call->span, NULL);
}

/* --- debugf() ------------------------------------------------------------------- */

#define DEBUG_ARGS 3 /* of the helper */

/* The conversion as the kernel's printf has it, for 64 bits; NULL: it has
 * none. */
static const char *kernel_conv(const struct fmt_part *p)
{
	switch (p->conv) {
	case 'd': return "lld";
	case 'u': return "llu";
	case 'x': return "llx";
	case 'p': return "px";
	case 's': return "s";
	case 'c': return "c";
	default: return NULL;
	}
}

static bool check_debugf(struct sema *s, struct expr *call)
{
	const struct expr *format = call->call.args;
	struct fmt f = { 0 };
	const char *why;
	uint32_t at;

	if (call->call.n_args > 1 + DEBUG_ARGS)
		return diag_error(s->d, call->span, D_LIMIT,
				  "debugf() takes at most %d values",
				  DEBUG_ARGS);
	if (!fmt_parse(s->arena, format->str, &f, &why, &at))
		return false;
	vec_each(p, &f.parts) {
		if (!p->conv ||
		    (kernel_conv(p) && !(p->flags & FMT_STAR_WIDTH)))
			continue;
		diag_error(s->d, format->span, D_FORMAT,
			   "debugf() cannot print %.*s", STR_ARG(p->text));
		diag_hint(s->d,
			  "the kernel prints %%d %%u %%x %%p %%c and %%s");
		return false;
	}
	return true;
}

/* The format for the kernel, whose numbers have their size in it. */
static struct str kernel_format(struct cg *g, struct str text)
{
	auto_buf struct buf out = { 0 };
	struct fmt f = { 0 };
	const char *why;
	uint32_t at;

	fmt_parse(ir_arena(g), text, &f, &why, &at);
	vec_each(p, &f.parts) {
		if (!p->conv) {
			for (size_t i = 0; i < p->text.n; i++)
				buf_printf(&out,
					   p->text.p[i] == '%' ? "%%%%" : "%c",
					   p->text.p[i]);
			continue;
		}
		buf_puts(&out, "%");
		buf_puts(&out, p->flags & FMT_LEFT ? "-" : "");
		buf_puts(&out, p->flags & FMT_ZERO ? "0" : "");
		if (p->width)
			buf_printf(&out, "%u", p->width);
		buf_puts(&out, kernel_conv(p));
	}
	return str_copy(ir_arena(g), buf_view(&out));
}

/* A number, or the address of a text. */
static LLVMValueRef debug_arg(struct cg *g, const struct expr *e)
{
	struct val v = emit_expr(g, e);

	if (v.type->kind != TY_STRING)
		return ir_value(g, v);
	return ir_as_i64(g, ir_here(g, v, v.type).v);
}

static struct val emit_debugf(struct cg *g, const struct expr *call)
{
	const struct expr *e = call->call.args;
	struct str text = kernel_format(g, e->str);
	uint32_t size = (uint32_t)text.n + 1, n = 0;
	LLVMValueRef args[DEBUG_ARGS];
	struct val format = ir_bytes(g, text, type_string(ir_types(g), size));

	for (e = e->next; e; e = e->next)
		args[n++] = debug_arg(g, e);
	while (n < DEBUG_ARGS)
		args[n++] = ir_i64(g, 0);
	ir_helper(g, BPF_FUNC_trace_printk, 5, format.v, ir_i64(g, size),
		  args[0], args[1], args[2]);
	return ir_none(g);
}

/* --- kfunc_exist(), kfunc_allowed() --------------------------------------------- */

static bool check_exist(struct sema *s, struct expr *call)
{
	const struct expr *name = sema_arg(call, 0);
	const struct type *ret;

	sema_set_const(call,
		       machine_function_args(s->env->machine, s->types, STR(""),
					     name->str, &ret) != NULL);
	return true;
}

const enum kfunc_caller kfunc_callers[PK_N] = {
	[PK_BEGIN] = CALLER_RAW,
	[PK_END] = CALLER_RAW,
	[PK_SELF] = CALLER_RAW,
	[PK_TEST] = CALLER_RAW,
	[PK_BENCH] = CALLER_RAW,
	[PK_INTERVAL] = CALLER_PERF,
	[PK_PROFILE] = CALLER_PERF,
	[PK_SOFTWARE] = CALLER_PERF,
	[PK_HARDWARE] = CALLER_PERF,
	[PK_WATCHPOINT] = CALLER_PERF,
	[PK_TRACEPOINT] = CALLER_TRACEPOINT,
	[PK_SYSCALLS] = CALLER_TRACEPOINT,
	[PK_KPROBE] = CALLER_KPROBE,
	[PK_UPROBE] = CALLER_KPROBE,
	[PK_USDT] = CALLER_KPROBE,
	[PK_RAWTRACEPOINT] = CALLER_TRACING,
	[PK_FENTRY] = CALLER_TRACING,
	[PK_FMODRET] = CALLER_TRACING,
	[PK_BPF_PROG] = CALLER_TRACING,
	[PK_ITER] = CALLER_TRACING,
	[PK_LSM] = CALLER_LSM,
};

static bool check_allowed(struct sema *s, struct expr *call)
{
	const struct expr *name = sema_arg(call, 0);
	int allowed = -1;

	if (s->prog->attach.n)
		allowed = machine_kfunc_allowed(
			s->env->machine, name->str,
			kfunc_callers[s->prog->attach.v[0].kind]);
	if (allowed >= 0) {
		sema_set_const(call, allowed);
		return true;
	}
	diag_error(s->d, call->span, D_PERMISSION,
		   "whether '%.*s' may be called is only known to who may load "
		   "programs",
		   STR_ARG(name->str));
	diag_hint(s->d, "it takes root: use kfunc_exist()");
	return false;
}

const struct function kernel_functions[] = {
	{ "debugf", "none debugf(const string format, ...)",
	  .flags = FN_HAS_FORMAT, .check = check_debugf, .emit = emit_debugf,
	  .doc = "Prints into the kernel's own trace buffer, which all tracers "
		 "share: /sys/kernel/tracing/trace_pipe. At most 3 values, as "
		 "%d %u %x %p %c or %s. For looking into a script when printf() "
		 "cannot be trusted.",
	  .example = "debugf(\"here, %d\", pid);" },
	{ "kfunc_allowed", "bool kfunc_allowed(const string name)",
	  .check = check_allowed,
	  .doc = "May a probe of this type call the kernel's function of that "
		 "name (a kfunc)? Asked of the kernel when the script is "
		 "compiled.",
	  .example = "print(kfunc_allowed(\"bpf_task_from_pid\"));" },
	{ "kfunc_exist", "bool kfunc_exist(const string name)",
	  .check = check_exist,
	  .doc = "Does BTF know a function of the kernel of that name? Known "
		 "when the script is compiled.",
	  .example = "print(kfunc_exist(\"bpf_task_from_pid\"));" },
	{ "path", "any path(any path, [const int size])", .check = check_path,
	  .lower = lower_path, .emit = emit_path,
	  .doc = "The path of a struct path of the kernel, as a string of size "
		 "bytes (max_strlen when it is not given), cut at its "
		 "beginning. In iterators, lsm probes that may sleep, and fentry "
		 "and fexit of the functions where the kernel allows it: "
		 "filp_close, vfs_truncate, vfs_getattr, vfs_fallocate, "
		 "dentry_open, security_file_open and their like.",
	  .example = "fentry:filp_close { print(path(args.filp->f_path)); }" },
	{ 0 },
};
