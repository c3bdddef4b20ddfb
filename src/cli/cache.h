/* SPDX-License-Identifier: Apache-2.0 */
/* cache.h - compiled programs, kept in the user's cache folder
 * ($XDG_CACHE_HOME/espy/plans, else ~/.cache/espy/plans).
 *
 * An entry is found by all that the compile depends on: the script and its
 * name, the shape of parameters, options, environment, folder, the compiler, the
 * kernel with its modules and events, and what the process may do. Parameters
 * are filled in when the program is loaded: their values are part of it only
 * where they decide what is compiled (attach points, comptime). It names the
 * files that were read besides, with those that are probed, and the variables by
 * which they were found. It is used only when it belongs to the user, nobody
 * else may write it, and all of that is still the same; then it is checked like
 * any saved program. Whatever is wrong with it, the script is compiled.
 *
 * What depends on more is not kept: patterns of files and what processes have
 * mapped, programs of BPF of this moment, scripts with warnings. */
#ifndef ESPY_CLI_CACHE_H
#define ESPY_CLI_CACHE_H

#include "cli/cli.h"

struct cache {
	int dir; /* the folder; -1: nothing is kept */
	struct buf key;
	char name[32]; /* of the entry */
	const char *const *params; /* borrowed */
	size_t n_params;
};

/* Is there a cache for this invocation? compiler: path of the program that
 * compiles. Close it in any case. */
bool cache_open(struct cache *k, const struct cli *c, struct str name,
		struct str text, const char *compiler);
void cache_close(struct cache *k);

/* What was compiled before; NULL: nothing that can be used. */
struct plan *cache_get(struct cache *k);

/* Keeps a plan if it can be kept, and drops what was used longest ago when there
 * is too much. The first of the sources is the script; m was asked for all that
 * was compiled. */
void cache_put(struct cache *k, const struct plan *p,
	       const struct sources *srcs, struct machine *m);

#endif
