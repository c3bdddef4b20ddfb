/* SPDX-License-Identifier: Apache-2.0 */
#include "plan/options.h"

#include <ctype.h>

static const char *const missing_choices[] = {
	[MISSING_ERROR] = "error",
	[MISSING_WARN] = "warn",
	[MISSING_IGNORE] = "ignore",
	NULL,
};

static const char *const stack_choices[] = { "bpftrace", "perf", "raw",
					     "build_id", NULL };

static const char *const unwind_choices[] = { "frame_pointers", "tables",
					      NULL };

/* The numbers are how older scripts switch it on and off. */
static const char *const cache_choices[] = { "PER_PID", "PER_PROGRAM", "NONE",
					     "1",       "0",           NULL };

/* What the kernel counts as compatible with its own licence. */
static const char *const license_choices[] = { "GPL",
					       "GPL v2",
					       "GPL and additional rights",
					       "Dual BSD/GPL",
					       "Dual MIT/GPL",
					       "Dual MPL/GPL",
					       NULL };

const struct option_row option_rows[OPT_N] = {
	[OPT_MAX_MAP_KEYS] = {
		.name = "max_map_keys",
		.fallback = 4096,
		.min = 1,
		.max = 1u << 30,
		.doc = "Entries that a map has room for when its declaration "
		       "does not say.",
	},
	[OPT_MAX_STRLEN] = {
		.name = "max_strlen",
		.fallback = 1024,
		.min = 1,
		.max = 65536,
		.doc = "Bytes of a string made by str(), buf() and path() "
		       "when the call does not say.",
	},
	[OPT_MAX_PROBES] = {
		.name = "max_probes",
		.fallback = 1024,
		.min = 1,
		.max = 1u << 20,
		.doc = "Places that a script may attach to.",
	},
	[OPT_MAX_BPF_PROGS] = {
		.name = "max_bpf_progs",
		.fallback = 1024,
		.min = 1,
		.max = 1u << 20,
		.doc = "BPF programs that a script may become.",
	},
	[OPT_MAX_CAT_BYTES] = {
		.name = "max_cat_bytes",
		.fallback = 10240,
		.min = 1,
		.max = 1u << 30,
		.doc = "Bytes of a file that cat() prints at most.",
	},
	[OPT_ON_STACK_LIMIT] = {
		.name = "on_stack_limit",
		.fallback = 32,
		.min = 0,
		.max = 512,
		.doc = "Bytes of a value that is kept on the BPF stack; larger "
		       "ones get memory of their own.",
	},
	[OPT_RING_BUFFER_PAGES] = {
		.name = "perf_rb_pages",
		.fallback = 0,
		.min = 0,
		.max = 1u << 18,
		.doc = "Pages of the buffer for events on their way out; 0 "
		       "chooses by the machine's memory.",
	},
	[OPT_LOG_SIZE] = {
		.name = "log_size",
		.fallback = 1000000,
		.min = 1,
		.max = UINT32_MAX >> 2,
		.doc = "Bytes of the verifier's log that is read when it "
		       "rejects a program.",
	},
	[OPT_PRINT_MAPS_ON_EXIT] = {
		.name = "print_maps_on_exit",
		.type = OT_BOOL,
		.fallback = true,
		.doc = "Print all maps when the trace ends.",
	},
	[OPT_MISSING_PROBES] = {
		.name = "missing_probes",
		.type = OT_CHOICE,
		.fallback = MISSING_ERROR,
		.choices = missing_choices,
		.doc = "What to do about a probe that cannot be attached.",
	},
	[OPT_STACK_MODE] = {
		.name = "stack_mode",
		.type = OT_CHOICE,
		.fallback = 0,
		.choices = stack_choices,
		.doc = "How stacks are printed when the call does not say.",
	},
	[OPT_STR_TRUNC_TRAILER] = {
		.name = "str_trunc_trailer",
		.type = OT_TEXT,
		.fallback_text = "..",
		.doc = "What follows a string that was cut off.",
	},
	[OPT_LICENSE] = {
		.name = "license",
		.type = OT_TEXT,
		.fallback_text = "GPL",
		.choices = license_choices,
		.doc = "The licence that the kernel is told.",
	},
	[OPT_CPP_DEMANGLE] = {
		.name = "cpp_demangle",
		.type = OT_BOOL,
		.fallback = true,
		.doc = "Print the symbols of C++ programs as in their source.",
	},
	[OPT_PREFER_FENTRY] = {
		.name = "prefer_fentry",
		.type = OT_BOOL,
		.fallback = true,
		.doc = "Attach kprobes as fentry and kretprobes as fexit, "
		       "which cost less, where the script cannot tell.",
	},
	[OPT_USTACK_UNWIND] = {
		.name = "ustack_unwind",
		.type = OT_CHOICE,
		.fallback = 0,
		.choices = unwind_choices,
		.doc = "How ustack finds who called: by frame_pointers, or by "
		       "the tables of .eh_frame, as dw_ustack does.",
	},
	[OPT_LAZY_SYMBOLICATION] = {
		.name = "lazy_symbolication",
		.type = OT_BOOL,
		.fallback = true,
		.is_inert = true,
		.doc = "Symbols are always looked up when they are printed.",
	},
	[OPT_CACHE_USER_SYMBOLS] = {
		.name = "cache_user_symbols",
		.type = OT_CHOICE,
		.fallback = 0,
		.choices = cache_choices,
		.is_inert = true,
		.doc = "Symbols of programs are always kept for each process.",
	},
	[OPT_SHOW_DEBUG_INFO] = {
		.name = "show_debug_info",
		.type = OT_BOOL,
		.fallback = false,
		.doc = "Print files and lines in stacks of processes, and the "
		       "functions that were inlined, from debug information.",
	},
	[OPT_MAX_MAP_MEMORY] = {
		.name = "max_map_memory",
		.unit = UNIT_BYTES,
		.fallback = 0,
		.min = 0,
		.max = 1ull << 50,
		.doc = "Memory of the kernel that all maps together may take "
		       "when they are full, as in \"64M\"; a script whose "
		       "maps are larger is not started. 0: no limit.",
	},
	[OPT_MAX_OUTPUT] = {
		.name = "max_output",
		.unit = UNIT_BYTES,
		.fallback = 0,
		.min = 0,
		.max = 1ull << 50,
		.doc = "Bytes of output, as in \"10M\", after which the trace "
		       "ends; what is beyond is not written, and told. 0: no "
		       "limit.",
	},
	[OPT_MAX_OVERHEAD] = {
		.name = "max_overhead",
		.unit = UNIT_SHARE,
		.fallback = 0,
		.min = 0,
		.max = 100000ull * OPTION_PERCENT,
		.doc = "What all probes together may take of the time of one "
		       "CPU, as in \"2%\". It is looked at every second; when "
		       "it was more, the probe that took most is detached, "
		       "and that is said. 0: no limit.",
	},
	[OPT_MAX_EVENTS_PER_SECOND] = {
		.name = "max_events_per_second",
		.fallback = 0,
		.min = 0,
		.max = 1u << 30,
		.doc = "How many events of each probe are handled in a second "
		       "of the clock, on all CPUs together; the others are "
		       "passed over behind the predicate, counted, and told "
		       "at the end. 0: no limit.",
	},
};

/* Names that are understood but are no setting here. */
static const struct old_name {
	const char *name;
	const char *now; /* the new name; NULL: nothing to set any more */
	bool is_quiet; /* only allows what is always allowed: not worth a word */
} old_names[] = {
	{ "strlen", "max_strlen", false },
	{ "no_cpp_demangle", "cpp_demangle", false },
	{ "cat_bytes_max", "max_cat_bytes", false },
	{ "map_keys_max", "max_map_keys", false },
	{ "symbol_source", NULL, false },
	{ "max_type_res_iterations", NULL, false },
	{ "unstable_addr", NULL, false },
	{ "unstable_import", NULL, false },
	{ "unstable_macro", NULL, false },
	{ "unstable_map_decl", NULL, false },
	{ "unstable_import_statement", NULL, true },
	{ "unstable_tseries", NULL, true },
	{ "unstable_typeinfo", NULL, true },
	{ "unstable_dw_ustack", NULL, true },
	{ "use_blazesym", NULL, true },
};

void options_default(struct options *o)
{
	enum option_id i;

	*o = (struct options){ 0 };
	for (i = 0; i < OPT_N; i++) {
		o->num[i] = option_rows[i].fallback;
		o->text[i] = str_from(option_rows[i].fallback_text);
	}
}

uint32_t option_choices(const struct option_row *r)
{
	uint32_t n = 0;

	while (r->choices && r->choices[n])
		n++;
	return n;
}

/* --- names ---------------------------------------------------------------- */

static bool equal_nocase(struct str a, const char *b)
{
	size_t i;

	if (a.n != strlen(b))
		return false;
	for (i = 0; i < a.n; i++)
		if (tolower((unsigned char)a.p[i]) !=
		    tolower((unsigned char)b[i]))
			return false;
	return true;
}

/* s without a prefix in any case. */
static bool strip(struct str *s, const char *prefix)
{
	size_t n = strlen(prefix);

	if (s->n < n || !equal_nocase((struct str){ s->p, n }, prefix))
		return false;
	s->p += n;
	s->n -= n;
	return true;
}

/* OPT_N when there is none. */
static enum option_id find_option(struct str key)
{
	enum option_id i = 0;

	while (i < OPT_N && !equal_nocase(key, option_rows[i].name))
		i++;
	return i;
}

static const struct old_name *find_old(struct str key)
{
	size_t i;

	for (i = 0; i < ARRAY_SIZE(old_names); i++)
		if (equal_nocase(key, old_names[i].name))
			return &old_names[i];
	return NULL;
}

static bool unknown(struct str key, struct diags *d, struct span at)
{
	struct suggest s = { 0 };
	size_t i;

	for (i = 0; i < OPT_N; i++)
		suggest_offer(&s, key, str_from(option_rows[i].name));
	diag_error(d, at, D_OPTION, "there is no option '%.*s'", STR_ARG(key));
	if (s.best.p)
		diag_hint(d, "did you mean '%.*s'?", STR_ARG(s.best));
	return false;
}

static bool set_old(const struct old_name *old, struct diags *d, struct span at)
{
	if (old->now)
		return diag_error(d, at, D_OPTION,
				  "option '%s' is called '%s' now", old->name,
				  old->now);
	if (!old->is_quiet)
		diag_warn(d, at, D_DEPRECATED,
			  "option '%s' has no effect any more", old->name);
	return true;
}

/* --- values --------------------------------------------------------------- */

/* Decimal or hexadecimal, with _ between digits. */
static bool parse_number(struct str s, uint64_t *out)
{
	unsigned int base = strip(&s, "0x") ? 16 : 10, digit;
	uint64_t n = 0;
	size_t i;

	if (!s.n || s.p[0] == '_' || s.p[s.n - 1] == '_')
		return false;
	for (i = 0; i < s.n; i++) {
		int c = tolower((unsigned char)s.p[i]);

		if (c == '_')
			continue;
		if (!isxdigit(c))
			return false;
		digit = isdigit(c) ? c - '0' : c - 'a' + 10;
		if (digit >= base || n > (UINT64_MAX - digit) / base)
			return false;
		n = n * base + digit;
	}
	*out = n;
	return true;
}

/* The letters of bytes, each 1024 times the one before. */
static bool parse_bytes(struct str s, uint64_t *out)
{
	static const char letters[] = "KMG";
	const char *letter = NULL;
	uint64_t times = 1;

	if (s.n && (s.p[s.n - 1] == 'B' || s.p[s.n - 1] == 'b') &&
	    !str_starts(s, "0x"))
		s.n--;
	if (s.n && s.p[s.n - 1])
		letter = strchr(letters, toupper((unsigned char)s.p[s.n - 1]));
	if (letter) {
		times = 1ull << (10 * (letter - letters + 1));
		s.n--;
	}
	if (!parse_number(s, out) || *out > UINT64_MAX / times)
		return false;
	*out *= times;
	return true;
}

/* Three digits behind the point; the sign is needed, so that nobody takes 2 for
 * all of two CPUs. 0 is 0 of anything. */
static bool parse_share(struct str s, uint64_t *out)
{
	uint64_t whole, part = 0, unit = OPTION_PERCENT;
	struct str rest;

	if (str_is(s, "0")) {
		*out = 0;
		return true;
	}
	if (!s.n || s.p[s.n - 1] != '%')
		return false;
	s.n--;
	if (!parse_number(str_split(s, '.', &rest), &whole) ||
	    whole > UINT32_MAX || (rest.n == 0 && str_has(s, '.')))
		return false;
	for (; rest.n; rest.p++, rest.n--) {
		unit /= 10;
		if (!isdigit((unsigned char)rest.p[0]) || !unit)
			return false;
		part += (uint64_t)(rest.p[0] - '0') * unit;
	}
	*out = whole * OPTION_PERCENT + part;
	return true;
}

static const struct {
	bool (*parse)(struct str s, uint64_t *out);
	const char *what;
} units[] = {
	[UNIT_NONE] = { parse_number, "a number" },
	[UNIT_BYTES] = { parse_bytes, "bytes, as in \"64M\"" },
	[UNIT_SHARE] = { parse_share, "a share, as in \"2%\"" },
};

void option_number(const struct option_row *r, uint64_t n, struct buf *out)
{
	static const char letters[] = "KMG";
	const char *letter = letters;
	uint64_t part = n % OPTION_PERCENT, unit = OPTION_PERCENT;

	switch (r->unit) {
	case UNIT_NONE: buf_printf(out, "%ju", (uintmax_t)n); return;
	case UNIT_BYTES:
		for (; n && !(n & 1023) && *letter; letter++)
			n >>= 10;
		buf_printf(out, "%ju", (uintmax_t)n);
		if (letter > letters)
			buf_putc(out, letter[-1]);
		return;
	case UNIT_SHARE:
		buf_printf(out, "%ju%s", (uintmax_t)(n / OPTION_PERCENT),
			   part ? "." : "");
		while (part) {
			unit /= 10;
			buf_putc(out, (char)('0' + part / unit));
			part %= unit;
		}
		buf_puts(out, n ? "%" : "");
		return;
	}
}

static bool set_number(const struct option_row *r, struct str value,
		       uint64_t *out, struct diags *d, struct span at)
{
	auto_buf struct buf low = { 0 }, high = { 0 }, found = { 0 };
	uint64_t n;

	if (!units[r->unit].parse(value, &n))
		return diag_error(d, at, D_OPTION,
				  "'%s' expects %s, found '%.*s'", r->name,
				  units[r->unit].what, STR_ARG(value));
	option_number(r, r->min, &low);
	option_number(r, r->max, &high);
	option_number(r, n, &found);
	if (n < r->min || n > r->max)
		return diag_error(d, at, D_OPTION,
				  "'%s' is between %s and %s, found %s",
				  r->name, low.p, high.p, found.p);
	*out = n;
	return true;
}

static bool set_bool(const struct option_row *r, struct str value,
		     uint64_t *out, struct diags *d, struct span at)
{
	bool yes = equal_nocase(value, "true") || str_is(value, "1");

	if (!yes && !equal_nocase(value, "false") && !str_is(value, "0"))
		return diag_error(d, at, D_OPTION,
				  "'%s' is true, false, 1 or 0, found '%.*s'",
				  r->name, STR_ARG(value));
	*out = yes;
	return true;
}

static bool set_choice(const struct option_row *r, struct str value,
		       uint64_t *out, struct diags *d, struct span at)
{
	auto_buf struct buf all = { 0 };
	uint64_t i;

	for (i = 0; r->choices[i]; i++) {
		if (equal_nocase(value, r->choices[i])) {
			*out = i;
			return true;
		}
		buf_printf(&all, "%s%s", i ? ", " : "", r->choices[i]);
	}
	return diag_error(d, at, D_OPTION, "'%s' is one of %s, found '%.*s'",
			  r->name, all.p, STR_ARG(value));
}

static bool set_text(const struct option_row *r, struct arena *a,
		     struct str value, struct str *out, struct diags *d,
		     struct span at)
{
	uint64_t i;

	if (str_has(value, '\0'))
		return diag_error(d, at, D_OPTION,
				  "'%s' cannot have a zero byte in it",
				  r->name);
	if (r->choices) {
		if (!set_choice(r, value, &i, d, at))
			return false;
		value = str_from(r->choices[i]);
	}
	*out = str_copy(a, value);
	return true;
}

static bool set_value(struct options *o, struct arena *a, enum option_id i,
		      struct str value, struct diags *d, struct span at)
{
	const struct option_row *r = &option_rows[i];

	switch (r->type) {
	case OT_NUMBER: return set_number(r, value, &o->num[i], d, at);
	case OT_BOOL: return set_bool(r, value, &o->num[i], d, at);
	case OT_CHOICE: return set_choice(r, value, &o->num[i], d, at);
	case OT_TEXT: return set_text(r, a, value, &o->text[i], d, at);
	}
	return false;
}

bool option_set(struct options *o, struct arena *a, struct str key,
		struct str value, struct diags *d, struct span at)
{
	const struct old_name *old;
	enum option_id i;

	if (!strip(&key, "ESPY_"))
		strip(&key, "BPFTRACE_");
	i = find_option(key);
	if (i == OPT_N) {
		old = find_old(key);
		return old ? set_old(old, d, at) : unknown(key, d, at);
	}
	if (!set_value(o, a, i, value, d, at))
		return false;
	o->is_set[i] = true;
	return true;
}

/* Variables with this prefix; those that are no option mean something else. */
static bool set_prefixed(struct options *o, struct arena *a, char *const *env,
			 const char *prefix, struct diags *d)
{
	bool ok = true;
	size_t i;

	for (i = 0; env[i]; i++) {
		struct str value, key;

		key = str_split(str_from(env[i]), '=', &value);
		if (!str_starts(key, prefix))
			continue;
		key.p += strlen(prefix);
		key.n -= strlen(prefix);
		if (find_option(key) == OPT_N && !find_old(key))
			continue;
		ok &= option_set(o, a, key, value, d, (struct span){ 0 });
	}
	return ok;
}

bool options_from_env(struct options *o, struct arena *a, char *const *env,
		      struct diags *d)
{
	bool ok = set_prefixed(o, a, env, "BPFTRACE_", d);

	return set_prefixed(o, a, env, "ESPY_", d) && ok;
}
