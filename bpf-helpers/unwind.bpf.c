/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Stacks of processes by tables instead of frame pointers: one call of
 * espy_unwind_step() for each frame. Searches keep their bounds in memory: the
 * verifier then knows nothing of them, and looks at each turn once. */
#include "espy.h"

enum {
	RING_3 = 3, /* of cs: the process's code */
	SAVED_BP = 120, /* from rsp in a signal's frame */
	SAVED_SP = 160,
	SAVED_IP = 168,
	SEARCH_MAPS = 9, /* turns: more than log2 of UNWIND_MAPS */
	SEARCH_PAGES = 24,
	SEARCH_ROWS = 7,
	STUB = 16, /* bytes; from the 11th on its number is pushed */
};

/* Indices into struct pt_regs of x86-64. */
enum {
	REGS_BP = 4,
	REGS_IP = 16,
	REGS_CS,
	REGS_FLAGS,
	REGS_SP
};

static ESPY_FUNC uint64_t seen(uint64_t *p)
{
	return *(volatile uint64_t *)p;
}

static ESPY_FUNC void keep(uint64_t *p, uint64_t x)
{
	*(volatile uint64_t *)p = x;
}

static ESPY_FUNC int64_t load(uint64_t *to, uint64_t from)
{
	return (int32_t)read_user(to, 8, (const void *)from);
}

/* --- beginning --------------------------------------------------------------- */

/* Asks for the tables of a process once, and counts. */
static ESPY_FUNC void ask(void *asks, void *late, uint64_t *pid)
{
	uint64_t one = 1;
	uint64_t *n = map_lookup(late, pid);

	if (n) {
		__sync_fetch_and_add(n, 1);
		return;
	}
	if (!(int32_t)map_update(late, pid, &one, 1))
		ringbuf_output(asks, pid, sizeof(*pid), 0);
}

ESPY_FUNC int64_t espy_unwind_begin(struct unwind_state *u, void *processes,
				    void *asks, void *late, uint64_t pid)
{
	void *regs = task_pt_regs(get_current());

	u->n = u->is_call = 0;
	u->map.start = u->map.end = 0;
	u->pid = pid;
	if (!regs || (int32_t)read_kernel(u->regs, sizeof(u->regs), regs) ||
	    (u->regs[REGS_CS] & RING_3) != RING_3)
		return -14; /* EFAULT, as without a stack */
	u->ip = u->regs[REGS_IP];
	u->sp = u->regs[REGS_SP];
	u->bp = u->regs[REGS_BP];
	if (map_lookup(processes, &u->pid))
		return 1;
	ask(asks, late, &u->pid);
	return 0;
}

/* --- searches ---------------------------------------------------------------- */

static ESPY_FUNC const struct unwind_map *find_map(
	struct unwind_state *u, const struct unwind_process *p, uint64_t ip)
{
	const struct unwind_map *m;
	uint64_t low, high, mid;
	int i;

	keep(&u->low, 0);
	keep(&u->high, p->n);
	for (i = 0; i < SEARCH_MAPS; i++) {
		low = seen(&u->low);
		high = seen(&u->high);
		if (low >= high)
			break;
		mid = (low + high) / 2 & (UNWIND_MAPS - 1);
		opaque(mid);
		mid &= UNWIND_MAPS - 1;
		if (p->maps[mid].end <= ip)
			keep(&u->low, mid + 1);
		else
			keep(&u->high, mid);
	}
	low = seen(&u->low);
	if (low >= UNWIND_MAPS || low >= p->n)
		return 0;
	m = &p->maps[low];
	return m->start <= ip ? m : 0;
}

static ESPY_FUNC const struct unwind_page *find_page(struct unwind_state *u,
						     void *pages,
						     const struct unwind_map *m,
						     uint32_t offset)
{
	const struct unwind_page *page;
	uint64_t low, high;
	uint32_t mid;
	int i;

	keep(&u->low, m->first);
	keep(&u->high, (uint64_t)m->first + m->n);
	for (i = 0; i < SEARCH_PAGES; i++) {
		low = seen(&u->low);
		high = seen(&u->high);
		if (low >= high)
			break;
		mid = (uint32_t)((low + high) / 2);
		page = map_lookup(pages, &mid);
		if (!page)
			return 0;
		if (page->rows[0].start <= offset)
			keep(&u->low, mid + 1);
		else
			keep(&u->high, mid);
	}
	low = seen(&u->low);
	if (low <= m->first)
		return 0;
	mid = (uint32_t)low - 1;
	return map_lookup(pages, &mid);
}

static ESPY_FUNC const struct unwind_row *find_row(
	struct unwind_state *u, const struct unwind_page *page, uint32_t offset)
{
	uint64_t low, high, mid;
	int i;

	keep(&u->low, 0);
	keep(&u->high, UNWIND_ROWS);
	for (i = 0; i < SEARCH_ROWS; i++) {
		low = seen(&u->low);
		high = seen(&u->high);
		if (low >= high)
			break;
		mid = (low + high) / 2;
		opaque(mid);
		mid &= UNWIND_ROWS - 1;
		if (page->rows[mid].start <= offset)
			keep(&u->low, mid + 1);
		else
			keep(&u->high, mid);
	}
	mid = seen(&u->low) - 1;
	opaque(mid);
	mid &= UNWIND_ROWS - 1;
	return &page->rows[mid];
}

/* --- the caller -------------------------------------------------------------- */

enum {
	GO_ON,
	IS_END,
	IS_FAILURE
};

static ESPY_FUNC int64_t by_pointer(struct unwind_state *u)
{
	if (u->bp < u->sp)
		return IS_END;
	u->frame = u->bp + 16;
	if (load(&u->caller, u->bp + 8) || load(&u->caller_bp, u->bp))
		return IS_END;
	return GO_ON;
}

static ESPY_FUNC int64_t by_signal(struct unwind_state *u)
{
	if (load(&u->caller_bp, u->sp + SAVED_BP) ||
	    load(&u->caller, u->sp + SAVED_IP) ||
	    load(&u->frame, u->sp + SAVED_SP))
		return IS_FAILURE;
	return GO_ON;
}

static ESPY_FUNC int64_t find_frame(struct unwind_state *u,
				    const struct unwind_row *row, uint64_t how)
{
	uint64_t by_bp = how == UNWIND_BP || how == UNWIND_AT_BP;
	uint64_t at = (by_bp ? u->bp : u->sp) + (uint64_t)(int64_t)row->frame;

	if (how == UNWIND_STUB)
		at = u->sp + (u->ip % STUB >= 11 ? 16 : 8);
	keep(&u->frame, at);
	if (how == UNWIND_AT_SP || how == UNWIND_AT_BP)
		return load(&u->frame, at) ? IS_FAILURE : GO_ON;
	return GO_ON;
}

static ESPY_FUNC int64_t by_row(struct unwind_state *u,
				const struct unwind_row *row)
{
	uint64_t how = row->how, bp_how = row->bp_how;

	if (how == UNWIND_END)
		return IS_END;
	if (how == UNWIND_UNKNOWN)
		return by_pointer(u);
	if (how == UNWIND_SIGNAL)
		return by_signal(u);
	if (find_frame(u, row, how))
		return IS_FAILURE;
	keep(&u->caller_bp, u->bp);
	if (bp_how == UNWIND_BP_FRAME &&
	    load(&u->caller_bp, seen(&u->frame) + (uint64_t)(int64_t)row->bp))
		return IS_FAILURE;
	if (bp_how == UNWIND_BP_AT_BP && load(&u->caller_bp, u->bp))
		return IS_FAILURE;
	return load(&u->caller, seen(&u->frame) - 8) ? IS_FAILURE : GO_ON;
}

/* Callers are often in the same file. */
static ESPY_FUNC int64_t is_in_map(struct unwind_state *u, void *processes,
				   uint64_t ip)
{
	const struct unwind_process *p;
	const struct unwind_map *m;

	if (ip >= u->map.start && ip < u->map.end)
		return 1;
	p = map_lookup(processes, &u->pid);
	m = p ? find_map(u, p, ip) : 0;
	if (!m)
		return 0;
	u->map = *m;
	return 1;
}

static ESPY_FUNC int64_t find_caller(struct unwind_state *u, void *processes,
				     void *pages, uint64_t *is_signal)
{
	uint64_t ip = u->ip - u->is_call;
	const struct unwind_page *page;
	const struct unwind_row *row;
	uint32_t offset;

	*is_signal = 0;
	if (!is_in_map(u, processes, ip) || !u->map.n)
		return by_pointer(u);
	offset = (uint32_t)(ip + u->map.shift);
	page = find_page(u, pages, &u->map, offset);
	if (!page)
		return by_pointer(u);
	row = find_row(u, page, offset);
	*is_signal = row->how == UNWIND_SIGNAL;
	return by_row(u, row);
}

static ESPY_FUNC void add(struct unwind_state *u, struct stack_frames *s,
			  uint64_t max, uint64_t word)
{
	uint64_t n = seen(&u->n);

	opaque(n);
	if (n >= max)
		return;
	s->words[n] = word;
	keep(&u->n, n + 1);
}

ESPY_FUNC int64_t espy_unwind_step(struct unwind_state *u,
				   struct stack_frames *s, uint64_t max,
				   void *processes, void *pages)
{
	uint64_t is_signal;
	int64_t end;

	add(u, s, max, u->ip);
	if (seen(&u->n) >= max)
		return 1;
	end = find_caller(u, processes, pages, &is_signal);
	if (end == GO_ON && !seen(&u->caller))
		end = IS_END;
	if (end == GO_ON && seen(&u->frame) <= u->sp && !is_signal)
		end = IS_FAILURE;
	if (end == IS_FAILURE)
		add(u, s, max, UNWIND_FAILURE);
	if (end != GO_ON)
		return 1;
	u->sp = seen(&u->frame);
	u->ip = seen(&u->caller);
	u->bp = seen(&u->caller_bp);
	u->is_call = !is_signal;
	return 0;
}
