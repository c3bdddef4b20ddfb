/* SPDX-License-Identifier: Apache-2.0 */
/* test_runtime.h - what the tests of the runtime share: a plan under
 * construction and a session without a kernel that prints to a file. */
#ifndef ESPY_TESTS_TEST_RUNTIME_H
#define ESPY_TESTS_TEST_RUNTIME_H

#include "runtime/event.h"

struct fixture {
	struct plan *plan;
	struct diags diags;
	struct session session;
	int out_fd, err_fd; /* unlinked files */
	enum out_form_id form; /* text, unless changed before the start */
};

/* Before adding to f->plan. */
void fixture_open(struct fixture *f);

/* After adding: the session knows the plan as it is now. */
void fixture_start(struct fixture *f);
void fixture_close(struct fixture *f);

/* Sends an event with these bytes as its payload. */
void fixture_send(struct fixture *f, uint32_t event, const void *payload,
		  size_t size);

/* All that was written to a descriptor, flushed before. Free it. */
char *fixture_text(struct fixture *f, int fd);

#endif
