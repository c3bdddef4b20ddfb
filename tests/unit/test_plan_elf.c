/* SPDX-License-Identifier: Apache-2.0 */
#include <criterion/criterion.h>

#include "plan_sample.h"

#include <elf.h>

static struct diags diags;
static struct buf saved; /* a small ELF with the sample in it, sealed */
static struct buf text; /* of the sample */

/* The least that is an object with one section of our own. */
static void make_elf(struct buf *out, const char *section, struct str content)
{
	static const char names[] = "\0.shstrtab\0";
	Elf64_Ehdr head = {
		.e_ident = { ELFMAG0, ELFMAG1, ELFMAG2, ELFMAG3, ELFCLASS64,
			     ELFDATA2LSB, EV_CURRENT },
		.e_type = ET_REL,
		.e_machine = EM_BPF,
		.e_version = EV_CURRENT,
		.e_ehsize = sizeof(Elf64_Ehdr),
		.e_shentsize = sizeof(Elf64_Shdr),
		.e_shnum = 3,
		.e_shstrndx = 1,
	};
	Elf64_Shdr table[3] = {
		[1] = { .sh_name = 1,
			.sh_type = SHT_STRTAB,
			.sh_offset = sizeof(head),
			.sh_size = sizeof(names) + strlen(section) },
		[2] = { .sh_name = sizeof(names) - 1,
			.sh_type = SHT_PROGBITS,
			.sh_size = content.n,
			.sh_addralign = 1 },
	};

	table[2].sh_offset = table[1].sh_offset + table[1].sh_size;
	head.e_shoff = (table[2].sh_offset + content.n + 7) / 8 * 8;
	buf_add(out, &head, sizeof(head));
	buf_add(out, names, sizeof(names) - 1);
	buf_add(out, section, strlen(section) + 1);
	buf_str(out, content);
	buf_pad(out, 0, head.e_shoff - out->n);
	buf_add(out, table, sizeof(table));
}

static void setup(void)
{
	struct plan *p = plan_sample();
	auto_buf struct buf bytes = { 0 };

	plan_write(p, &bytes);
	plan_text(p, &text);
	make_elf(&saved, ".espy", buf_view(&bytes));
	plan_seal(&saved);
	plan_free(p);
}

static void teardown(void)
{
	buf_free(&saved);
	buf_free(&text);
	diags_free(&diags);
}

TestSuite(plan_elf, .init = setup, .fini = teardown);

static struct plan *open_bytes(const void *p, size_t n)
{
	diags_free(&diags);
	return plan_from_elf((struct str){ p, n }, &diags);
}

static void expect_refused(const void *p, size_t n, const char *want)
{
	struct plan *plan = open_bytes(p, n);

	cr_expect_null(plan, "want '%s'", want);
	cr_assert_eq(diags.v.n, 1, "want '%s'", want);
	cr_expect_eq(diags.v.v[0].code, D_SAVED);
	cr_expect_not_null(strstr(diags.v.v[0].text.p, want),
			   "have '%s', want '%s'", diags.v.v[0].text.p, want);
	plan_free(plan);
}

Test(plan_elf, saved_program_opens)
{
	struct plan *p = open_bytes(saved.p, saved.n);
	auto_buf struct buf have = { 0 };

	cr_assert_not_null(p, "%s", diags.v.n ? diags.v.v[0].text.p : "");
	plan_text(p, &have);
	cr_expect(str_eq(buf_view(&have), buf_view(&text)));
	cr_expect_eq(p->object.n, saved.n - 16);
	cr_expect_arr_eq(p->object.p, saved.p, p->object.n);
	cr_expect_neq(p->object.p, saved.p, "it is a copy");
	plan_free(p);
}

Test(plan_elf, any_bit_flipped)
{
	size_t bit;

	for (bit = 0; bit < saved.n * 8; bit++) {
		saved.p[bit / 8] ^= 1 << bit % 8;
		cr_assert_null(open_bytes(saved.p, saved.n), "bit %zu", bit);
		cr_assert_eq(diags.v.n, 1, "bit %zu", bit);
		cr_assert_eq(diags.v.v[0].code, D_SAVED);
		saved.p[bit / 8] ^= 1 << bit % 8;
	}
}

Test(plan_elf, truncated_anywhere)
{
	size_t n;

	for (n = 0; n < saved.n; n++) {
		/* A copy of its own size shows a read beyond the end. */
		auto_free char *copy = xmalloc(n);

		memcpy(copy, saved.p, n);
		expect_refused(copy, n,
			       n < 4 ? "not a saved program" : "cut short");
	}
}

Test(plan_elf, damage_is_named)
{
	auto_buf struct buf longer = { 0 };

	saved.p[100] ^= 1;
	expect_refused(saved.p, saved.n, "its checksum is wrong");
	saved.p[100] ^= 1;
	buf_add(&longer, saved.p, saved.n - 16);
	buf_add(&longer, saved.p, saved.n);
	expect_refused(longer.p, longer.n, "the file is damaged: ");
	buf_reset(&longer);
	buf_add(&longer, saved.p, saved.n);
	buf_putc(&longer, '\n');
	expect_refused(longer.p, longer.n, "cut short");
}

Test(plan_elf, other_files)
{
	auto_buf struct buf elf = { 0 };
	Elf64_Ehdr *head;

	expect_refused("", 0, "not a saved program");
	expect_refused("begin { exit() }\n", 17, "not a saved program");
	expect_refused("\177ELF", 4, "cut short");

	make_elf(&elf, ".text", STR("content"));
	expect_refused(elf.p, elf.n, "cut short, or espy did not save it");
	head = (Elf64_Ehdr *)elf.p;
	head->e_machine = EM_X86_64;
	expect_refused(elf.p, elf.n, "a program, but not one that espy saved");
	plan_seal(&elf);
	expect_refused(elf.p, elf.n, "no section .espy");
}

Test(plan_elf, sealed_but_no_elf)
{
	auto_buf struct buf elf = { 0 };

	buf_puts(&elf, "\177ELF and then nothing that makes sense");
	plan_seal(&elf);
	expect_refused(elf.p, elf.n, "no section .espy");
}

Test(plan_elf, other_version)
{
	auto_buf struct buf elf = { 0 };

	make_elf(&elf, ".espy", STR("ESPY\x63\x06x86_64"));
	plan_seal(&elf);
	expect_refused(elf.p, elf.n,
		       "its plan has version 99, this espy reads version 6");
	buf_reset(&elf);
	make_elf(&elf, ".espy", STR("EPSY"));
	plan_seal(&elf);
	expect_refused(elf.p, elf.n, "not a plan of espy");
}

Test(plan_elf, is_elf)
{
	cr_expect(plan_is_elf(buf_view(&saved)));
	cr_expect(plan_is_elf(STR("\177ELF")));
	cr_expect(!plan_is_elf(STR("\177EL")));
	cr_expect(!plan_is_elf(STR("")));
	cr_expect(!plan_is_elf(STR("#!/usr/bin/env espy\n")));
}
