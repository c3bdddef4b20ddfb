/* SPDX-License-Identifier: Apache-2.0 */
/* Programs: the loader's cache, names of C++ and Rust, debug information. */
#include "test_machine.h"

#include <sys/stat.h>
#include <unistd.h>

static struct host h;

static void setup(void)
{
	host_open(&h, NULL);
}

static void teardown(void)
{
	host_close(&h);
}

TestSuite(program, .init = setup, .fini = teardown);

/* --- names ------------------------------------------------------------------- */

Test(program, demangle)
{
	static const struct {
		const char *name, *plain, *whole;
	} rows[] = {
		{ "_ZN2ns3addEih", "ns::add", "ns::add(int, unsigned char)" },
		{ "_ZN2ns5twiceIiEET_S1_", "ns::twice<int>",
		  "ns::twice<int>(int)" },
		{ "_ZN4espy4math4half17h5f3c9a1b7d2e4860E", "espy::math::half",
		  "espy::math::half" },
		{ "_RNvNtCs1234_7mycrate4math5third", "mycrate::math::third",
		  "mycrate::math::third" },
		{ "main", "", "" },
		{ "_Z", "", "" },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		struct str name = str_from(rows[i].name);

		expect_str(machine_demangle(name, false, &h.arena),
			   rows[i].plain);
		expect_str(machine_demangle(name, true, &h.arena),
			   rows[i].whole);
	}
}

Test(program, demangled_match)
{
	static const struct {
		const char *name, *pattern;
		bool want;
	} rows[] = {
		{ "_ZN2ns3addEih", "ns::add", true },
		{ "_ZN2ns3addEih", "ns::*", true },
		{ "_ZN2ns3addEih", "*", true },
		{ "_ZN2ns3addEih", "add", false },
		{ "_ZN2ns3addEih", "ns::ad", false },
		{ "_ZN2ns3addEih", "ns::add(int, unsigned char)", true },
		{ "_ZN2ns3addEih", "ns::add( int,unsigned char )", true },
		{ "_ZN2ns3addEih", "ns::add(int,unsignedchar)", false },
		{ "_ZN2ns3addEih", "ns::add(int)", false },
		{ "_ZN2ns3addEih", "ns::add(*)", true },
		{ "_ZN2ns5twiceIiEET_S1_", "ns::twice", true },
		{ "_ZN2ns5twiceIiEET_S1_", "ns::twice<int>", true },
		{ "_ZN2ns5twiceIiEET_S1_", "ns::twice<long>", false },
		{ "_ZN2ns1aixEi", "ns::a::operator[]", true },
		{ "_ZN2ns1agtERKS0_", "ns::a::operator>", true },
		{ "add", "add", false },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		cr_expect_eq(machine_demangled_match(str_from(rows[i].name),
						     str_from(rows[i].pattern)),
			     rows[i].want, "%s as %s", rows[i].name,
			     rows[i].pattern);
}

/* --- debug information -------------------------------------------------------- */

static struct str missing; /* of the last args_of() */

static const struct type *args_of(const char *symbol, const struct type **ret)
{
	const char *path = machine_binary(h.machine, STR("named"));
	elf_symbol_vec v = { 0 };

	cr_assert(path);
	cr_assert_eq(machine_elf_functions(h.machine, path, str_from(symbol),
					   &h.arena, &v),
		     0);
	cr_assert_eq(v.n, 1);
	return machine_user_args(h.machine, &h.types, path, v.v->address, ret,
				 &missing);
}

/* "type name @offset, ..." */
static struct str fields_text(const struct type *t)
{
	struct str all = str_from("");

	for (uint32_t i = 0; i < t->n_fields; i++)
		all = str_printf(&h.arena, "%.*s%s %.*s @%u, ", STR_ARG(all),
				 type_name(&h.arena, t->fields[i].type),
				 STR_ARG(t->fields[i].name),
				 t->fields[i].offset);
	return all;
}

Test(program, args)
{
	const struct type *ret, *args = args_of("many", &ret);

	cr_assert(args);
	cr_expect(!ret);
	expect_str(fields_text(args),
		   "int8 a @0, int16 b @8, int32 c @16, int64 d @24, "
		   "int8 * e @32, void * f @40, int32 g @48, ");
	cr_expect_eq(missing.n, 0);
	args = args_of("_ZN2ns3addEldl", &ret);
	expect_str(fields_text(args), "int64 a @0, int64 c @8, ");
	expect_str(missing, "b");
	expect_type(&h, ret, "bool");
	/* the first register says where the result goes */
	args = args_of("_ZN2ns4growENS_4pairEPKcNS_5largeEni", &ret);
	cr_expect(!ret);
	expect_str(fields_text(args),
		   "struct pair p @8, int8 * text @16, struct large x @48, "
		   "uint8[16] wide @24, int32 last @40, ");
}

Test(program, fields)
{
	const struct type *ret, *args = args_of("_ZN2ns4item4takeEs", &ret);
	const struct type *item = args->fields[0].type->elem;
	str_vec names = { 0 };
	struct field f;

	cr_assert_eq(item->kind, TY_RECORD);
	cr_expect(item->origin);
	cr_expect_not(type_is_kernels(item));
	cr_expect_eq(args->fields[0].type->space, AS_USER);
	cr_assert(machine_field(h.machine, &h.types, item, STR("next"), &f));
	cr_expect_eq(f.type->elem, item);
	cr_expect_not(machine_field(h.machine, &h.types, item, STR("no"), &f));
	cr_assert(machine_field(h.machine, &h.types, item, STR("high"), &f));
	cr_expect_eq(f.offset * 8 + f.bit_offset, 36 * 8 + 4);
	cr_expect_eq(f.bit_size, 12);
	machine_field_names(h.machine, item, &h.arena, &names);
	expect_str(joined(&h.arena, &names),
		   "id next of name low high number real ");
	expect_str(fields_text(machine_complete(h.machine, &h.types, item)),
		   "int32 id @0, struct item * next @8, enum kind of @16, "
		   "string[16] name @20, uint32 low @36, uint32 high @36, "
		   "int64 number @40, uint8[8] real @40, ");
}

Test(program, no_debug_information)
{
	const char *path = machine_binary(h.machine, STR("prog"));
	address_vec v = { 0 };
	const struct type *ret;
	uint64_t near;

	cr_assert(path);
	cr_expect(!machine_user_args(h.machine, &h.types, path, 0x1000, &ret,
				     &missing));
	cr_expect_not(machine_user_line(h.machine, path, STR("prog.c"), 1, 0,
					&h.arena, &v, &near));
	cr_expect(!machine_user_args(h.machine, &h.types, "/nowhere", 1, &ret,
				     &missing));
}

Test(program, lines)
{
	const char *path = machine_binary(h.machine, STR("named"));
	address_vec v = { 0 };
	uint64_t near;

	cr_expect(machine_user_line(h.machine, path, STR("named.cc"), 60, 0,
				    &h.arena, &v, &near));
	cr_expect_eq(v.n, 2, "one for each instance, found %zu", v.n);
	v.n = 0;
	cr_expect(machine_user_line(h.machine, path, STR("amed.cc"), 60, 0,
				    &h.arena, &v, &near));
	cr_expect_eq(v.n, 0);
	cr_expect(machine_user_line(h.machine, path, STR("named.cc"), 60, 1,
				    &h.arena, &v, &near));
	cr_expect_eq(v.n, 0);
	cr_expect_eq(near, 73);
}

Test(program, go)
{
	cr_expect(machine_elf_is_go(machine_binary(h.machine, STR("gopher"))));
	cr_expect_not(
		machine_elf_is_go(machine_binary(h.machine, STR("named"))));
	cr_expect_not(machine_elf_is_go("/nowhere"));
}

/* --- the loader's cache --------------------------------------------------------- */

struct cache {
	struct {
		char magic[20];
		uint32_t n, size;
		uint8_t flags[4];
		uint32_t extensions, unused[3];
	} head;
	struct {
		int32_t flags;
		uint32_t name, path, version;
		uint64_t hwcap;
	} entries[2];
	char text[96];
};

static void write_cache(const char *path, const char *library)
{
	struct cache c = { .head = { .n = 2, .size = sizeof(c.text) } };
	uint32_t at = offsetof(struct cache, text);
	FILE *f = fopen(path, "w");

	cr_assert(f);
	memcpy(c.head.magic, "glibc-ld.so.cache1.1", 20);
	strcpy(c.text, "libother.so.3");
	strcpy(c.text + 20, "libother.so.30");
	strcpy(c.text + 40, library);
	c.entries[0].name = at + 20;
	c.entries[0].path = at; /* no library */
	c.entries[1].name = at;
	c.entries[1].path = at + 40;
	cr_assert_eq(fwrite(&c, sizeof(c), 1, f), 1);
	cr_assert_eq(fclose(f), 0);
}

/* A library that only the cache knows. */
Test(program, cache)
{
	char root[] = "espy-test-XXXXXX";
	const char *etc, *odd, *cache, *library;
	auto_free char *target = NULL;
	struct host bare;

	cr_assert(mkdtemp(root));
	etc = arena_printf(&h.arena, "%s/etc", root);
	odd = arena_printf(&h.arena, "%s/odd", root);
	cache = arena_printf(&h.arena, "%s/ld.so.cache", etc);
	library = arena_printf(&h.arena, "%s/x.so", odd);
	target = realpath(data_path(&h.arena, "host/usr/lib/libsample.so.1"),
			  NULL);
	cr_assert_eq(mkdir(etc, 0700), 0);
	cr_assert_eq(mkdir(odd, 0700), 0);
	cr_assert_eq(symlink(target, library), 0);
	write_cache(cache, "/odd/x.so");
	host_open(&bare, root);
	expect_str(str_from(machine_binary(bare.machine, STR("libother.so.3"))),
		   library);
	expect_str(str_from(machine_binary(bare.machine, STR("libother"))),
		   library);
	cr_expect(!machine_binary(bare.machine, STR("libother.so.4")));
	cr_expect(!machine_binary(bare.machine, STR("libothe")));
	host_close(&bare);
	unlink(cache);
	unlink(library);
	rmdir(etc);
	rmdir(odd);
	cr_expect_eq(rmdir(root), 0);
}
