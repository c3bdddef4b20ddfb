/* SPDX-License-Identifier: Apache-2.0 */
/* uaddr(): where a process has a function or variable of the probed binary.
 * The kernel says where the probe's instruction is; files say how far the two
 * are from each other, which is the same wherever the file is mapped. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "machine/usdt.h"
#include "sema/check.h"
#include "sema/lower.h"

#define MAX_PLACES 64 /* that one program is told the distances of */

/* --- checking ---------------------------------------------------------------- */

/* Returns end somewhere else; other probes are no place of the binary. */
static bool check_place(struct sema *s, const struct expr *call)
{
	const struct prog *p = s->prog;
	enum probe_kind kind;

	if (p->fn || !p->attach.n)
		return sema_not_here(s, call->span, call->call.id);
	kind = p->attach.v[0].kind;
	if (kind != PK_UPROBE && kind != PK_USDT)
		return sema_not_here(s, call->span, call->call.id);
	if (p->is_entry || !(p->attach.v[0].flags & PF_RETURN))
		return true;
	sema_not_here(s, call->span, call->call.id);
	diag_hint(s->d,
		  "the function has been left: entry(uaddr(\"%.*s\")) "
		  "asks when it is entered",
		  STR_ARG(call->call.args->str));
	return false;
}

static bool too_many(struct sema *s, const struct expr *call)
{
	size_t n = 0;

	vec_each(x, &s->prog->attach)
		n += x->targets.n ? x->targets.n : 1;
	if (n <= MAX_PLACES)
		return false;
	diag_error(s->d, call->span, D_LIMIT,
		   "uaddr() is for probes of at most %d places, found %zu",
		   MAX_PLACES, n);
	return true;
}

/* A mark that was inlined is in several places, of which the program does not
 * know which it is at. */
static bool is_one_place(struct sema *s, const struct expr *call,
			 const struct plan_probe *x, const char *file)
{
	usdt_site_vec found = { 0 };
	struct str name, provider;

	vec_each(target, &x->targets) {
		found.n = 0;
		provider = str_split(*target, ':', &name);
		usdt_sites(file, provider, name, s->arena, &found);
		if (found.n == 1)
			continue;
		sema_not_here(s, call->span, call->call.id);
		diag_hint(s->d, "'%.*s' is in %zu places of '%.*s'",
			  STR_ARG(*target), found.n, STR_ARG(x->path));
		return false;
	}
	return true;
}

static bool find_in(struct sema *s, const struct expr *call,
		    const struct plan_probe *x, struct elf_symbol *out)
{
	const char *file = machine_binary(s->env->machine, x->path);
	struct str name = call->call.args->str;

	if (file && x->kind == PK_USDT && !is_one_place(s, call, x, file))
		return false;
	if (file && machine_elf_symbol(file, name, s->arena, out))
		return true;
	return diag_error(s->d, call->call.args->span, D_UNKNOWN_NAME,
			  "'%.*s' has no function or variable '%.*s'",
			  STR_ARG(x->path), STR_ARG(name));
}

/* A pointer to an unsigned integer of the symbol's size. */
static bool check_uaddr(struct sema *s, struct expr *call)
{
	struct elf_symbol sym = { 0 };
	uint32_t size;

	if (!check_place(s, call) || too_many(s, call))
		return false;
	vec_each(x, &s->prog->attach)
		if (!find_in(s, call, x, &sym))
			return false;
	size = sym.size == 1 || sym.size == 2 || sym.size == 4
		       ? (uint32_t)sym.size
		       : 8;
	s->prog->uses_name = s->prog->is_placed = true;
	call->type =
		type_ptr(s->types, type_int(s->types, size, false), AS_USER);
	return true;
}

/* --- what is known when it is loaded ------------------------------------------- */

static struct str symbol_arg(struct arena *a, const struct plan_probe *x,
			     struct str name)
{
	return str_printf(a, "%.*s:%.*s", STR_ARG(x->path), STR_ARG(name));
}

static void lower_uaddr(struct lower *l, struct expr *call)
{
	struct arena *a = &l->script->arena;

	vec_each(x, &l->prog->attach) {
		plan_add_fixup(l->plan, FX_UADDR,
			       symbol_arg(a, x, call->call.args->str), 8);
		vec_each(target, &x->targets)
			plan_add_fixup(l->plan, FX_UADDR,
				       symbol_arg(a, x, *target), 8);
	}
}

/* --- emitting ------------------------------------------------------------------ */

/* How far the symbol is from the i-th place of an attach point. */
static LLVMValueRef distance(struct cg *g, const struct plan_probe *x, size_t i,
			     struct str name)
{
	LLVMValueRef from = ir_i64(g, x->offset), to;

	if (x->targets.n)
		from = ir_add(g, from,
			      ir_fixup_of(g, FX_UADDR,
					  symbol_arg(ir_arena(g), x,
						     x->targets.v[i])));
	to = ir_fixup_of(g, FX_UADDR, symbol_arg(ir_arena(g), x, name));
	return ir_sub(g, to, from);
}

static struct val emit_uaddr(struct cg *g, const struct expr *call)
{
	LLVMValueRef place = ir_probe_name(g), sum = ir_i64(g, 0);
	LLVMValueRef ip = ir_context_word(g, ir_regs(g)->ip);
	struct str name = call->call.args->str;

	vec_each(x, &ir_prog(g)->attach) {
		size_t i, n = x->targets.n ? x->targets.n : 1;

		for (i = 0; i < n; i++) {
			LLVMValueRef which = ir_i64(g, x->names.v[i]);
			LLVMValueRef far = distance(g, x, i, name);
			LLVMValueRef is_it;

			is_it = ir_not(g,
				       ir_truth_of(g, ir_sub(g, place, which)));
			/* all ones where it is, zero where not */
			is_it = ir_sub(g, ir_i64(g, 0), is_it);
			sum = ir_add(g, sum, ir_and(g, far, is_it));
		}
	}
	return ir_reg(ir_add(g, ip, sum), call->type);
}

const struct function uaddr_functions[] = {
	{ "uaddr", "any uaddr(const string name)", .check = check_uaddr,
	  .lower = lower_uaddr, .emit = emit_uaddr,
	  .doc = "Where the current process has a function or variable of the "
		 "binary that the probe is in: a pointer to an unsigned "
		 "integer of its size. At returns: entry(uaddr(NAME)).",
	  .example = "uprobe:/bin/sh:main { print(uaddr(\"environ\")); }" },
	{ 0 },
};
