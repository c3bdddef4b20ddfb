/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/disasm.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <unistd.h>

#include "runtime/insn.h"

/* What the kernel tells of a program. */
struct listing {
	struct machine *machine;
	const struct disasm_maps *maps;
	struct arena arena;
	struct btf *btf; /* NULL: the program has none */

	struct bpf_prog_info info;
	const struct bpf_insn *insns;
	size_t n_insns;
	const struct bpf_line_info *lines; /* by instruction */
	const struct bpf_func_info *functions; /* the same */
};

static void *room(struct listing *l, uint32_t n, uint32_t size, uint32_t *rec)
{
	if (rec)
		*rec = size;
	return arena_alloc(&l->arena, (size_t)n * size);
}

/* The first answer tells how much there is, the second all of it. */
static int ask(struct listing *l, int fd)
{
	struct bpf_prog_info sizes = {}, *info = &l->info;
	uint32_t length = sizeof(sizes);

	if (bpf_obj_get_info_by_fd(fd, &sizes, &length))
		return -errno;
	*info = (struct bpf_prog_info){
		.xlated_prog_len = sizes.xlated_prog_len,
		.nr_line_info = sizes.nr_line_info,
		.nr_func_info = sizes.nr_func_info,
	};
	l->insns = room(l, sizes.xlated_prog_len, 1, NULL);
	l->lines = room(l, sizes.nr_line_info, sizeof(*l->lines),
			&info->line_info_rec_size);
	l->functions = room(l, sizes.nr_func_info, sizeof(*l->functions),
			    &info->func_info_rec_size);
	info->xlated_prog_insns = (uintptr_t)l->insns;
	info->line_info = (uintptr_t)l->lines;
	info->func_info = (uintptr_t)l->functions;
	length = sizeof(*info);
	if (bpf_obj_get_info_by_fd(fd, info, &length))
		return -errno;
	if (!info->xlated_prog_insns || !info->xlated_prog_len)
		return -EPERM;
	l->n_insns = info->xlated_prog_len / sizeof(*l->insns);
	l->btf =
		info->btf_id ? btf__load_from_kernel_by_id(info->btf_id) : NULL;
	return 0;
}

static const char *text_at(const struct listing *l, uint32_t offset)
{
	const char *text = l->btf ? btf__name_by_offset(l->btf, offset) : NULL;

	return text ? text : "";
}

/* --- names ---------------------------------------------------------------- */

/* The function that starts at an instruction; NULL: none does. */
static const char *function_at(const struct listing *l, int64_t at)
{
	for (uint32_t i = 0; l->btf && i < l->info.nr_func_info; i++) {
		const struct bpf_func_info *f = &l->functions[i];
		const struct btf_type *t;

		if (f->insn_off != at)
			continue;
		t = btf__type_by_id(l->btf, f->type_id);
		return t ? text_at(l, t->name_off) : NULL;
	}
	return NULL;
}

/* Calls of the kernel are relative to a symbol of it, or 0 where addresses
 * are hidden. */
static bool name_call(void *listing, const struct bpf_insn *insn, size_t at,
		      struct buf *out)
{
	struct listing *l = listing;
	uint64_t base, offset;
	struct str name;

	if (insn->src_reg == BPF_PSEUDO_CALL) {
		int64_t target = (int64_t)at + 1 + insn->off;
		const char *function = function_at(l, target);

		buf_printf(out, "%s", function ? function : "function at ");
		if (!function)
			buf_printf(out, "%lld", (long long)target);
		return true;
	}
	base = machine_kaddr(l->machine, STR("__bpf_call_base"));
	if (base && insn->imm &&
	    machine_ksym(l->machine, base + (uint64_t)(int64_t)insn->imm, &name,
			 &offset) &&
	    !offset) {
		buf_str(out, name);
		return true;
	}
	if (!insn->imm)
		buf_puts(out, "a function of the kernel");
	return !insn->imm;
}

static bool name_map(void *listing, uint32_t id, struct buf *out)
{
	const struct listing *l = listing;
	struct bpf_map_info info = {};
	uint32_t length = sizeof(info);
	auto_fd int fd = -1;

	if (l->maps && l->maps->name(l->maps->arg, id, out))
		return true;
	fd = bpf_map_get_fd_by_id(id);
	if (fd < 0 || bpf_obj_get_info_by_fd(fd, &info, &length) ||
	    !info.name[0])
		return false;
	buf_printf(out, "map %s", info.name);
	return true;
}

/* --- text ----------------------------------------------------------------- */

/* The line of the script that an instruction begins; the same line is not
 * told twice in a row. */
static void put_line(const struct listing *l, size_t at, uint32_t *next,
		     uint32_t *said, struct buf *out)
{
	const struct bpf_line_info *line;
	const char *text;

	while (*next < l->info.nr_line_info && l->lines[*next].insn_off < at)
		++*next;
	if (*next == l->info.nr_line_info || l->lines[*next].insn_off != at)
		return;
	line = &l->lines[(*next)++];
	if (line->line_col == *said)
		return;
	*said = line->line_col;
	text = text_at(l, line->line_off);
	text += strspn(text, " \t");
	buf_printf(out, "; %s:%u", text_at(l, line->file_name_off),
		   line->line_col >> 10);
	if (line->line_col & 0x3ff) /* else of the function as a whole */
		buf_printf(out, ":%u", line->line_col & 0x3ff);
	buf_printf(out, ": %s\n", text);
}

static void put_all(struct listing *l, struct buf *out)
{
	const struct insn_names names = { name_call, name_map, l };
	uint32_t next = 0, said = 0;
	size_t at = 0;

	buf_printf(out, "%zu instructions, %u bytes of machine code\n",
		   l->n_insns, l->info.jited_prog_len);
	while (at < l->n_insns) {
		const char *function = function_at(l, (int64_t)at);

		if (function)
			buf_printf(out, "%s:\n", function);
		put_line(l, at, &next, &said, out);
		buf_printf(out, "%5zu: ", at);
		at += insn_text(l->insns, l->n_insns, at, &names, out);
		buf_putc(out, '\n');
	}
}

int disasm_program(int prog_fd, struct machine *m,
		   const struct disasm_maps *maps, struct buf *out)
{
	struct listing l = { .machine = m, .maps = maps };
	int err = ask(&l, prog_fd);

	if (!err)
		put_all(&l, out);
	btf__free(l.btf);
	arena_free(&l.arena);
	return err;
}
