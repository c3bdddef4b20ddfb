/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that change what they trace: only with --unsafe. */
#include "base/mem.h"
#include "codegen/ir.h"
#include "lang/tables.h"
#include "machine/uapi.h"
#include "sema/check.h"
#include "sema/lower.h"

#define MAX_SIGNAL 64
#define MAX_WRITE  4096

/* --- signal(), signal_thread() ----------------------------------------------- */

/* The number of "SIGKILL" or "KILL"; 0: there is none of that name. */
static int64_t signal_of(struct sema *s, struct str name)
{
	int64_t n;

	if (!str_starts(name, "SIG"))
		name = str_from(
			arena_printf(s->arena, "SIG%.*s", STR_ARG(name)));
	if (str_has(name, '_') || !uapi_constant(name, &n) || n < 1 ||
	    n > MAX_SIGNAL)
		return 0;
	return n;
}

static bool check_signal(struct sema *s, struct expr *call)
{
	const struct expr *which = sema_arg(call, 0);

	if (s->prog->ctx == CTX_NONE)
		return sema_not_here(s, call->span, call->call.id);
	if (which->type->kind == TY_STRING && which->is_const) {
		call->num = signal_of(s, which->str);
		if (call->num)
			return true;
		diag_error(s->d, which->span, D_UNKNOWN_NAME,
			   "no signal is called '%.*s'", STR_ARG(which->str));
		diag_hint(s->d, "signals are called KILL or SIGKILL, or have "
				"numbers up to 64");
		return false;
	}
	if (!sema_number(s, which, "a signal"))
		return false;
	return !which->is_const ||
	       sema_const_range(s, which, 1, MAX_SIGNAL, "a signal's number");
}

static void lower_signal(struct lower *l, struct expr *call)
{
	call->site = lower_site(l, SITE_HELPER, call->span, NULL);
}

static struct val send(struct cg *g, const struct expr *call,
		       enum bpf_func_id helper)
{
	LLVMValueRef n, rc;

	n = call->num ? ir_i64(g, (uint64_t)call->num)
		      : ir_value(g, emit_arg(g, call, 0));
	rc = ir_helper(g, helper, 1, n);
	ir_warn_if(g, ir_is_negative(g, rc), call->site, rc);
	return ir_none(g);
}

static struct val emit_signal(struct cg *g, const struct expr *call)
{
	return send(g, call, BPF_FUNC_send_signal);
}

static struct val emit_signal_thread(struct cg *g, const struct expr *call)
{
	return send(g, call, BPF_FUNC_send_signal_thread);
}

/* --- override() --------------------------------------------------------------- */

static bool check_override(struct sema *s, struct expr *call)
{
	const struct prog *p = s->prog;

	if (p->ctx == CTX_REGS && !p->is_user && p->attach.n &&
	    !(p->attach.v[0].flags & PF_RETURN))
		return true;
	sema_not_here(s, call->span, call->call.id);
	diag_hint(s->d, "a kprobe can keep a function from running");
	return false;
}

static struct val emit_override(struct cg *g, const struct expr *call)
{
	LLVMValueRef rc = ir_value(g, emit_arg(g, call, 0));

	ir_helper(g, BPF_FUNC_override_return, 2, ir_context(g), rc);
	return ir_none(g);
}

/* --- write_user() ------------------------------------------------------------- */

/* How many bytes a value of the source has; 0: it is an address. */
static bool bytes_of(const struct type *t, uint32_t *n)
{
	switch ((int)t->kind) {
	case TY_BOOL:
	case TY_INT:
	case TY_ENUM:
	case TY_STRING:
	case TY_ARRAY:
	case TY_RECORD: *n = t->size; return true;
	case TY_PTR: *n = 0; return true;
	default: return false;
	}
}

static bool check_write_user(struct sema *s, struct expr *call)
{
	const struct expr *to = sema_arg(call, 0), *from = sema_arg(call, 1);
	const struct expr *n = sema_arg(call, 2);
	const struct type *t = to->type;
	uint32_t has;

	if (s->prog->ctx == CTX_NONE)
		return sema_not_here(s, call->span, call->call.id);
	if (t->kind == TY_PTR &&
	    (t->space == AS_KERNEL || t->space == AS_BTF || t->space == AS_CTX))
		return diag_error(s->d, to->span, D_ARG_TYPE,
				  "write_user() writes into the process's "
				  "memory: this points into the kernel's");
	if (!bytes_of(from->type, &has))
		return diag_error(s->d, from->span, D_ARG_TYPE,
				  "write_user() expects a number, a string, an "
				  "array, a struct or a pointer, found %s",
				  sema_name(s, from->type));
	return sema_const_range(s, n, 1, has ? has : MAX_WRITE,
				"the length of write_user()");
}

/* The bytes in BPF memory; *rc is negative when they cannot be read. */
static LLVMValueRef bytes_here(struct cg *g, const struct expr *call,
			       uint32_t n, LLVMValueRef *rc)
{
	const struct type *byte = type_int(ir_types(g), 1, false);
	struct val from = emit_arg(g, call, 1), t;
	enum addr_space as = from.type->space;

	*rc = ir_i64(g, 0);
	if (from.type->kind != TY_PTR)
		return ir_here(g, from, from.type).v;
	t = ir_temp(g, type_array(ir_types(g), byte, n));
	if (as == AS_NONE && ir_prog(g)->is_user)
		as = AS_USER;
	else if (as != AS_NONE && as != AS_USER)
		as = AS_KERNEL;
	*rc = ir_read_n(g, as, t.v, ir_i32(g, n), ir_value(g, from));
	return t.v;
}

static struct val emit_write_user(struct cg *g, const struct expr *call)
{
	LLVMValueRef to = ir_value(g, emit_arg(g, call, 0)), from, read, wrote;
	uint32_t n = (uint32_t)call_arg(call, 2)->num;
	struct ir_if i;

	from = bytes_here(g, call, n, &read);
	i = ir_if(g, ir_is_zero(g, read));
	wrote = ir_helper(g, BPF_FUNC_probe_write_user, 3, to, from,
			  ir_i32(g, n));
	ir_end(g, &i);
	wrote = ir_phi(g, &i, wrote, read);
	return ir_reg(ir_as_bool(g, ir_is_zero(g, wrote)), call->type);
}

const struct function unsafe_functions[] = {
	{ "override", "none override(int value)",
	  .flags = FN_UNSAFE | FN_AS_KPROBE, .check = check_override,
	  .emit = emit_override,
	  .doc = "In a kprobe: the function does not run, it returns this "
		 "value. For functions that the kernel allows it for, on "
		 "kernels built with CONFIG_BPF_KPROBE_OVERRIDE.",
	  .example = "kprobe:vfs_read { override(-5); }" },
	{ "signal", "none signal(any which)", .flags = FN_UNSAFE,
	  .check = check_signal, .lower = lower_signal, .emit = emit_signal,
	  .doc = "Sends a signal, by name or number, to the current process.",
	  .example = "tracepoint:syscalls:sys_enter_execve /comm == \"evil\"/ "
		     "{ signal(\"KILL\"); }" },
	{ "signal_thread", "none signal_thread(any which)", .flags = FN_UNSAFE,
	  .check = check_signal, .lower = lower_signal,
	  .emit = emit_signal_thread,
	  .doc = "Sends a signal, by name or number, to the current thread.",
	  .example = "uprobe:/bin/sh:main { signal_thread(10); }" },
	{ "write_user", "bool write_user(ptr to, any from, const int length)",
	  .flags = FN_UNSAFE | FN_NO_WARN, .check = check_write_user,
	  .emit = emit_write_user,
	  .doc = "Writes bytes into the memory of the current process: those "
		 "of a value, or those that a pointer points to. False when "
		 "that memory cannot be written.",
	  .example = "tracepoint:syscalls:sys_enter_openat "
		     "{ write_user(args.filename, \"/dev/null\", 10); }" },
	{ 0 },
};
