/* SPDX-License-Identifier: Apache-2.0 */
#include "runtime/fixups.h"

#include <errno.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "machine/usdt.h"
#include "plan/params.h"
#include "runtime/way.h"

/* --- parameters ----------------------------------------------------------- */

/* Positional parameter number n from 1; NULL: there is none. */
static const char *positional(const struct session *s, int64_t n)
{
	size_t i;

	for (i = 0; i < s->opts.n_params; i++) {
		if (!param_is_option(s->opts.params[i]) && --n == 0)
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

static int put_text(struct session *s, const struct plan_fixup *f, void *slot,
		    const char *dashes, struct str text)
{
	if (text.n < f->size) {
		memcpy(slot, text.p, text.n);
		return 0;
	}
	diag_error(s->diags, (struct span){ 0 }, D_PARAM,
		   "parameter %s%.*s is longer than %u bytes", dashes,
		   STR_ARG(f->arg), f->size - 1);
	return -EINVAL;
}

/* Warns of the first fixup that asks for what is missing. */
static const char *find_positional(struct session *s,
				   const struct plan_fixup *f)
{
	const char *text;
	int64_t n = 0;

	param_number(f->arg.p, &n);
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

	if (text && !param_number(text, &n)) {
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
	return put_text(s, f, slot, "$", str_from(find_positional(s, f)));
}

static int resolve_nparams(struct session *s, const struct plan_fixup *f,
			   void *slot)
{
	return put(f, slot, (uint64_t)count_positional(s));
}

/* What was given for an option that needs a value, else its default. False
 * after a report. */
static bool option_text(struct session *s, const struct plan_fixup *f,
			struct str *text)
{
	*text = f->fallback;
	if (!param_option(s->opts.params, s->opts.n_params, f->arg, text) ||
	    text->p)
		return true;
	diag_error(s->diags, (struct span){ 0 }, D_PARAM,
		   "parameter --%.*s needs a value: --%.*s=...",
		   STR_ARG(f->arg), STR_ARG(f->arg));
	return false;
}

static int resolve_bool(struct session *s, const struct plan_fixup *f,
			void *slot)
{
	struct str text = f->fallback;
	int64_t n = 1;

	param_option(s->opts.params, s->opts.n_params, f->arg, &text);
	if (!text.p || param_bool(text, &n))
		return put(f, slot, (uint64_t)n);
	diag_error(s->diags, (struct span){ 0 }, D_PARAM,
		   "parameter --%.*s has to be true or false, found '%.*s'",
		   STR_ARG(f->arg), STR_ARG(text));
	return -EINVAL;
}

static int resolve_option(struct session *s, const struct plan_fixup *f,
			  void *slot)
{
	struct str text;
	int64_t n = 0;

	if (param_is_bool(f->fallback))
		return resolve_bool(s, f, slot);
	if (!option_text(s, f, &text))
		return -EINVAL;
	if ((!text.n && text.p == f->fallback.p) ||
	    param_number(arena_copy(&s->arena, text.p, text.n), &n))
		return put(f, slot, (uint64_t)n);
	diag_error(s->diags, (struct span){ 0 }, D_PARAM,
		   "parameter --%.*s has to be a number, found '%.*s'",
		   STR_ARG(f->arg), STR_ARG(text));
	return -EINVAL;
}

static int resolve_option_text(struct session *s, const struct plan_fixup *f,
			       void *slot)
{
	struct str text;

	return option_text(s, f, &text) ? put_text(s, f, slot, "--", text)
					: -EINVAL;
}

/* --- options that were given ---------------------------------------------- */

static bool is_option(const struct plan_fixup *f)
{
	return f->kind == FX_OPTION || f->kind == FX_OPTION_TEXT;
}

static const struct plan_fixup *find_option(const struct session *s,
					    struct str name)
{
	vec_each(f, &s->plan->fixups)
		if (is_option(f) && str_eq(f->arg, name))
			return f;
	return NULL;
}

/* "--top=10: how many" with the default; an option that is on or off has
 * none to show. */
static void describe(const struct plan_fixup *f, struct buf *out)
{
	buf_printf(out, "\n--%.*s", STR_ARG(f->arg));
	if (f->kind == FX_OPTION_TEXT)
		buf_printf(out, "=\"%.*s\"", STR_ARG(f->fallback));
	else if (!str_is(f->fallback, "false"))
		buf_printf(out, "=%.*s", STR_ARG(f->fallback));
	if (f->doc.n)
		buf_printf(out, ": %.*s", STR_ARG(f->doc));
}

static void list_options(const struct session *s, struct buf *out)
{
	bool any = false;

	vec_each(f, &s->plan->fixups) {
		if (!is_option(f) || find_option(s, f->arg) != f)
			continue;
		if (!any)
			buf_puts(out, "expected program options:");
		any = true;
		describe(f, out);
	}
	if (!any)
		buf_puts(out, "the program has no options");
}

static int refuse_option(struct session *s, struct str name)
{
	auto_buf struct buf list = { 0 };
	struct suggest near = { 0 };

	list_options(s, &list);
	if (str_is(name, "help")) {
		diag_answer(s->diags, "%s", list.p);
		return -EINVAL;
	}
	diag_error(s->diags, (struct span){ 0 }, D_PARAM,
		   "the program has no option '--%.*s'", STR_ARG(name));
	vec_each(f, &s->plan->fixups) {
		if (is_option(f))
			suggest_offer(&near, name, f->arg);
	}
	if (near.best.p)
		diag_hint(s->diags, "did you mean '--%.*s'?",
			  STR_ARG(near.best));
	diag_hint(s->diags, "%s", list.p);
	return -EINVAL;
}

int fixups_check_options(struct session *s)
{
	struct str value, name;
	size_t i;

	for (i = 0; i < s->opts.n_params; i++) {
		if (!param_is_option(s->opts.params[i]))
			continue;
		name = param_option_name(s->opts.params[i], &value);
		if (!find_option(s, name))
			return refuse_option(s, name);
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

/* /proc/self/ns/pid of the namespace that was there first. */
#define FIRST_PIDNS_INO 0xeffffffcu

static int own_pidns(struct session *s, struct stat *st)
{
	if (!stat("/proc/self/ns/pid", st))
		return 0;
	return diag_errno(s->diags, errno, D_IO,
			  "cannot read /proc/self/ns/pid");
}

/* The kernel's own form of a device number. */
static int resolve_pidns_dev(struct session *s, const struct plan_fixup *f,
			     void *slot)
{
	struct stat st;
	int err = own_pidns(s, &st);

	return err ? err
		   : put(f, slot,
			 (uint64_t)major(st.st_dev) << 20 | minor(st.st_dev));
}

static int resolve_pidns_ino(struct session *s, const struct plan_fixup *f,
			     void *slot)
{
	struct stat st;
	int err = own_pidns(s, &st);

	return err ? err
		   : put(f, slot, st.st_ino == FIRST_PIDNS_INO ? 0 : st.st_ino);
}

static int resolve_tai_ns(struct session *s, const struct plan_fixup *f,
			  void *slot)
{
	struct timespec tai, boot;

	(void)s;
	clock_gettime(CLOCK_TAI, &tai);
	clock_gettime(CLOCK_BOOTTIME, &boot);
	return put(f, slot,
		   (uint64_t)((tai.tv_sec - boot.tv_sec) * 1000000000 +
			      tai.tv_nsec - boot.tv_nsec));
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

/* "provider:name" */
static bool find_mark(struct session *s, const char *path, struct str mark,
		      uint64_t *address)
{
	struct str name, provider = str_split(mark, ':', &name);
	usdt_site_vec found = { 0 };

	usdt_sites(path, provider, name, &s->arena, &found);
	if (found.n == 1)
		*address = found.v[0].address;
	return found.n == 1;
}

static int resolve_uaddr(struct session *s, const struct plan_fixup *f,
			 void *slot)
{
	struct str symbol, name = str_split(f->arg, ':', &symbol);
	const char *path = machine_binary(s->machine, name);
	struct elf_symbol found = { 0 };

	if (path && str_has(symbol, ':') &&
	    find_mark(s, path, symbol, &found.address))
		return put(f, slot, found.address);
	if (path && machine_elf_symbol(path, symbol, &s->arena, &found))
		return put(f, slot, found.address);
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

static int resolve_trampoline(struct session *s, const struct plan_fixup *f,
			      void *slot)
{
	return put(f, slot, way_is_trampoline(s, f->arg));
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
	[FX_TRAMPOLINE] = { resolve_trampoline },
	[FX_PIDNS_DEV] = { resolve_pidns_dev },
	[FX_PIDNS_INO] = { resolve_pidns_ino },
	[FX_TAI_NS] = { resolve_tai_ns },
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
