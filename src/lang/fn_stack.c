/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks: a value is the id of frames that are kept once, in a map that is
 * read when the value is printed. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/abi.h"
#include "sema/check.h"
#include "sema/lower.h"

#define DEFAULT_FRAMES  127
#define BUILD_ID_WORDS  4 /* of struct bpf_stack_build_id */
#define BUILD_ID_FRAMES 1000 /* more do not fit the memory of a CPU */

/* --- checking ---------------------------------------------------------------- */

static bool find_mode(struct sema *s, const struct expr *e, bool is_user,
		      enum stack_mode *mode)
{
	struct suggest near = { 0 };
	uint32_t i;

	for (i = 0; i < SM_N; i++) {
		if (i == SM_BUILD_ID && !is_user)
			continue;
		suggest_offer(&near, e->name.id, str_from(stack_mode_names[i]));
		*mode = i;
		if (str_is(e->name.id, stack_mode_names[i]))
			return true;
	}
	diag_error(s->d, e->span, D_ARG_TYPE,
		   "'%.*s' is no mode of stacks of the %s", STR_ARG(e->name.id),
		   is_user ? "process" : "kernel");
	sema_hint(s, &near, "");
	if (!near.best.p)
		diag_hint(s->d, "modes are bpftrace, perf and raw%s",
			  is_user ? ", and build_id" : "");
	return false;
}

/* f(mode), f(limit), f(mode, limit). A name may also be that of a number. */
static bool check_args(struct sema *s, struct expr *call, bool is_user,
		       enum stack_mode *mode, uint32_t *frames)
{
	struct expr *e = sema_arg(call, 0);
	int64_t max;

	if (e && e->kind == EX_NAME && !check_c_constant(s, e)) {
		if (!find_mode(s, e, is_user, mode))
			return false;
		e = e->next;
	} else if (e && e->next) {
		return diag_error(s->d, e->next->span, D_ARG_COUNT,
				  "%.*s() has the mode first, then the number "
				  "of frames",
				  STR_ARG(call->call.id));
	}
	if (!e)
		return true;
	if (e->kind == EX_NAME && !sema_value(s, e))
		return false;
	max = *mode == SM_BUILD_ID ? BUILD_ID_FRAMES : STACK_MAX_FRAMES;
	if (!sema_const_range(s, e, 1, max, "the number of frames"))
		return false;
	*frames = (uint32_t)e->num;
	return true;
}

static bool check_stack(struct sema *s, struct expr *call, enum type_kind kind)
{
	enum stack_mode mode = s->script->options.num[OPT_STACK_MODE];
	bool is_user = kind == TY_USTACK;
	uint32_t frames = DEFAULT_FRAMES;

	if (mode == SM_BUILD_ID && !is_user)
		mode = SM_BPFTRACE;
	if (!check_args(s, call, is_user, &mode, &frames))
		return false;
	call->type = type_stack(s->types, kind, mode, frames);
	return true;
}

static bool check_kstack(struct sema *s, struct expr *call)
{
	return check_stack(s, call, TY_KSTACK);
}

static bool check_ustack(struct sema *s, struct expr *call)
{
	return check_stack(s, call, TY_USTACK);
}

static bool check_unwound(struct sema *s, struct expr *call)
{
	if (!check_stack(s, call, TY_USTACK))
		return false;
	if (call->type->mode != SM_BUILD_ID)
		return true;
	return diag_error(s->d, call->span, D_ARG_TYPE,
			  "dw_ustack() has no build ids: ustack(build_id) "
			  "takes them by frame pointers");
}

/* --- what is kept ------------------------------------------------------------ */

/* Programs that are called by functions of the tracing see these first: those
 * that are always there are skipped, the others when frames are printed. */
static bool has_own_frames(const struct prog *p)
{
	return p->ctx == CTX_RAW || p->ctx == CTX_NONE ||
	       p->ctx == CTX_TRACEPOINT;
}

#define ALWAYS_THERE 2 /* the program itself, bpf_trace_run */

static uint64_t flags_of(const struct prog *p, const struct type *t)
{
	uint64_t flags = t->kind == TY_USTACK ? BPF_F_USER_STACK : 0;

	if (t->mode == SM_BUILD_ID)
		flags |= BPF_F_USER_BUILD_ID;
	if (t->kind == TY_KSTACK && p->ctx == CTX_RAW)
		flags |= ALWAYS_THERE;
	return flags;
}

static uint32_t words_of(const struct prog *p, const struct type *t)
{
	uint32_t n = t->frames;

	if (t->kind == TY_KSTACK && has_own_frames(p))
		n += STACK_OWN_FRAMES;
	return t->mode == SM_BUILD_ID ? n * BUILD_ID_WORDS : n;
}

static void lower_stack(struct lower *l, struct expr *call)
{
	uint32_t words = words_of(l->prog, call->type);

	if (words > l->script->stack_words)
		l->script->stack_words = words;
	call->site = lower_site(l, SITE_STACK, call->span, NULL);
	if (call->type->kind == TY_USTACK &&
	    l->script->options.num[OPT_USTACK_UNWIND])
		l->plan->needs |= NEED_LOOP;
}

static void lower_unwound(struct lower *l, struct expr *call)
{
	lower_stack(l, call);
	l->plan->needs |= NEED_LOOP;
}

static bool is_system_call(const struct prog *p)
{
	return p->ctx == CTX_TRACEPOINT &&
	       str_is(p->attach.v[0].module, "syscalls");
}

/* Whose addresses they are (struct stack_frames). */
static LLVMValueRef owner(struct cg *g, const struct type *t)
{
	const struct prog *p = ir_event_prog(g);

	if (t->kind == TY_KSTACK && is_system_call(p))
		return ir_i64(g, STACK_OF_TASK);
	if (t->kind == TY_KSTACK)
		return ir_i64(g, has_own_frames(p));
	return ir_shr(g, ir_helper(g, BPF_FUNC_get_current_pid_tgid, 0), 32);
}

/* The id, unless it could not be taken: that warns. */
static struct val emit_id(struct cg *g, const struct expr *call,
			  LLVMValueRef id)
{
	LLVMValueRef failed = ir_is_negative(g, id);
	struct ir_if i;

	ir_warn_if(g, failed, call->site, id);
	i = ir_if(g, failed);
	ir_end(g, &i);
	return ir_reg(ir_phi(g, &i, ir_i64(g, 0), id), call->type);
}

static struct val emit_unwound(struct cg *g, const struct expr *call)
{
	const struct type *t = call->type;

	return emit_id(g, call,
		       ir_unwind(g, words_of(ir_event_prog(g), t), owner(g, t),
				 call->span));
}

static struct val emit_stack(struct cg *g, const struct expr *call)
{
	const struct prog *p = ir_event_prog(g);
	const struct type *t = call->type;
	LLVMValueRef map;
	struct val room;

	if (t->kind == TY_USTACK && t->mode != SM_BUILD_ID &&
	    ir_option(g, OPT_USTACK_UNWIND))
		return emit_unwound(g, call);
	map = ir_stacks(g, &room);
	return emit_id(g, call,
		       ir_call_c(g, "stack", "espy_stack_take", 6,
				 ir_context(g), map, room.v,
				 ir_i64(g, words_of(p, t)),
				 ir_i64(g, flags_of(p, t)), owner(g, t)));
}

struct val fn_stack_len(struct cg *g, struct val stack)
{
	const struct type *t = stack.type;
	uint32_t size = t->mode == SM_BUILD_ID ? 8 * BUILD_ID_WORDS : 8;
	LLVMValueRef id = ir_value(g, stack), map = ir_stacks(g, NULL), n;

	n = ir_call_c(g, "stack", "espy_stack_bytes", 2, map, id);
	n = ir_at_most(g, ir_shr(g, n, size == 8 ? 3 : 5), t->frames);
	return ir_reg(n, type_int(ir_types(g), 8, true));
}

const struct function stack_functions[] = {
	{ "kstack", "any kstack([word mode], [word limit])",
	  .flags = FN_AS_KPROBE | FN_CONTEXT, .check = check_kstack,
	  .lower = lower_stack, .emit = emit_stack,
	  .doc = "The stack of the kernel: who called whom, innermost first. "
		 "Mode is bpftrace (function+offset), perf (like perf script) "
		 "or raw (addresses); the option stack_mode is the default. "
		 "Limit is how many frames are kept, 127 by default; more "
		 "than that also needs kernel.perf_event_max_stack.",
	  .example = "profile:hz:99 { @[kstack(5)] = count(); }" },
	{ "ustack", "any ustack([word mode], [word limit])",
	  .flags = FN_AS_KPROBE | FN_CONTEXT, .check = check_ustack,
	  .lower = lower_stack, .emit = emit_stack,
	  .doc = "The stack of the current process, found by its frame "
		 "pointers, or as dw_ustack does with the option "
		 "ustack_unwind. Besides kstack's modes there is build_id: "
		 "the build id of the file and the offset in it.",
	  .example = "profile:hz:99 { @[ustack(perf), comm] = count(); }" },
	{ "dw_ustack", "any dw_ustack([word mode], [word limit])",
	  .flags = FN_AS_KPROBE | FN_CONTEXT, .check = check_unwound,
	  .lower = lower_unwound, .emit = emit_unwound,
	  .doc = "The stack of the current process also where its code has no "
		 "frame pointers, as in what distributions ship: found by the "
		 "tables of .eh_frame, which are loaded for the process of -p "
		 "or -c at the start, and for others when they are met first; "
		 "stacks until then are found by frame pointers and counted. "
		 "A stack that cannot be followed to its end has "
		 "<unwind failure> there.",
	  .example = "profile:hz:99 { @[dw_ustack, comm] = count(); }" },
	{ 0 },
};
