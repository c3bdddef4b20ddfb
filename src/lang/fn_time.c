/* SPDX-License-Identifier: Apache-2.0 */
/* Functions about time and users: numbers that are printed by name. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"

static bool check_strftime(struct sema *s, struct expr *call)
{
	call->type = type_timestamp(s->types, sema_arg(call, 0)->str);
	return true;
}

static struct val emit_strftime(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_value(g, emit_arg(g, call, 1)), call->type);
}

static bool check_username(struct sema *s, struct expr *call)
{
	call->type = type_simple(s->types, TY_USERNAME);
	return true;
}

static struct val emit_username(struct cg *g, const struct expr *call)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	struct val uid;

	if (call->call.args)
		uid = ir_convert(g, emit_arg(g, call, 0), u32);
	else
		uid = ir_reg(
			ir_and(g, ir_helper(g, BPF_FUNC_get_current_uid_gid, 0),
			       ir_i64(g, 0xffffffff)),
			u32);
	return ir_reg(ir_value(g, uid), call->type);
}

/* --- nsecs(clock) ------------------------------------------------------------- */

static const struct {
	const char *name;
	enum bpf_func_id helper;
} clocks[] = {
	{ "boot", BPF_FUNC_ktime_get_boot_ns }, /* when none is named */
	{ "monotonic", BPF_FUNC_ktime_get_ns },
	{ "tai", BPF_FUNC_ktime_get_tai_ns },
	{ "sw_tai", BPF_FUNC_ktime_get_boot_ns }, /* plus what was measured */
};
#define CLOCK_SW_TAI 3

static size_t find_clock(const struct expr *call)
{
	const struct expr *e = call->call.args;
	size_t i = 0;

	while (e && i < ARRAY_SIZE(clocks) &&
	       !str_is(e->name.id, clocks[i].name))
		i++;
	return i;
}

static bool check_nsecs(struct sema *s, struct expr *call)
{
	if (find_clock(call) < ARRAY_SIZE(clocks))
		return true;
	diag_error(s->d, call->call.args->span, D_UNKNOWN_NAME,
		   "nsecs() knows no clock '%.*s'",
		   STR_ARG(call->call.args->name.id));
	diag_hint(s->d, "there are boot, monotonic, tai and sw_tai");
	return false;
}

static struct val emit_nsecs(struct cg *g, const struct expr *call)
{
	size_t clock = find_clock(call);
	LLVMValueRef now = ir_helper(g, clocks[clock].helper, 0);

	if (clock == CLOCK_SW_TAI)
		now = ir_add(g, now, ir_fixup_kind(g, FX_TAI_NS));
	return ir_reg(now, call->type);
}

const struct function time_functions[] = {
	{ "nsecs", "uint64 nsecs([name clock])", .check = check_nsecs,
	  .emit = emit_nsecs,
	  .doc = "Nanoseconds of a clock: boot (since boot, sleep included: "
		 "when none is named), monotonic (sleep left out), tai "
		 "(atomic time since 1970) or sw_tai (the same from boot and "
		 "an offset measured at the start, for kernels before 6.1).",
	  .example = "print(nsecs(monotonic));" },
	{ "strftime", "any strftime(const string format, int ns)",
	  .check = check_strftime, .emit = emit_strftime,
	  .doc = "A time since boot (nsecs), printed as strftime(3) does; "
		 "%f is microseconds.",
	  .example = "print(strftime(\"%H:%M:%S.%f\", nsecs));" },
	{ "username", "any username([int uid])", .check = check_username,
	  .emit = emit_username,
	  .doc = "A user id, by default the current task's, printed by name.",
	  .example = "@[username] = count(); print(username(0));" },
	{ 0 },
};
