/* SPDX-License-Identifier: Apache-2.0 */
/* verifier_report.c - what is needed to understand a program that espy should
 * not have written. */
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/insn.h"
#include "runtime/session_impl.h"
#include "runtime/verifier.h"

#define NOWHERE   ((struct span){})
#define FILES_MAX 100 /* reports in a folder */

static void put_title(const char *title, struct buf *out)
{
	buf_printf(out, "\n--- %s\n\n", title);
}

static void put_script(const struct session *s,
		       const struct verifier_places *places, struct buf *out)
{
	const struct sources *all = s->diags->sources;

	put_title("script", out);
	for (size_t i = 0; all && i < all->v.n; i++)
		buf_printf(out, "# %.*s\n%.*s\n", STR_ARG(all->v.v[i].name),
			   STR_ARG(all->v.v[i].text));
	put_title("places of instructions", out);
	if (!places)
		return;
	vec_each(p, &places->v)
		buf_printf(out, "%5u %.*s:%u:%u: %.*s\n", p->insn,
			   STR_ARG(p->file), p->line, p->column,
			   STR_ARG(p->text));
}

static void put_code(const struct session *s, size_t probe, struct buf *out)
{
	const struct bpf_program *prog = s->programs[probe];
	const struct insn_names names = {};
	const struct bpf_insn *insns = bpf_program__insns(prog);
	size_t at = 0, n = bpf_program__insn_cnt(prog);

	put_title("instructions", out);
	while (insns && at < n) {
		buf_printf(out, "%5zu: ", at);
		at += insn_text(insns, n, at, &names, out);
		buf_putc(out, '\n');
	}
}

/* A new file in a folder, for us only. */
static int create(const char *folder, struct buf *path)
{
	int fd = -1, i;

	for (i = 1; fd < 0 && i <= FILES_MAX; i++) {
		buf_reset(path);
		if (strcmp(folder, "."))
			buf_printf(path, "%s/", folder);
		buf_printf(path, "espy-report-%d.txt", i);
		fd = open(path->p,
			  O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
			  S_IRUSR | S_IWUSR);
		if (fd < 0 && errno != EEXIST)
			return -1;
	}
	return fd;
}

static bool write_all(int fd, const struct buf *text)
{
	size_t done = 0;
	ssize_t n;

	while (done < text->n) {
		n = write(fd, text->p + done, text->n - done);
		if (n <= 0)
			return false;
		done += (size_t)n;
	}
	return true;
}

void verifier_report(struct session *s, size_t probe,
		     const struct verifier_refusal *r)
{
	const char *tmp = getenv("TMPDIR");
	struct str release = machine_release(s->machine);
	auto_buf struct buf text = {}, path = {};
	auto_fd int fd = create(".", &path);

	if (fd < 0)
		fd = create(tmp && *tmp ? tmp : "/tmp", &path);
	buf_printf(&text, "espy %s, Linux %.*s, %.*s\nprobe %.*s: %s\n",
		   PACKAGE_VERSION, STR_ARG(release), STR_ARG(s->plan->arch),
		   STR_ARG(r->probe), strerror(-r->err));
	put_script(s, r->places, &text);
	put_title("plan", &text);
	plan_text(s->plan, &text);
	put_code(s, probe, &text);
	put_title("log", &text);
	buf_str(&text, r->log);
	diag_note(s->diags, NOWHERE,
		  "it is espy that wrote this code: a mistake in espy, not in "
		  "the script");
	if (fd >= 0 && write_all(fd, &text))
		diag_hint(s->diags,
			  "%s has what is needed to find it; please "
			  "send it in",
			  path.p);
	else
		diag_hint(s->diags, "no report could be written: %s",
			  strerror(errno));
}
