/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_check.c - any bytes as a script for the fake machine: a plan that can
 * be printed and written, or at least one error. For libFuzzer, with
 * $ESPY_SYSROOT set to tests/data/host. */
#include <stdlib.h>

#include "compile.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Opened once: it keeps what it has read. */
static struct machine *the_machine(struct diags *d)
{
	static struct machine *m;

	if (!m)
		m = machine_open(getenv("ESPY_SYSROOT"), d);
	return m;
}

static struct plan *plan_of(struct sources *srcs, struct str text,
			    struct buf *typed, struct diags *d)
{
	static const char *const params[] = { "1", "text" };
	struct compile_opts opts = {
		.machine = the_machine(d),
		.params = params,
		.n_params = ARRAY_SIZE(params),
		.unsafe = true,
		.last = STAGE_PLAN,
	};

	opts.text[STAGE_TYPED] = typed;
	return compile(srcs, source_add(srcs, STR("fuzz"), text), &opts, d);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct diags d; /* the machine keeps its address */
	auto_buf struct buf out = { 0 };
	auto_buf struct buf bytes = { 0 };
	struct sources srcs = { 0 };
	struct plan *p;

	d = (struct diags){ .sources = &srcs };
	p = plan_of(&srcs, (struct str){ (const char *)data, size }, &out, &d);
	if (!p == !d.errors)
		abort();
	if (p) {
		plan_text(p, &out);
		plan_write(p, &bytes);
	}
	plan_free(p);
	diags_render(&d, false, &out);
	diags_free(&d);
	sources_free(&srcs);
	return 0;
}
