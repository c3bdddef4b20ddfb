/* SPDX-License-Identifier: Apache-2.0 */
/* Maps of the object: those of the plan, and the private ones. Definitions
 * are BTF: a struct whose members' types carry the numbers. */
#include "codegen/cg.h"
#include "plan/abi.h"

static const unsigned int map_types[MS_N] = {
	[MS_ARRAY] = BPF_MAP_TYPE_ARRAY,
	[MS_PERCPU_ARRAY] = BPF_MAP_TYPE_PERCPU_ARRAY,
	[MS_HASH] = BPF_MAP_TYPE_HASH,
	[MS_PERCPU_HASH] = BPF_MAP_TYPE_PERCPU_HASH,
	[MS_LRU_HASH] = BPF_MAP_TYPE_LRU_HASH,
	[MS_PERCPU_LRU_HASH] = BPF_MAP_TYPE_LRU_PERCPU_HASH,
};

static const char *const member_names[] = { "type", "key_size", "value_size",
					    "max_entries", "map_flags" };

/* One pointer per member, as libbpf's macros make them. */
static LLVMValueRef map_global(struct cg *g, const char *name,
			       const uint32_t *numbers, unsigned int n)
{
	LLVMTypeRef type = LLVMArrayType2(g->ptr, n);
	LLVMValueRef global = LLVMAddGlobal(g->mod, type, name);

	LLVMSetInitializer(global, LLVMConstNull(type));
	LLVMSetSection(global, ".maps");
	LLVMSetAlignment(global, 8);
	di_map(g, global, name, numbers, member_names, n);
	return global;
}

LLVMValueRef map_private(struct cg *g, const char *name, unsigned int type,
			 uint32_t key, uint32_t value, uint32_t entries)
{
	uint32_t numbers[] = { type, key, value, entries };

	return map_global(g, name, numbers, 4);
}

/* A value per thread, zero at first, freed with it. */
LLVMValueRef map_thread(struct cg *g, const char *name, uint32_t value)
{
	const uint32_t numbers[] = { BPF_MAP_TYPE_TASK_STORAGE,
				     BPF_F_NO_PREALLOC };
	LLVMTypeRef type = LLVMArrayType2(g->ptr, 4);
	LLVMValueRef global = LLVMAddGlobal(g->mod, type, name);

	LLVMSetInitializer(global, LLVMConstNull(type));
	LLVMSetSection(global, ".maps");
	LLVMSetAlignment(global, 8);
	di_thread_map(g, global, name, numbers, value);
	return global;
}

static LLVMValueRef plan_map_global(struct cg *g, const struct plan_map *m)
{
	const struct type *value = types_get(&g->plan->types, m->value);
	uint32_t mark = plan_map_mark(m, value);
	uint32_t key = m->key ? types_get(&g->plan->types, m->key)->size : 4;
	uint32_t size = mark ? mark + (uint32_t)sizeof(uint64_t) : value->size;
	uint32_t numbers[] = { map_types[m->store], key, size, m->max_entries,
			       BPF_F_NO_PREALLOC };

	if (m->store <= MS_PERCPU_ARRAY)
		numbers[1] = 4;
	return map_global(g, arena_printf(g->arena, "%.*s", STR_ARG(m->symbol)),
			  numbers, plan_map_is_sparse(m, value) ? 5 : 4);
}

static const struct plan_map *plan_map_of(struct cg *g, const struct map *m)
{
	return &g->plan->maps.v[m->id];
}

void ir_map_set_mark(struct cg *g, const struct map *m, LLVMValueRef p,
		     bool is_present)
{
	uint32_t mark = plan_map_mark(plan_map_of(g, m), m->value);

	if (mark)
		ir_store(g,
			 ir_mem(ir_at_offset(g, p, mark),
				type_int(g->types, 8, false), AS_BPF, 8),
			 ir_num(g, type_int(g->types, 8, false), is_present),
			 true);
}

/* The array whose element is the map of a pair. */
static LLVMValueRef pair_global(struct cg *g, const struct plan_map *m)
{
	return map_private(g,
			   arena_printf(g->arena, "%.*s", STR_ARG(m->symbol)),
			   BPF_MAP_TYPE_ARRAY_OF_MAPS, 4, 4, 1);
}

LLVMValueRef map_object(struct cg *g, const struct map *m)
{
	const struct plan_map *p = plan_map_of(g, m);

	if (!g->maps[m->id])
		g->maps[m->id] =
			p->is_pair ? pair_global(g, p) : plan_map_global(g, p);
	return g->maps[m->id];
}

/* Which of a pair that is may change from one call to the next. */
LLVMValueRef ir_map(struct cg *g, const struct map *m)
{
	LLVMTypeRef ret = LLVMGetReturnType(LLVMGlobalGetValueType(g->f->fn));
	LLVMValueRef key, p, map = map_object(g, m);
	LLVMBasicBlockRef absent, here;

	if (!plan_map_of(g, m)->is_pair)
		return map;
	key = ir_temp_bytes(g, 4);
	LLVMBuildStore(g->b, ir_i32(g, 0), key);
	p = ir_helper_ptr(g, BPF_FUNC_map_lookup_elem, 2, map, key);
	absent = ir_block(g, "no_map"); /* never */
	here = ir_block(g, "map");
	ir_cond(g, ir_is_zero(g, p), absent, here);
	ir_at(g, absent);
	LLVMBuildRet(g->b, LLVMConstInt(ret, 0, false));
	ir_at(g, here);
	return p;
}

bool ir_map_percpu(struct cg *g, const struct map *m)
{
	switch (plan_map_of(g, m)->store) {
	case MS_PERCPU_ARRAY:
	case MS_PERCPU_HASH:
	case MS_PERCPU_LRU_HASH: return true;
	case MS_ARRAY:
	case MS_HASH:
	case MS_LRU_HASH:
	case MS_N: break;
	}
	return false;
}

bool ir_map_is_array(struct cg *g, const struct map *m)
{
	return plan_map_of(g, m)->store == MS_ARRAY ||
	       plan_map_of(g, m)->store == MS_PERCPU_ARRAY;
}

uint32_t ir_map_entries(struct cg *g, const struct map *m)
{
	return plan_map_of(g, m)->max_entries;
}

/* --- private maps ------------------------------------------------------------------ */

LLVMValueRef map_ring(struct cg *g)
{
	static const char *const names[] = { "type", "max_entries" };
	const uint32_t numbers[] = { BPF_MAP_TYPE_RINGBUF, 1u << 18 };
	LLVMTypeRef type = LLVMArrayType2(g->ptr, 2);

	if (g->ring)
		return g->ring;
	g->ring = LLVMAddGlobal(g->mod, type, ABI_MAP_RING);
	LLVMSetInitializer(g->ring, LLVMConstNull(type));
	LLVMSetSection(g->ring, ".maps");
	LLVMSetAlignment(g->ring, 8);
	di_map(g, g->ring, ABI_MAP_RING, numbers, names, 2);
	return g->ring;
}

LLVMValueRef map_lost(struct cg *g)
{
	if (!g->lost)
		g->lost =
			map_private(g, ABI_MAP_LOST, BPF_MAP_TYPE_PERCPU_ARRAY,
				    4, 8,
				    g->plan->probes.n ? g->plan->probes.n : 1);
	return g->lost;
}

LLVMValueRef map_sites(struct cg *g)
{
	if (!g->sites)
		g->sites =
			map_private(g, ABI_MAP_SITES, BPF_MAP_TYPE_PERCPU_ARRAY,
				    4, 8, g->plan->sites.n);
	return g->sites;
}

uint32_t ir_stack_size(const struct cg *g)
{
	return (uint32_t)sizeof(struct stack_frames) +
	       8 * g->script->stack_words;
}

/* Its memory is there from the start: where interrupts are off, none may come
 * for the second new stack. */
static LLVMValueRef map_stacks(struct cg *g)
{
	uint64_t keys = g->script->options.num[OPT_MAX_MAP_KEYS];

	if (!g->stacks)
		g->stacks =
			map_private(g, ABI_MAP_STACKS, BPF_MAP_TYPE_HASH, 8,
				    ir_stack_size(g),
				    keys > STACK_MAX_COUNT ? (uint32_t)keys
							   : STACK_MAX_COUNT);
	return g->stacks;
}

/* As many as there are CPUs. */
LLVMValueRef ir_packets(struct cg *g)
{
	if (!g->packets)
		g->packets =
			map_private(g, ABI_MAP_PACKETS,
				    BPF_MAP_TYPE_PERF_EVENT_ARRAY, 4, 4, 0);
	return g->packets;
}

LLVMValueRef ir_stacks(struct cg *g, struct val *room)
{
	const struct type *u64 = type_int(g->types, 8, false);

	if (room)
		*room = ir_temp_large(g, type_array(g->types, u64,
						    ir_stack_size(g) / 8));
	return map_stacks(g);
}

/* Those of processes are large, and of a few processes only. */
LLVMValueRef map_unwind(struct cg *g, enum unwind_table which)
{
	static const char *const names[UNWIND_TABLE_N] = {
		ABI_MAP_UNWIND_PROCESSES, ABI_MAP_UNWIND_PAGES,
		ABI_MAP_UNWIND_ASKS, ABI_MAP_UNWIND_LATE
	};
	static const uint32_t numbers[UNWIND_TABLE_N][5] = {
		{ BPF_MAP_TYPE_HASH, 8, sizeof(struct unwind_process),
		  UNWIND_PROCESSES, BPF_F_NO_PREALLOC },
		{ BPF_MAP_TYPE_ARRAY, 4, sizeof(struct unwind_page),
		  UNWIND_PAGES },
		{ BPF_MAP_TYPE_RINGBUF, 0, 0, UNWIND_ASKS },
		{ BPF_MAP_TYPE_HASH, 8, 8, 4 * UNWIND_PROCESSES },
	};

	if (!g->unwind[which])
		g->unwind[which] =
			map_global(g, names[which], numbers[which],
				   which == UNWIND_TABLE_PROCESSES ? 5 : 4);
	return g->unwind[which];
}

LLVMValueRef map_scratch(struct cg *g)
{
	if (!g->scratch_map)
		g->scratch_map = LLVMAddGlobal(
			g->mod, LLVMArrayType2(g->ptr, 4), "espy_scratch_open");
	return g->scratch_map;
}

/* --- what is known at the end --------------------------------------------------------- */

static void replace(LLVMValueRef *open, LLVMValueRef final)
{
	LLVMReplaceAllUsesWith(*open, final);
	LLVMDeleteGlobal(*open);
	*open = final;
}

static void finish_fixups(struct cg *g)
{
	uint32_t size = g->plan->fixups_size ? g->plan->fixups_size : 8;
	LLVMTypeRef type = LLVMArrayType2(g->i8, size);
	LLVMValueRef v = LLVMAddGlobal(g->mod, type, "espy_fixups");

	LLVMSetInitializer(v, LLVMConstNull(type));
	LLVMSetGlobalConstant(v, true);
	LLVMSetExternallyInitialized(v, true);
	LLVMSetSection(v, ABI_SECTION_FIXUPS);
	LLVMSetAlignment(v, 8);
	di_global(g, v, "espy_fixups", size);
	replace(&g->fixups, v);
}

static void finish_zeros(struct cg *g)
{
	LLVMTypeRef type = LLVMArrayType2(g->i8, g->zeros_size);
	LLVMValueRef v = LLVMAddGlobal(g->mod, type, "espy_zeros");

	LLVMSetInitializer(v, LLVMConstNull(type));
	LLVMSetGlobalConstant(v, true);
	LLVMSetSection(v, ".rodata");
	LLVMSetAlignment(v, 8);
	di_global(g, v, "espy_zeros", g->zeros_size);
	replace(&g->zeros, v);
}

void maps_finish(struct cg *g)
{
	if (g->fixups)
		finish_fixups(g);
	if (g->zeros)
		finish_zeros(g);
	if (g->scratch_map)
		replace(&g->scratch_map,
			map_private(g, "espy_scratch",
				    BPF_MAP_TYPE_PERCPU_ARRAY, 4,
				    g->scratch_max ? g->scratch_max : 8,
				    g->prog_index));
}
