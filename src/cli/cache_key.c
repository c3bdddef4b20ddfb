/* SPDX-License-Identifier: Apache-2.0 */
/* Where the cache is, and what an entry is found by. */
#include "cli/cache.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cli/cache_impl.h"
#include "plan/params.h"

#define MAX_LIST (1u << 20) /* bytes of a file of the kernel */

/* --- the folder ------------------------------------------------------------ */

static bool is_own_folder(const char *path)
{
	struct stat st;

	return path && path[0] == '/' && !stat(path, &st) &&
	       S_ISDIR(st.st_mode) && st.st_uid == geteuid();
}

/* With sudo the environment may name the folders of somebody else, who could
 * then choose what we run, and would find files that he cannot remove: ours are
 * those of who we are. */
static bool find_base(struct buf *path)
{
	const char *given = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
	const struct passwd *who;

	if (getauxval(AT_SECURE))
		return false;
	if (is_own_folder(given)) {
		buf_puts(path, given);
		return true;
	}
	if (!is_own_folder(home)) {
		who = getpwuid(geteuid());
		home = who ? who->pw_dir : NULL;
	}
	if (!is_own_folder(home))
		return false;
	buf_printf(path, "%s/.cache", home);
	return true;
}

static int open_folder(void)
{
	static const char *const below[] = { "", "/espy", "/plans" };
	auto_buf struct buf path = {};
	struct stat st;
	int fd;

	if (!find_base(&path))
		return -1;
	for (size_t i = 0; i < ARRAY_SIZE(below); i++) {
		buf_puts(&path, below[i]);
		mkdir(path.p, 0700);
	}
	fd = open(path.p, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return -1;
	if (!fstat(fd, &st) && st.st_uid == geteuid() &&
	    !(st.st_mode & (S_IWGRP | S_IWOTH)))
		return fd;
	close(fd);
	return -1;
}

/* --- the key --------------------------------------------------------------- */

static void add(struct buf *b, const void *p, size_t n)
{
	uint64_t size = n;

	buf_add(b, &size, sizeof(size));
	if (n)
		buf_add(b, p, n);
}

static void add_text(struct buf *b, const char *text)
{
	add(b, text ? text : "", text ? strlen(text) : 0);
}

static void add_list(struct buf *b, const char *const *list, size_t n)
{
	add(b, &n, sizeof(n));
	for (size_t i = 0; i < n; i++)
		add_text(b, list[i]);
}

static size_t length(const char *const *list)
{
	size_t n = 0;

	while (list[n])
		n++;
	return n;
}

static bool add_compiler(struct buf *b, const char *path)
{
	struct stat st;

	if (stat(path, &st))
		return false;
	add_text(b, PACKAGE_VERSION);
	add(b, &st.st_dev, sizeof(st.st_dev));
	add(b, &st.st_ino, sizeof(st.st_ino));
	add(b, &st.st_size, sizeof(st.st_size));
	add(b, &st.st_mtim, sizeof(st.st_mtim));
	return true;
}

/* Name and size of each module: how often it is used changes all the time. */
static void add_modules(struct buf *b)
{
	auto_buf struct buf text = {};
	struct str rest, line, name, size;

	buf_read_file(&text, "/proc/modules", MAX_LIST);
	rest = buf_view(&text);
	while (rest.n) {
		line = str_split(rest, '\n', &rest);
		name = str_split(line, ' ', &line);
		size = str_split(line, ' ', &line);
		add(b, name.p, name.n);
		add(b, size.p, size.n);
	}
}

/* Events that were made while the kernel runs. */
static void add_events(struct buf *b)
{
	static const char *const places[] = { "/sys/kernel/tracing",
					      "/sys/kernel/debug/tracing" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		auto_buf struct buf path = {}, text = {};

		buf_printf(&path, "%s/dynamic_events", places[i]);
		buf_putc(&text, access(places[i], R_OK | X_OK) ? '0' : '1');
		buf_read_file(&text, path.p, MAX_LIST);
		add(b, text.p, text.n);
	}
}

static void add_kernel(struct buf *b)
{
	struct utsname u = {};

	uname(&u);
	add_text(b, u.release);
	add_text(b, u.version);
	add_text(b, u.machine);
	add_modules(b);
	add_events(b);
}

/* What the process may do decides what it sees of the kernel. */
static void add_user(struct buf *b)
{
	struct __user_cap_header_struct head = {
		.version = _LINUX_CAPABILITY_VERSION_3,
	};
	struct __user_cap_data_struct data[2] = {};
	uid_t user = geteuid();

	syscall(SYS_capget, &head, data);
	add(b, &user, sizeof(user));
	add(b, data, sizeof(data));
}

/* Settings of scripts, whichever there are. */
static void add_environment(struct buf *b)
{
	for (char **e = environ; *e; e++)
		if (str_starts(str_from(*e), "ESPY_") ||
		    str_starts(str_from(*e), "BPFTRACE_"))
			add_text(b, *e);
}

/* All that the compiler asks of a parameter whose value it leaves to the run:
 * its name, what kind of number it is, the room that its text takes. */
static void add_shape(struct buf *b, const char *word)
{
	struct str value = str_from(word), name = { 0 };
	int64_t n = 0;
	char kind = 't';
	uint64_t room;

	if (param_is_option(word)) {
		name = param_option_name(word, &value);
		kind = value.p ? '=' : '-';
	} else if (param_number(word, &n)) {
		kind = n < 0 && word[0] != '-' ? 'u' : 'n'; /* above 2^63 */
	}
	room = value.n < PARAM_TEXT ? PARAM_TEXT : value.n + 1;
	add(b, name.p, name.n);
	add(b, &kind, 1);
	add(b, &room, sizeof(room));
}

static void add_options(struct buf *b, const struct cli *c)
{
	const struct session_opts *s = &c->run.session;
	const bool flags[] = { s->unsafe,  c->is_wary, s->no_warnings,
			       s->verbose, s->pid > 0, s->command != NULL,
			       s->test,    s->bench };

	add(b, flags, sizeof(flags));
	add(b, &s->no_features, sizeof(s->no_features));
	add_text(b, c->probe_filter);
	add_list(b, c->c_dirs, length(c->c_dirs));
	add_list(b, c->c_files, length(c->c_files));
	add(b, &c->n_params, sizeof(c->n_params));
	for (size_t i = 0; i < c->n_params; i++)
		add_shape(b, c->params[i]);
}

/* --- both ------------------------------------------------------------------ */

static bool is_wanted(const struct cli *c)
{
	const char *given = getenv("ESPY_CACHE");
	struct str s = str_from(given);

	return c->mode == MODE_RUN && !c->no_cache && !getenv("ESPY_SYSROOT") &&
	       !str_is(s, "0") && !str_is(s, "no") && !str_is(s, "off") &&
	       !str_is(s, "false");
}

static void name_entry(struct cache *k)
{
	uint64_t hash = cache_hash(CACHE_HASH, k->key.p, k->key.n);

	snprintf(k->name, sizeof(k->name), "%016llx", (unsigned long long)hash);
}

bool cache_take_values(struct cache *k)
{
	if (!k->n_params)
		return false;
	add_list(&k->key, k->params, k->n_params);
	name_entry(k);
	return true;
}

bool cache_open(struct cache *k, const struct cli *c, struct str name,
		struct str text, const char *compiler)
{
	char folder[MAX_PATH];

	*k = (struct cache){
		.dir = -1,
		.params = c->params,
		.n_params = c->n_params,
	};
	if (!is_wanted(c) || !getcwd(folder, sizeof(folder)) ||
	    !add_compiler(&k->key, compiler))
		return false;
	add(&k->key, name.p, name.n);
	add(&k->key, text.p, text.n);
	add_text(&k->key, folder);
	add_options(&k->key, c);
	add_environment(&k->key);
	add_user(&k->key);
	add_kernel(&k->key);
	name_entry(k);
	k->dir = open_folder();
	return k->dir >= 0;
}

void cache_close(struct cache *k)
{
	if (k->dir >= 0)
		close(k->dir);
	k->dir = -1;
	buf_free(&k->key);
}
