/* SPDX-License-Identifier: Apache-2.0 */
/* options.h - settings of a script: `config = { key = value }`, the
 * environment's ESPY_KEY and (for scripts' sake) BPFTRACE_KEY. One table;
 * parser, environment, manual and encoding follow from its rows. */
#ifndef ESPY_PLAN_OPTIONS_H
#define ESPY_PLAN_OPTIONS_H

#include "base/diag.h"

enum option_id {
	OPT_MAX_MAP_KEYS,
	OPT_MAX_STRLEN,
	OPT_MAX_PROBES,
	OPT_MAX_BPF_PROGS,
	OPT_MAX_CAT_BYTES,
	OPT_ON_STACK_LIMIT,
	OPT_RING_BUFFER_PAGES, /* perf_rb_pages */
	OPT_LOG_SIZE,
	OPT_PRINT_MAPS_ON_EXIT,
	OPT_MISSING_PROBES, /* error, warn, ignore */
	OPT_STACK_MODE,
	OPT_STR_TRUNC_TRAILER,
	OPT_LICENSE,
	OPT_CPP_DEMANGLE,
	OPT_PREFER_FENTRY,
	OPT_USTACK_UNWIND, /* 1: by tables */
	OPT_LAZY_SYMBOLICATION,
	OPT_CACHE_USER_SYMBOLS,
	OPT_SHOW_DEBUG_INFO,
	OPT_MAX_MAP_MEMORY,
	OPT_MAX_OUTPUT,
	OPT_MAX_OVERHEAD,
	OPT_MAX_EVENTS_PER_SECOND,
	OPT_N,
};

enum option_type {
	OT_NUMBER,
	OT_BOOL,
	OT_CHOICE,
	OT_TEXT
};

/* What a number counts. */
enum option_unit {
	UNIT_NONE,
	UNIT_BYTES, /* "64M": K, M and G are powers of 1024 */
	UNIT_SHARE, /* "2.5%", in thousandths of a per cent */
};

#define OPTION_PERCENT 1000 /* of UNIT_SHARE */

struct option_row {
	const char *name;
	enum option_type type;
	enum option_unit unit; /* OT_NUMBER */
	uint64_t fallback; /* number, bool, index of the choice */
	const char *fallback_text; /* OT_TEXT */
	uint64_t min, max; /* OT_NUMBER */
	const char *const *choices; /* OT_CHOICE: NULL ends it; OT_TEXT: the
				       only texts allowed, or NULL */
	bool is_inert; /* accepted for scripts' sake, without effect */
	const char *doc;
};

extern const struct option_row option_rows[OPT_N];

/* Values; num for all but OT_TEXT. */
struct options {
	uint64_t num[OPT_N];
	struct str text[OPT_N];
	bool is_set[OPT_N]; /* given by environment or script */
};

enum {
	MISSING_ERROR,
	MISSING_WARN,
	MISSING_IGNORE
};

void options_default(struct options *o);

/* How many choices a row has. */
uint32_t option_choices(const struct option_row *r);

/* A value of OT_NUMBER as scripts have it: "64M", "2.5%". */
void option_number(const struct option_row *r, uint64_t n, struct buf *out);

/* Sets one from text; key in any case, with or without BPFTRACE_/ESPY_; old
 * names are refused with the new one named, names without effect any more are
 * accepted with a warning. Reports at `at` and returns false. Text values are
 * copied into a. */
bool option_set(struct options *o, struct arena *a, struct str key,
		struct str value, struct diags *d, struct span at);

/* ESPY_* and BPFTRACE_* variables; ESPY_ wins. */
bool options_from_env(struct options *o, struct arena *a, char *const *env,
		      struct diags *d);

#endif
