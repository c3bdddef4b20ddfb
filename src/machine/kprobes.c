/* SPDX-License-Identifier: Apache-2.0 */
/* Which functions of the kernel no kprobe may be put on, and why. */
#include "machine/internal.h"

enum {
	MAX_LIST = 16 << 20, /* bytes of the list of forbidden functions */
};

/* Lines of "0xffffffff81000000-0xffffffff81000010	name". */
static void load_blacklist(struct machine *m)
{
	auto_buf struct buf b = { 0 };
	struct str text, line;

	if (m->kprobes_tried)
		return;
	m->kprobes_tried = true;
	if (buf_read_file(
		    &b, machine_path(m, "/sys/kernel/debug/kprobes/blacklist"),
		    MAX_LIST))
		return;
	text = buf_view(&b);
	while (next_line(&text, &line)) {
		next_word(&line);
		line = next_word(&line);
		if (line.n)
			vec_push(&m->arena, &m->no_kprobes,
				 str_copy(&m->arena, line));
	}
	str_vec_sort(&m->no_kprobes);
}

bool machine_forbids_kprobe(struct machine *m, struct str name)
{
	size_t low = 0, high;

	load_blacklist(m);
	high = m->no_kprobes.n;
	while (low < high) {
		size_t mid = low + (high - low) / 2;
		int order = str_cmp(m->no_kprobes.v[mid], name);

		if (!order)
			return true;
		if (order < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return false;
}

/* "name.isra.0", "name.cold": what a compiler makes of a function. */
static struct str find_part(struct machine *m, struct str name)
{
	struct str pattern = str_printf(&m->arena, "%.*s.*", STR_ARG(name));
	str_vec found = { 0 };

	if (machine_functions(m, STR(""), pattern, &m->arena, &found) ||
	    !found.n)
		return (struct str){ 0 };
	return found.v[0];
}

const char *machine_no_kprobe(struct machine *m, struct str name)
{
	struct str part;

	if (machine_forbids_kprobe(m, name))
		return "the kernel forbids kprobes in this function, which "
		       "they are made of themselves";
	if (machine_kaddr(m, name))
		return "the kernel has this symbol, but it is no function "
		       "that can be traced (notrace, or data)";
	part = find_part(m, name);
	if (part.n)
		return arena_printf(&m->arena,
				    "the compiler made '%.*s' of this function",
				    STR_ARG(part));
	return NULL;
}
