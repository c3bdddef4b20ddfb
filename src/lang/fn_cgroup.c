/* SPDX-License-Identifier: Apache-2.0 */
/* Control groups: ids, and the paths they are printed as. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"
#include "sema/lower.h"

static bool check_cgroup_path(struct sema *s, struct expr *call)
{
	const struct expr *hierarchies = sema_arg(call, 1);

	call->type =
		type_cgroup(s->types, hierarchies ? hierarchies->str : STR(""));
	return true;
}

static struct val emit_cgroup_path(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_value(g, emit_arg(g, call, 0)), call->type);
}

static void lower_cgroupid(struct lower *l, struct expr *call)
{
	lower_fixup(l, call, FX_CGROUPID, call->call.args->str, 8);
}

static struct val emit_cgroupid(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_fixup(g, call->fixup - 1), call->type);
}

const struct function cgroup_functions[] = {
	{ "cgroup_path", "any cgroup_path(int id, [const string hierarchies])",
	  .check = check_cgroup_path, .emit = emit_cgroup_path,
	  .doc = "A control group's id, printed as its path in each hierarchy "
		 "that has it: \"unified:/user.slice\". The second argument "
		 "chooses hierarchies, with wildcards; version 2 is \"unified\".",
	  .example = "print(cgroup_path(cgroup)); "
		     "@[cgroup_path(cgroup, \"unified\")] = count();" },
	{ "cgroupid", "uint64 cgroupid(const string path)",
	  .lower = lower_cgroupid, .emit = emit_cgroupid,
	  .doc = "The id of the control group whose folder this is.",
	  .example = "$id = cgroupid(\"/sys/fs/cgroup\"); print($id);" },
	{ 0 },
};
