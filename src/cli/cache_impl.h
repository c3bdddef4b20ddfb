/* SPDX-License-Identifier: Apache-2.0 */
/* cache_impl.h - what the files of the cache share. Not for others. */
#ifndef ESPY_CLI_CACHE_IMPL_H
#define ESPY_CLI_CACHE_IMPL_H

#include <stdint.h>

#include "cli/cache.h"

#define CACHE_HASH 0xcbf29ce484222325ull /* where a hash starts */
#define CACHE_TEMPORARY \
	"new." /* what names of files begin with that are
				  being written */
#define CACHE_BYTES   (32u << 20) /* of all entries */
#define CACHE_ENTRIES 200
#define MAX_PATH      4096

/* Goes on with a hash (FNV-1a). */
uint64_t cache_hash(uint64_t hash, const void *p, size_t n);

/* From here on the entry is that for just the values that parameters have; false
 * if there are none. */
bool cache_take_values(struct cache *k);

/* Drops what was used longest ago until the bounds hold, and what writers left
 * behind that were ended. */
void cache_bound(int dir);

#endif
