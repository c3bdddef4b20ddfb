/* SPDX-License-Identifier: Apache-2.0 */
#include "base/laps.h"

#include <string.h>
#include <time.h>

static uint64_t now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

void laps_start(struct laps *l)
{
	if (l)
		l->last = now();
}

void laps_end(struct laps *l, const char *name)
{
	uint64_t end;
	size_t i = 0;

	if (!l)
		return;
	end = now();
	while (i < l->n && strcmp(l->v[i].name, name))
		i++;
	if (i == l->n && l->n < LAPS_MAX)
		l->v[l->n++].name = name;
	if (i < l->n)
		l->v[i].ns += end - l->last;
	l->last = now();
}
