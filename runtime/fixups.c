/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/fixups.h"

#include <errno.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* --- numbers -------------------------------------------------------------- */

static unsigned int take_base(const char **p)
{
	if (**p != '0')
		return 10;
	if ((*p)[1] == 'x' || (*p)[1] == 'X') {
		*p += 2;
		return 16;
	}
	if ((*p)[1] == 'b' || (*p)[1] == 'B') {
		*p += 2;
		return 2;
	}
	return 8;
}

static unsigned int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return (unsigned int)(c - '0');
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? (unsigned int)(c - 'a') + 10 : 99;
}

static bool take_digits(const char **p, unsigned int base, uint64_t *out)
{
	const char *start = *p;

	for (; digit_value(**p) < base || (**p == '_' && *p > start); (*p)++) {
		if (**p == '_')
			continue;
		if (__builtin_mul_overflow(*out, base, out) ||
		    __builtin_add_overflow(*out, digit_value(**p), out))
			return false;
	}
	return *p > start && (*p)[-1] != '_';
}

static bool take_exponent(const char **p, uint64_t *out)
{
	uint64_t power = 0;

	if (**p != 'e' && **p != 'E')
		return true;
	(*p)++;
	if (!take_digits(p, 10, &power) || power > 19)
		return false;
	while (power--) {
		if (__builtin_mul_overflow(*out, 10, out))
			return false;
	}
	return true;
}

static bool take_suffix(const char *p, uint64_t *out)
{
	static const struct {
		const char *text;
		uint64_t factor;
	} suffixes[] = {
		{ "", 1 },
		{ "u", 1 },
		{ "l", 1 },
		{ "ul", 1 },
		{ "ll", 1 },
		{ "ull", 1 },
		{ "ns", 1 },
		{ "us", 1000 },
		{ "ms", 1000000 },
		{ "s", 1000000000 },
		{ "m", 60ull * 1000000000 },
		{ "h", 3600ull * 1000000000 },
		{ "d", 86400ull * 1000000000 },
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(suffixes); i++) {
		if (strcmp(p, suffixes[i].text) == 0)
			return !__builtin_mul_overflow(*out, suffixes[i].factor,
						       out);
	}
	return false;
}

bool fixup_parse_number(const char *text, int64_t *out)
{
	bool is_negative = *text == '-';
	const char *p = text + (is_negative || *text == '+');
	unsigned int base = take_base(&p);
	uint64_t n = 0;

	if (!take_digits(&p, base, &n))
		return false;
	if (base == 10 && !take_exponent(&p, &n))
		return false;
	if (!take_suffix(p, &n))
		return false;
	if (is_negative && n > 1ull << 63)
		return false;
	*out = (int64_t)(is_negative ? -n : n);
	return true;
}

/* --- parameters ----------------------------------------------------------- */

static bool is_option(const char *param)
{
	return strncmp(param, "--", 2) == 0 && param[2];
}

/* Positional parameter number n from 1; NULL: there is none. */
static const char *positional(const struct session *s, int64_t n)
{
	size_t i;

	for (i = 0; i < s->opts.n_params; i++) {
		if (!is_option(s->opts.params[i]) && --n == 0)
			return s->opts.params[i];
	}
	return NULL;
}

static int64_t count_positional(const struct session *s)
{
	int64_t n = 0;

	while (positional(s, n + 1))
		n++;
	return n;
}

static int put(const struct plan_fixup *f, void *slot, uint64_t n)
{
	memcpy(slot, &n, f->size < sizeof(n) ? f->size : sizeof(n));
	return 0;
}

static int put_text(const struct plan_fixup *f, void *slot, struct str text)
{
	size_t n = text.n < f->size ? text.n : f->size ? f->size - 1 : 0;

	memcpy(slot, text.p, n);
	return 0;
}

/* Warns of the first fixup that asks for what is missing. */
static const char *find_positional(struct session *s,
				   const struct plan_fixup *f)
{
	const char *text;
	int64_t n = 0;

	fixup_parse_number(f->arg.p, &n);
	text = positional(s, n);
	if (text || s->opts.params_checked)
		return text;
	vec_each(other, &s->plan->fixups) {
		if (other == f)
			break;
		if ((other->kind == FX_PARAM || other->kind == FX_PARAM_TEXT) &&
		    str_eq(other->arg, f->arg))
			return NULL;
	}
	diag_warn(s->diags, (struct span){ 0 }, D_PARAM,
		  "parameter $%.*s is missing", STR_ARG(f->arg));
	return NULL;
}

static int resolve_param(struct session *s, const struct plan_fixup *f,
			 void *slot)
{
	const char *text = find_positional(s, f);
	int64_t n = 0;

	if (text && !fixup_parse_number(text, &n)) {
		diag_error(s->diags, (struct span){ 0 }, D_PARAM,
			   "parameter $%.*s has to be a number, found '%s'",
			   STR_ARG(f->arg), text);
		return -EINVAL;
	}
	return put(f, slot, (uint64_t)n);
}

static int resolve_param_text(struct session *s, const struct plan_fixup *f,
			      void *slot)
{
	return put_text(f, slot, str_from(find_positional(s, f)));
}

static int resolve_nparams(struct session *s, const struct plan_fixup *f,
			   void *slot)
{
	return put(f, slot, (uint64_t)count_positional(s));
}

/* The name of a --name or --name=value. */
static struct str option_name(const char *param, struct str *value)
{
	return str_split(str_from(param + 2), '=', value);
}

/* The last --name=value; "true" for --name alone; else the fallback. */
static struct str option_text(const struct session *s,
			      const struct plan_fixup *f)
{
	struct str text = f->fallback;
	size_t i;

	for (i = 0; i < s->opts.n_params; i++) {
		struct str value;

		if (!is_option(s->opts.params[i]) ||
		    !str_eq(option_name(s->opts.params[i], &value), f->arg))
			continue;
		text = value.p ? value : STR("true");
	}
	return text;
}

static int resolve_option(struct session *s, const struct plan_fixup *f,
			  void *slot)
{
	const char *text =
		arena_copy(&s->arena, option_text(s, f).p, option_text(s, f).n);
	int64_t n = 0;

	if (strcasecmp(text, "true") == 0)
		n = 1;
	else if (strcasecmp(text, "false") == 0)
		n = 0;
	else if (!fixup_parse_number(text, &n)) {
		diag_error(s->diags, (struct span){ 0 }, D_PARAM,
			   "parameter --%.*s has to be a number, found '%s'",
			   STR_ARG(f->arg), text);
		return -EINVAL;
	}
	return put(f, slot, (uint64_t)n);
}

static int resolve_option_text(struct session *s, const struct plan_fixup *f,
			       void *slot)
{
	return put_text(f, slot, option_text(s, f));
}

static bool is_known_option(const struct session *s, struct str name)
{
	vec_each(f, &s->plan->fixups) {
		if ((f->kind == FX_OPTION || f->kind == FX_OPTION_TEXT) &&
		    str_eq(f->arg, name))
			return true;
	}
	return false;
}

int fixups_check_options(struct session *s)
{
	struct str value, name;
	size_t i;

	for (i = 0; i < s->opts.n_params; i++) {
		if (!is_option(s->opts.params[i]))
			continue;
		name = option_name(s->opts.params[i], &value);
		if (is_known_option(s, name))
			continue;
		diag_error(s->diags, (struct span){ 0 }, D_PARAM,
			   "the program has no parameter '--%.*s'",
			   STR_ARG(name));
		vec_each(f, &s->plan->fixups) {
			if (f->kind == FX_OPTION || f->kind == FX_OPTION_TEXT)
				diag_hint(s->diags, "it has --%.*s: %.*s",
					  STR_ARG(f->arg), STR_ARG(f->doc));
		}
		return -EINVAL;
	}
	return 0;
}

/* --- this run and this machine -------------------------------------------- */

static int resolve_target_pid(struct session *s, const struct plan_fixup *f,
			      void *slot)
{
	return put(f, slot, (uint64_t)s->opts.pid);
}

static int resolve_child_pid(struct session *s, const struct plan_fixup *f,
			     void *slot)
{
	return put(f, slot, (uint64_t)s->child.pid);
}

static int resolve_self_pid(struct session *s, const struct plan_fixup *f,
			    void *slot)
{
	(void)s;
	return put(f, slot, (uint64_t)getpid());
}

static int resolve_ncpus(struct session *s, const struct plan_fixup *f,
			 void *slot)
{
	return put(f, slot, (uint64_t)machine_cpus(s->machine));
}

static int resolve_start_ns(struct session *s, const struct plan_fixup *f,
			    void *slot)
{
	struct timespec now;

	(void)s;
	clock_gettime(CLOCK_BOOTTIME, &now);
	return put(f, slot,
		   (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec);
}

static int resolve_kaddr(struct session *s, const struct plan_fixup *f,
			 void *slot)
{
	uint64_t address = machine_kaddr(s->machine, f->arg);

	if (address)
		return put(f, slot, address);
	diag_error(s->diags, (struct span){ 0 }, D_KERNEL,
		   "this kernel has no symbol '%.*s', or hides its address",
		   STR_ARG(f->arg));
	return -ENOENT;
}

static int resolve_uaddr(struct session *s, const struct plan_fixup *f,
			 void *slot)
{
	struct str symbol, name = str_split(f->arg, ':', &symbol);
	const char *path = machine_binary(s->machine, name);
	elf_symbol_vec found = { 0 };

	if (path &&
	    machine_elf_functions(s->machine, path, symbol, &s->arena, &found))
		return -ENOENT;
	if (found.n)
		return put(f, slot, found.v[0].address);
	diag_error(s->diags, (struct span){ 0 }, D_KERNEL,
		   "there is no symbol '%.*s' in '%.*s'", STR_ARG(symbol),
		   STR_ARG(name));
	return -ENOENT;
}

/* The id of a cgroup is the inode of its folder. */
static int resolve_cgroupid(struct session *s, const struct plan_fixup *f,
			    void *slot)
{
	const char *path = arena_copy(&s->arena, f->arg.p, f->arg.n);
	struct stat st;

	if (stat(machine_path(s->machine, path), &st))
		return diag_errno(s->diags, errno, D_IO,
				  "cannot read the cgroup '%s'", path);
	return put(f, slot, st.st_ino);
}

/* --- the table ------------------------------------------------------------ */

const struct fixup_ops fixup_ops[FX_N] = {
	[FX_PARAM] = { resolve_param },
	[FX_PARAM_TEXT] = { resolve_param_text },
	[FX_NPARAMS] = { resolve_nparams },
	[FX_TARGET_PID] = { resolve_target_pid },
	[FX_CHILD_PID] = { resolve_child_pid },
	[FX_SELF_PID] = { resolve_self_pid },
	[FX_NCPUS] = { resolve_ncpus },
	[FX_START_NS] = { resolve_start_ns },
	[FX_KADDR] = { resolve_kaddr },
	[FX_UADDR] = { resolve_uaddr },
	[FX_CGROUPID] = { resolve_cgroupid },
	[FX_OPTION] = { resolve_option },
	[FX_OPTION_TEXT] = { resolve_option_text },
};

int fixups_fill(struct session *s, void *section, size_t size)
{
	vec_each(f, &s->plan->fixups) {
		int err;

		if (f->offset > size || f->size > size - f->offset)
			return diag_errno(s->diags, EINVAL, D_SAVED,
					  "a value of the program has no "
					  "place");
		err = fixup_ops[f->kind].resolve(s, f,
						 (char *)section + f->offset);
		if (err)
			return err;
	}
	return 0;
}
