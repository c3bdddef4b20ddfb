/* SPDX-License-Identifier: Apache-2.0 */
#include "test_runtime.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "plan/abi.h"

static int temporary_file(void)
{
	FILE *f = tmpfile();
	int fd;

	cr_assert(f);
	fd = dup(fileno(f));
	fclose(f);
	return fd;
}

void fixture_open(struct fixture *f)
{
	*f = (struct fixture){ .plan = plan_new() };
	f->out_fd = temporary_file();
	f->err_fd = temporary_file();
}

void fixture_start(struct fixture *f)
{
	struct session_opts opts = { .out_fd = f->out_fd,
				     .err_fd = f->err_fd,
				     .form = f->form };

	session_init(&f->session, f->plan, NULL, &opts, &f->diags);
}

void fixture_close(struct fixture *f)
{
	session_free_parts(&f->session);
	diags_free(&f->diags);
	plan_free(f->plan);
	close(f->out_fd);
	close(f->err_fd);
}

void fixture_send(struct fixture *f, uint32_t event, const void *payload,
		  size_t size)
{
	struct event_head head = { event, 0 };
	auto_buf struct buf record = { 0 };

	buf_add(&record, &head, sizeof(head));
	buf_add(&record, payload, size);
	event_dispatch(&f->session, record.p, record.n);
}

char *fixture_text(struct fixture *f, int fd)
{
	off_t n = 0;
	char *text;

	out_flush(&f->session.out);
	n = lseek(fd, 0, SEEK_END);
	text = xzalloc((size_t)n + 1);
	cr_assert_eq(pread(fd, text, (size_t)n, 0), n);
	return text;
}

Test(progress, is_told_each_second_until_all_is_done)
{
	const uint64_t second = 1000000000;
	struct progress p = { .total = 100, .said = 7 };

	cr_assert(!progress_add(&p, 1, 8));
	cr_assert(!progress_add(&p, 1, 6 + second));
	cr_assert(progress_add(&p, 1, 7 + second));
	cr_assert_eq(p.done, 3);
	cr_assert(!progress_add(&p, 1, 8 + second));
	cr_assert(progress_add(&p, 95, 7 + 2 * second));
	cr_assert(!progress_add(&p, 1, 7 + 9 * second), "all is done");
}

Test(progress, clock_goes_forward)
{
	uint64_t before = progress_clock();

	cr_assert_geq(progress_clock(), before);
}

Test(progress, says_how_many)
{
	struct fixture f;
	char *text;

	fixture_open(&f);
	fixture_start(&f);
	out_attaching(&f.session.out, 3, 100);
	text = fixture_text(&f, f.err_fd);
	cr_assert_str_eq(text, "attached 3 of 100 probes so far\n");
	free(text);
	fixture_close(&f);
}
