/* SPDX-License-Identifier: Apache-2.0 */
/* Names of C++ and Rust functions as people write them: libiberty's
 * demangler. */
#include "machine/machine.h"

#include <ctype.h>
#include <libiberty/demangle.h>
#include <stdlib.h>

enum {
	MAX_MANGLED = 4096, /* longer names stay as they are */
};

struct str machine_demangle(struct str name, bool with_params, struct arena *a)
{
	int flags = DMGL_AUTO | DMGL_ANSI | DMGL_RET_DROP |
		    (with_params ? DMGL_PARAMS : 0);
	auto_free char *text = NULL, *plain = NULL;

	if (name.n > MAX_MANGLED ||
	    (!str_starts(name, "_Z") && !str_starts(name, "_R")))
		return (struct str){ 0 };
	text = strndup(name.p, name.n);
	plain = cplus_demangle(text, flags);
	return plain ? str_copy(a, str_from(plain)) : (struct str){ 0 };
}

/* Without blanks, but for those that part two words. */
static struct str squeeze(struct arena *a, struct str s)
{
	char *out = arena_alloc(a, s.n + 1);
	size_t i, n = 0;

	for (i = 0; i < s.n; i++) {
		bool parts = n && i + 1 < s.n &&
			     isalnum((unsigned char)out[n - 1]) &&
			     isalnum((unsigned char)s.p[i + 1]);

		if (s.p[i] != ' ' || parts)
			out[n++] = s.p[i];
	}
	return (struct str){ out, n };
}

/* "f" of "f<int>"; operators keep what only looks like it. */
static struct str without_template(struct str s)
{
	size_t i, depth = 0;

	if (!str_ends(s, ">") || memmem(s.p, s.n, "operator", 8))
		return s;
	for (i = s.n; i > 0; i--) {
		depth += s.p[i - 1] == '>';
		depth -= s.p[i - 1] == '<' && depth;
		if (!depth)
			return (struct str){ s.p, i - 1 };
	}
	return s;
}

bool machine_demangled_match(struct str name, struct str pattern)
{
	struct arena a = { 0 };
	struct str plain = machine_demangle(name, str_has(pattern, '('), &a);
	bool ok = false;

	if (plain.n) {
		pattern = squeeze(&a, pattern);
		plain = squeeze(&a, plain);
		ok = str_eq(pattern, plain) || str_glob(pattern, plain) ||
		     str_glob(pattern, without_template(plain));
	}
	arena_free(&a);
	return ok;
}
