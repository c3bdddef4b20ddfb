/* SPDX-License-Identifier: Apache-2.0 */
/* Stacks as text: a line for each frame, between two line ends. */
#include <inttypes.h>
#include <linux/bpf.h>

#include "plan/abi.h"
#include "runtime/stack.h"
#include "runtime/symbols.h"
#include "runtime/value_impl.h"

struct stack {
	const struct type *type;
	uint32_t pid; /* of the addresses; 0: the kernel's */
	uint64_t time; /* when it was taken first */
	const char *words;
	size_t n; /* frames */
};

static uint64_t word_at(const struct stack *s, size_t i)
{
	return value_load(s->words + 8 * i, 8, false);
}

static bool is_known(const struct show *show, const struct stack *s,
		     uint64_t address, struct symbol *out)
{
	if (s->type->kind == TY_KSTACK)
		return show->kplace &&
		       show->kplace(show->symbols, address, out);
	return show->uplace &&
	       show->uplace(show->symbols, s->pid, s->time, address, out);
}

/* A return address may be behind the end of the function that calls, where the
 * next one begins: what is in front of it counts. */
static bool find_place(const struct show *show, const struct stack *s, size_t i,
		       struct symbol *out)
{
	uint64_t address = word_at(s, i);

	if (!i || !is_known(show, s, address - 1, out) || !out->name.n)
		return is_known(show, s, address, out) && out->name.n;
	out->offset++;
	return true;
}

/* The mark behind a stack that could not be followed to its end. */
static bool is_failure(const struct stack *s, size_t i)
{
	return s->type->kind == TY_USTACK && s->type->mode != SM_BUILD_ID &&
	       word_at(s, i) == UNWIND_FAILURE;
}

/* --- frames ------------------------------------------------------------------ */

static void print_name(const struct symbol *place, bool known, uint64_t address,
		       struct buf *out)
{
	if (!known) {
		buf_printf(out, "0x%" PRIx64, address);
		return;
	}
	buf_str(out, place->name);
	buf_printf(out, "+%" PRIu64, place->offset);
}

static void print_source(const struct source_place *x, struct buf *out)
{
	if (x->file.n)
		buf_printf(out, "@%.*s:%" PRIu32, STR_ARG(x->file), x->line);
}

static void print_named(const struct show *show, const struct stack *s,
			size_t i, struct buf *out)
{
	struct symbol place = { 0 };
	bool known = find_place(show, s, i, &place);
	const source_vec *source = place.source;
	size_t k;

	for (k = 0; source && k + 1 < source->n; k++) {
		buf_puts(out, "        [inlined] ");
		buf_str(out, source->v[k].inlined);
		print_source(&source->v[k], out);
		buf_putc(out, '\n');
	}
	buf_puts(out, "        ");
	print_name(&place, known, word_at(s, i), out);
	if (source && source->n)
		print_source(&source->v[source->n - 1], out);
}

static void print_file(const struct stack *s, const struct symbol *place,
		       bool known, struct buf *out)
{
	bool is_user = s->type->kind == TY_USTACK;

	if (place->file.n)
		buf_printf(out, is_user ? " (%.*s)" : " ([%.*s])",
			   STR_ARG(place->file));
	else if (!known)
		buf_puts(out, " ([unknown])");
	else if (!is_user)
		buf_puts(out, " ([kernel.kallsyms])");
}

static void print_perf(const struct show *show, const struct stack *s, size_t i,
		       struct buf *out)
{
	struct symbol place = { 0 };
	bool known = find_place(show, s, i, &place);

	buf_printf(out, "\t%" PRIx64 " ", word_at(s, i));
	print_name(&place, known, word_at(s, i), out);
	print_file(s, &place, known, out);
}

static void print_raw(const struct show *show, const struct stack *s, size_t i,
		      struct buf *out)
{
	(void)show;
	buf_printf(out, "%" PRIx64, word_at(s, i));
}

/* Code that is in no file with a build id has an address. */
static void print_build_id(const struct show *show, const struct stack *s,
			   size_t i, struct buf *out)
{
	struct bpf_stack_build_id id;
	size_t k;

	(void)show;
	memcpy(&id, s->words + i * sizeof(id), sizeof(id));
	if (id.status != BPF_STACK_BUILD_ID_VALID) {
		buf_printf(out, "0x%" PRIx64, (uint64_t)id.ip);
		return;
	}
	for (k = 0; k < sizeof(id.build_id); k++)
		buf_printf(out, "%02x", id.build_id[k]);
	buf_printf(out, " 0x%" PRIx64, (uint64_t)id.offset);
}

static const struct {
	void (*print)(const struct show *show, const struct stack *s, size_t i,
		      struct buf *out);
	uint32_t size; /* bytes of a frame */
} modes[SM_N] = {
	[SM_BPFTRACE] = { print_named, 8 },
	[SM_PERF] = { print_perf, 8 },
	[SM_RAW] = { print_raw, 8 },
	[SM_BUILD_ID] = { print_build_id, sizeof(struct bpf_stack_build_id) },
};

/* --- what is not the script's ------------------------------------------------ */

/* How programs are called; perf's take the registers of who called it. */
static const char *const own_functions[] = {
	"bpf_prog_",          "__bpf_prog_",      "bpf_trace_run",
	"__bpf_trace_",       "__traceiter_",     "bpf_trampoline_",
	"bpf_loop",           "bpf_for_each_",    "bpf_get_stack",
	"bpf_get_task_stack", "__bpf_get_stack",  "get_callchain_entry",
	"get_perf_callchain", "stack_trace_save", "trace_call_bpf",
	"perf_call_bpf_",     "perf_syscall_",    "perf_trace_",
};

static bool is_own(const struct show *show, uint64_t address)
{
	struct symbol place = { 0 };
	size_t i;

	if (!show->kplace || !show->kplace(show->symbols, address, &place))
		return false;
	for (i = 0; i < ARRAY_SIZE(own_functions); i++)
		if (str_starts(place.name, own_functions[i]))
			return true;
	return false;
}

/* How many frames at the start are of how the program was called. */
static size_t own_frames(const struct show *show, const struct stack *s)
{
	size_t i, n = 0;

	for (i = 0; i < s->n && i < STACK_OWN_FRAMES; i++)
		if (is_own(show, word_at(s, i)))
			n = i + 1;
	return n;
}

/* --- the whole --------------------------------------------------------------- */

static void read_stack(const struct show *show, struct stack *s,
		       struct str kept)
{
	struct stack_frames head;
	size_t size = modes[s->type->mode].size, own;

	if (kept.n < sizeof(head))
		return;
	memcpy(&head, kept.p, sizeof(head));
	s->words = kept.p + sizeof(head);
	s->n = kept.n - sizeof(head);
	if (s->n > head.bytes)
		s->n = head.bytes;
	s->n /= size;
	while (s->n && size == 8 && !word_at(s, s->n - 1))
		s->n--; /* nobody calls from there */
	s->pid = head.pid;
	s->time = head.time;
	if (s->type->kind == TY_KSTACK && head.pid) {
		own = own_frames(show, s);
		s->words += own * size;
		s->n -= own;
	}
	if (s->n > s->type->frames)
		s->n = s->type->frames;
}

/* kept holds the words of s. */
static void load_stack(const struct show *show, const struct type *t,
		       const void *p, struct buf *kept, struct stack *s)
{
	uint64_t id = value_load(p, 8, false);

	*s = (struct stack){ .type = t };
	if (id && show->stack && show->stack(show->stacks, id, kept))
		read_stack(show, s, buf_view(kept));
}

void print_stack(const struct show *show, const struct type *t, const void *p,
		 struct buf *out)
{
	auto_buf struct buf kept = { 0 };
	struct stack s;
	size_t i;

	load_stack(show, t, p, &kept, &s);
	buf_putc(out, '\n');
	for (i = 0; i < s.n; i++) {
		if (is_failure(&s, i))
			buf_puts(out, "<unwind failure>");
		else
			modes[t->mode].print(show, &s, i, out);
		buf_putc(out, '\n');
	}
}

/* The copies of inlined functions; then *frame knows the function's own place.
 */
static void visit_source(const source_vec *source, struct stack_frame *frame,
			 stack_visit *visit, void *arg)
{
	size_t k;

	for (k = 0; k < source->n; k++) {
		frame->source = source->v[k].file;
		frame->line = source->v[k].line;
		frame->is_inlined = k + 1 < source->n;
		frame->name = source->v[k].inlined;
		if (frame->is_inlined)
			visit(arg, frame);
	}
	frame->name = STR("");
}

static void visit_named(const struct show *show, const struct stack *s,
			size_t i, stack_visit *visit, void *arg)
{
	struct stack_frame frame = { .address = word_at(s, i) };
	struct symbol place = { 0 };
	bool known = s->type->mode != SM_RAW && find_place(show, s, i, &place);

	frame.file = place.file;
	if (place.source)
		visit_source(place.source, &frame, visit, arg);
	if (known) {
		frame.name = place.name;
		frame.offset = place.offset;
	}
	visit(arg, &frame);
}

static void visit_build_id(const struct stack *s, size_t i, stack_visit *visit,
			   void *arg)
{
	struct stack_frame frame = { 0 };
	struct bpf_stack_build_id id;

	memcpy(&id, s->words + i * sizeof(id), sizeof(id));
	if (id.status == BPF_STACK_BUILD_ID_VALID) {
		frame.build_id = id.build_id;
		frame.offset = id.offset;
	} else {
		frame.address = id.ip;
	}
	visit(arg, &frame);
}

void stack_each(const struct show *show, const struct type *t, const void *p,
		stack_visit *visit, void *arg)
{
	auto_buf struct buf kept = { 0 };
	struct stack s;
	size_t i;

	load_stack(show, t, p, &kept, &s);
	for (i = 0; i < s.n; i++) {
		if (t->mode == SM_BUILD_ID)
			visit_build_id(&s, i, visit, arg);
		else if (!is_failure(&s, i))
			visit_named(show, &s, i, visit, arg);
	}
}

size_t stack_count(const struct show *show, const struct type *t, const void *p)
{
	auto_buf struct buf kept = { 0 };
	struct stack s;

	load_stack(show, t, p, &kept, &s);
	return s.n && is_failure(&s, s.n - 1) ? s.n - 1 : s.n;
}
