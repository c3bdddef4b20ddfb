/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

ESPY_FUNC int64_t espy_strlen(const char *s, uint64_t size)
{
	uint64_t i;

	for (i = 0; i < size; i++)
		if (!s[i])
			break;
	return i;
}

ESPY_FUNC int64_t espy_strncmp(const char *a, const char *b, uint64_t n)
{
	int64_t difference;
	uint64_t i;

	for (i = 0; i < n; i++) {
		difference = (int64_t)(uint8_t)a[i] - (uint8_t)b[i];
		if (difference || !a[i])
			return difference;
	}
	return 0;
}

/* Does b, up to its NUL or its end, start at a, which has room bytes? */
static ESPY_FUNC int starts(const char *a, uint64_t room, const char *b,
			    uint64_t b_size)
{
	uint64_t i;

	for (i = 0; i < b_size && b[i]; i++)
		if (i >= room || a[i] != b[i])
			return 0;
	return 1;
}

ESPY_FUNC int64_t espy_strstr(const char *a, uint64_t a_size, const char *b,
			      uint64_t b_size)
{
	uint64_t i;

	for (i = 0; i < a_size; i++) {
		if (starts(a + i, a_size - i, b, b_size))
			return i;
		if (!a[i])
			return -1;
	}
	return b_size && b[0] ? -1 : 0;
}

ESPY_FUNC int64_t espy_is_at(const char *a, uint64_t a_size, uint64_t i,
			     const char *b, uint64_t b_size)
{
	uint64_t j, at;

	for (j = 0; j < b_size && b[j]; j++) {
		at = i + j;
		opaque(at);
		if (at >= a_size || a[at] != b[j])
			return 0;
	}
	return 1;
}

ESPY_FUNC int64_t espy_memcmp(const char *a, const char *b, uint64_t n)
{
	int64_t difference;
	uint64_t i;

	for (i = 0; i < n; i++) {
		difference = (int64_t)(uint8_t)a[i] - (uint8_t)b[i];
		if (difference)
			return difference;
	}
	return 0;
}

ESPY_FUNC int64_t espy_bytes_differ(const uint64_t *a, const uint64_t *b,
				    uint64_t n)
{
	const char *x, *y;
	uint64_t i, different = 0;

	for (i = 0; i < n / 8; i++)
		different |= a[i] ^ b[i];
	x = (const char *)(a + n / 8);
	y = (const char *)(b + n / 8);
	for (i = 0; i < n % 8; i++)
		different |= x[i] ^ y[i];
	return different;
}
