/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_elf.c - any bytes as a program to trace: its symbols, marks, tables of
 * frames and debug information are read, or it is refused. For libFuzzer. */
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "machine/machine.h"
#include "machine/usdt.h"

#define MAX_ASKED 32 /* of the symbols */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void ask_symbols(const char *path, struct arena *a, elf_symbol_vec *out)
{
	struct elf_symbol one;

	machine_elf_symbols(path, STR("*"), a, out);
	machine_elf_symbol(path, STR("main"), a, &one);
	machine_elf_stubs(path, a, out);
	machine_elf_is_go(path);
}

static void ask_marks(const char *path, struct arena *a)
{
	usdt_site_vec sites = { 0 };
	struct usdt_operand operand;
	uint32_t i;

	usdt_sites(path, STR("*"), STR("*"), a, &sites);
	vec_each(s, &sites)
		for (i = 0; i < 4 && i < usdt_count(s->operands); i++)
			usdt_operand(usdt_word(s->operands, i), &operand);
}

/* Arguments of functions, and the lines of their code. */
static void ask_debug(struct machine *m, const char *path, struct arena *a,
		      const elf_symbol_vec *symbols)
{
	source_vec places = { 0 };
	address_vec lines = { 0 };
	struct types types = { 0 };
	const struct type *ret;
	struct str missing;
	uint64_t near;
	size_t i;

	types_init(&types, a);
	for (i = 0; i < symbols->n && i < MAX_ASKED; i++) {
		machine_user_args(m, &types, path, symbols->v[i].address, &ret,
				  &missing);
		machine_user_source(m, path, symbols->v[i].offset, a, &places);
	}
	machine_user_line(m, path, STR("prog.c"), 10, 0, a, &lines, &near);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	elf_symbol_vec symbols = { 0 };
	unwind_row_vec rows = { 0 };
	struct arena arena = { 0 };
	struct diags d = { 0 };
	auto_fd int fd = memfd_create("fuzz", MFD_CLOEXEC);
	struct machine *m;
	char path[64];

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		abort();
	snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	m = machine_open(NULL, &d);
	ask_symbols(path, &arena, &symbols);
	ask_marks(path, &arena);
	machine_elf_unwind(path, &arena, &rows);
	ask_debug(m, path, &arena, &symbols);
	machine_close(m);
	diags_free(&d);
	arena_free(&arena);
	return 0;
}
