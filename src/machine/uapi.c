/* SPDX-License-Identifier: Apache-2.0 */
#include "machine/uapi.h"

/* In byte order of the names. */
static const struct row {
	const char *name;
	int64_t value;
} rows[] = {
#include "machine/uapi_table.inc"
};

bool uapi_constant(struct str name, int64_t *value)
{
	size_t lo = 0, hi = ARRAY_SIZE(rows);

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = str_cmp(name, str_from(rows[mid].name));

		if (!order) {
			*value = rows[mid].value;
			return true;
		}
		if (order < 0)
			hi = mid;
		else
			lo = mid + 1;
	}
	return false;
}

bool uapi_is_macro(struct str name)
{
	static const char *const families[] = {
		"AF_", "CAP_", "CLONE_", "O_", "PROT_", "SIG", "SOL_", "S_I",
	};
	bool is_errno = name.n && name.p[0] == 'E' && !str_has(name, '_');

	for (size_t i = 0; i < ARRAY_SIZE(families); i++)
		if (str_starts(name, families[i]))
			return true;
	return is_errno;
}

void uapi_suggest(struct str name, struct suggest *s)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		suggest_offer(s, name, str_from(rows[i].name));
}
