/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a script: either a tree that can be copied and printed, or at
 * least one error. For libFuzzer: clang -fsanitize=fuzzer,address,undefined */
#include <stdlib.h>

#include "ast/ast.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void count(struct expr *e, void *arg)
{
	unsigned int *n = arg;

	*n += e->span.start <= e->span.end;
}

static void use(struct script *s, struct buf *out)
{
	struct arena a = { 0 };
	unsigned int n = 0;

	script_text(s, false, out);
	for (struct probe *p = s->probes; p; p = p->next)
		stmt_each_expr(stmt_clone(&a, p->body), count, &n);
	arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const params[] = { "1", "text" };
	const struct parse_env env = { params, ARRAY_SIZE(params) };
	struct sources srcs = { 0 };
	struct diags d = { .sources = &srcs };
	struct buf out = { 0 };
	const struct source *src;
	struct script *s;

	src = source_add(&srcs, STR("fuzz"),
			 (struct str){ (const char *)data, size });
	s = script_parse(&srcs, src, &env, &d);
	if (!s == !d.errors)
		abort();
	if (s)
		use(s, &out);
	diags_render(&d, false, &out);
	script_free(s);
	buf_free(&out);
	diags_free(&d);
	sources_free(&srcs);
	return 0;
}
