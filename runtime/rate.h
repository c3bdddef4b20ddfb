/* SPDX-License-Identifier: Apache-2.0 */
/* rate.h - values of a map as how much they grew per second since they were
 * last shown so, or since the map began. Needs no kernel. */
#ifndef ESPY_RUNTIME_RATE_H
#define ESPY_RUNTIME_RATE_H

#include "runtime/maps.h"

extern const struct type rate_type; /* of the values that rate_apply() makes */

bool rate_can(const struct type *value); /* numbers that grow */

/* When the map begins, ns of any clock that goes on. */
void rate_begin(struct map_handle *m, int64_t now);

/* Replaces the rows' values by their rates, rounded. is_taken: the map starts
 * over from zero now. */
void rate_apply(struct map_handle *m, struct rows *rows, int64_t now,
		bool is_taken);

void rate_restart(struct map_handle *m); /* it starts from zero again */
void rate_free(struct map_handle *m);

#endif
