/* SPDX-License-Identifier: Apache-2.0 */
/* Tracepoints: which there are and where their format files lie. Reading a
 * format is tracefs_format.c's. */
#include "machine/internal.h"

#include <errno.h>
#include <unistd.h>

#include "machine/syscalls.h"

static const char *const mount_points[] = {
	"/sys/kernel/tracing",
	"/sys/kernel/debug/tracing",
};

/* --- the file system --------------------------------------------------------- */

/* Looks again after a failure: somebody may mount it meanwhile. */
static int find_tracefs(struct machine *m)
{
	int err = -ENOENT;
	size_t i;

	for (i = 0; i < ARRAY_SIZE(mount_points) && !m->tracefs; i++) {
		const char *path = machine_path(m, mount_points[i]);
		const char *events = arena_printf(&m->arena, "%s/events", path);

		if (is_allowed(events, R_OK | X_OK))
			m->tracefs = path;
		else if (errno == EACCES)
			err = -EACCES;
	}
	return m->tracefs ? 0 : err;
}

bool machine_has_tracefs(struct machine *m)
{
	return !find_tracefs(m);
}

int machine_need_tracefs(struct machine *m)
{
	int err = find_tracefs(m);

	if (err == -EACCES) {
		diag_error(m->d, (struct span){ 0 }, D_PERMISSION,
			   "tracefs cannot be read by this user");
		diag_hint(m->d, "run as root, or with CAP_DAC_READ_SEARCH");
	} else if (err) {
		diag_error(m->d, (struct span){ 0 }, D_KERNEL,
			   "tracefs is not mounted");
		diag_hint(m->d, "mount -t tracefs tracefs /sys/kernel/tracing");
	}
	return err;
}

/* --- lists ------------------------------------------------------------------- */

static bool is_event(struct machine *m, struct str category, struct str event)
{
	const char *path =
		arena_printf(&m->arena, "%s/events/%.*s/%.*s/format",
			     m->tracefs, STR_ARG(category), STR_ARG(event));

	return is_allowed(path, F_OK);
}

static bool is_plain_name(struct str s)
{
	return s.n && !str_is_glob(s) && !str_has(s, '/') &&
	       !str_has(s, '\0') && s.p[0] != '.';
}

static void add_event(struct arena *a, str_vec *out, struct str category,
		      struct str event)
{
	vec_push(a, out,
		 str_printf(a, "%.*s:%.*s", STR_ARG(category), STR_ARG(event)));
}

static void list_category(struct machine *m, struct str category,
			  struct str pattern, struct arena *a, str_vec *out)
{
	str_vec events = { 0 };

	if (is_plain_name(pattern)) {
		if (is_event(m, category, pattern))
			add_event(a, out, category, pattern);
		return;
	}
	list_folder(arena_printf(&m->arena, "%s/events/%.*s", m->tracefs,
				 STR_ARG(category)),
		    true, &m->arena, &events);
	vec_each(event, &events) {
		if (str_glob(pattern, *event))
			add_event(a, out, category, *event);
	}
}

int machine_tracepoints(struct machine *m, struct str category,
			struct str event, struct arena *a, str_vec *out)
{
	str_vec categories = { 0 };
	int err = machine_need_tracefs(m);

	if (err)
		return err;
	if (is_plain_name(category))
		vec_push(&m->arena, &categories, category);
	else
		list_folder(arena_printf(&m->arena, "%s/events", m->tracefs),
			    true, &m->arena, &categories);
	vec_each(c, &categories) {
		/* the function tracer's records: no program attaches there */
		if (str_glob(category, *c) && !str_is(*c, "ftrace"))
			list_category(m, *c, event, a, out);
	}
	str_vec_sort(out);
	return 0;
}

/* --- system calls ------------------------------------------------------------ */

/* From <sys/syscall.h>, by awk. */
static const struct {
	const char *name;
	int number;
} syscalls[] = { SYSCALLS };

/* Tracepoints are named after the kernel's functions; these differ. */
static const struct {
	const char *tracepoint, *name;
} aliases[] = {
	{ "newfstat", "fstat" },      { "newlstat", "lstat" },
	{ "newstat", "stat" },        { "newuname", "uname" },
	{ "sendfile64", "sendfile" }, { "umount", "umount2" },
};

const char *machine_syscall_name(struct machine *m, int number)
{
	size_t i;

	(void)m;
	for (i = 0; i < ARRAY_SIZE(syscalls); i++)
		if (syscalls[i].number == number)
			return syscalls[i].name;
	return NULL;
}

int machine_syscall_number(struct machine *m, struct str name)
{
	size_t i;

	(void)m;
	for (i = 0; i < ARRAY_SIZE(aliases); i++) {
		if (!str_is(name, aliases[i].tracepoint))
			continue;
		name = str_from(aliases[i].name);
		break;
	}
	for (i = 0; i < ARRAY_SIZE(syscalls); i++)
		if (str_is(name, syscalls[i].name))
			return syscalls[i].number;
	return -1;
}
