/* SPDX-License-Identifier: Apache-2.0 */
/* What verifiers said about the programs of tests/progs/refused.c, on several
 * kernels, and what is made of it. With ESPY_UPDATE set, the explanations are
 * written down instead of compared. */
#include "runtime/verifier.h"
#include "test_machine.h"

/* Sections that are named otherwise than their row. */
static const struct {
	const char *kernel, *section, *row; /* kernel NULL: all */
} others[] = {
	{ NULL, "helper_unknown", "helper" },
	{ NULL, "loop_ends_never", "loop" },
	{ NULL, "loop", "shape" },
	{ "6.1", "too_many_maps", "too_large" },
	{ "6.18", "target", "policy" },
	/* from 6.4 on the end of the log is kept */
	{ "6.12", "log_full", "maybe_null" },
	{ "6.18", "log_full", "maybe_null" },
};

static const char *expected(const char *kernel, struct str section)
{
	for (size_t i = 0; i < ARRAY_SIZE(others); i++)
		if (str_is(section, others[i].section) &&
		    (!others[i].kernel || !strcmp(others[i].kernel, kernel)))
			return others[i].row;
	for (size_t i = 0; i < verifier_n_rows; i++)
		if (str_is(section, verifier_rows[i].name))
			return verifier_rows[i].name;
	return "no row";
}

static void explain(const char *kernel, struct str section, struct str log,
		    struct buf *out)
{
	struct str number, name = str_split(section, ' ', &number);
	struct diags d = {};
	struct verifier_refusal r = {
		.err = -atoi(number.p),
		.probe = STR("begin"),
		.log = log,
		.lacks_rights = str_is(name, "rights"),
	};
	const struct verifier_row *row;

	if (!r.err)
		return; /* this kernel takes it */
	row = verifier_explain(&r, &d);
	cr_expect_str_eq(row ? row->name : "none", expected(kernel, name),
			 "%s: %.*s", kernel, STR_ARG(name));
	buf_printf(out, "== %.*s: %s\n", STR_ARG(name),
		   row ? row->name : "none");
	diags_render(&d, false, out);
	diags_free(&d);
}

static void all_of(const char *kernel)
{
	struct arena a = {};
	const char *in = arena_printf(&a, "verifier/%s.log", kernel);
	const char *to = arena_printf(&a, "verifier/%s.out", kernel);
	struct buf text = {}, out = {}, want = {};
	struct str rest, section, log;
	const char *end;
	FILE *f;

	cr_assert_eq(buf_read_file(&text, data_path(&a, in), 1 << 20), 0);
	rest = buf_view(&text);
	while (str_starts(rest, "== ")) {
		section = str_split(rest, '\n', &rest);
		section = (struct str){ section.p + 3, section.n - 3 };
		end = str_starts(rest, "== ")
			      ? rest.p
			      : memmem(rest.p, rest.n, "\n== ", 4);
		end = !end ? rest.p + rest.n : end + (*end == '\n');
		log = (struct str){ rest.p, (size_t)(end - rest.p) };
		rest.p += log.n, rest.n -= log.n;
		explain(kernel, section, log, &out);
	}
	if (getenv("ESPY_UPDATE")) {
		f = fopen(data_path(&a, to), "w");
		cr_assert(f);
		fwrite(out.p, 1, out.n, f);
		fclose(f);
	}
	cr_assert_eq(buf_read_file(&want, data_path(&a, to), 1 << 20), 0);
	cr_expect_str_eq(out.p, want.p);
	buf_free(&text);
	buf_free(&out);
	buf_free(&want);
	arena_free(&a);
}

Test(verifier, linux_6_1)
{
	all_of("6.1");
}

Test(verifier, linux_6_12)
{
	all_of("6.12");
}

Test(verifier, linux_6_18)
{
	all_of("6.18");
}

/* The second place: a value of a map, a number through the stack. */
static const struct {
	const char *log;
	uint32_t made;
} origins[] = {
	{ "5: (85) call bpf_map_lookup_elem#1\n6: (bf) r6 = r0\n"
	  "7: (79) r1 = *(u64 *)(r6 +0)\n"
	  "R6 invalid mem access 'map_value_or_null'\n",
	  5 },
	{ "1: (b7) r1 = 7\n2: (7b) *(u64 *)(r10 -8) = r1\n"
	  "5: (79) r6 = *(u64 *)(r10 -8)\n7: (79) r0 = *(u64 *)(r6 +0)\n"
	  "R6 invalid mem access 'scalar'\n",
	  1 },
};

Test(verifier, origin)
{
	for (size_t i = 0; i < ARRAY_SIZE(origins); i++) {
		struct str script = STR("$p = @m[1];\nprint($p->x);\n");
		struct sources sources = {};
		struct diags d = { .sources = &sources };
		struct verifier_places places = {};
		struct verifier_refusal r = { .err = -13,
					      .probe = STR("begin"),
					      .log = str_from(origins[i].log),
					      .places = &places };
		const struct verifier_place at[] = {
			{ origins[i].made, 1, 6, STR("a.bt"),
			  STR("$p = @m[1];") },
			{ 7, 2, 7, STR("a.bt"), STR("print($p->x);") },
		};
		struct buf out = {};

		source_add(&sources, STR("a.bt"), script);
		vec_push(&places.arena, &places.v, at[0]);
		vec_push(&places.arena, &places.v, at[1]);
		cr_assert(verifier_explain(&r, &d));
		diags_render(&d, false, &out);
		cr_expect(strstr(out.p, "a.bt:2:7-12: ERROR"), "%s", out.p);
		cr_expect(strstr(out.p, "a.bt:1:6-11: "), "%s", out.p);
		cr_expect(strstr(out.p, "it comes from here"), "%s", out.p);
		buf_free(&out);
		diags_free(&d);
		sources_free(&sources);
		arena_free(&places.arena);
	}
}

Test(verifier, busiest)
{
	struct verifier_log l = {};

	verifier_log_read(&l, STR("1: (b7) r0 = 0\n2: (07) r0 += 1\n"
				  "3: (a5) if r0 < 0x9 goto pc-2\n"
				  "2: (07) r0 += 1\n"));
	cr_expect_eq(verifier_log_busiest(&l), 2);
	verifier_log_free(&l);
}

/* Each row was used by a kernel. */
Test(verifier, provoked)
{
	static const char *const kernels[] = { "6.1", "6.12", "6.18" };
	struct arena a = {};
	struct buf all = {};
	const char *path;

	for (size_t i = 0; i < ARRAY_SIZE(kernels); i++) {
		path = arena_printf(&a, "verifier/%s.out", kernels[i]);
		cr_assert_eq(buf_read_file(&all, data_path(&a, path), 1 << 20),
			     0);
	}
	for (size_t i = 0; i < verifier_n_rows; i++) {
		const char *name = verifier_rows[i].name;

		cr_expect(strstr(all.p, arena_printf(&a, ": %s\n", name)), "%s",
			  name);
	}
	buf_free(&all);
	arena_free(&a);
}
