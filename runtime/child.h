/* SPDX-License-Identifier: Apache-2.0 */
/* child.h - the command of -c: started, held until everything is attached,
 * let go, waited for; and commands of system(). */
#ifndef ESPY_RUNTIME_CHILD_H
#define ESPY_RUNTIME_CHILD_H

#include <sys/types.h>

#include "base/diag.h"
#include "runtime/sink.h"

struct child {
	pid_t pid; /* 0: none */
	int fd; /* pidfd: readable when it has ended; -1: none */
	int failure; /* it says here why it could not become the command */
	const char *name; /* of the command, for messages */
	bool is_held; /* it waits, stopped, before exec() */
	bool is_traced; /* by us, until child_resume() */
};

#define CHILD_NONE                      \
	(struct child)                  \
	{                               \
		.fd = -1, .failure = -1 \
	}

/* Starts the command held. Words are split at blanks; '...', "..." and \ quote
 * as in a shell, nothing is expanded. It runs as user (a name or number) with
 * HOME, SHELL, USER and LOGNAME set, NULL: as we do. -errno after a report. a keeps the
 * words. */
int child_start(struct child *c, struct arena *a, const char *command,
		const char *user, struct diags *d);

/* After child_let_go(): lets it load its libraries and stops it again where its
 * own code begins. Nothing happens when that cannot be done. */
void child_run_to_entry(struct child *c);

/* Lets it become the command. -errno after a report when it cannot. Where the
 * kernel allows, it is stopped before its first instruction, so that where its
 * files are mapped can be read before it may have ended: child_resume() lets
 * it run. -errno after a report. */
int child_let_go(struct child *c, struct diags *d);
int child_resume(struct child *c, struct diags *d);

/* Ends it when it still runs, and forgets it. */
void child_close(struct child *c);

/* Runs a command in a shell, its output to out_fd, and waits; once there is a
 * reason to hurry it is ended when nobody reads what it writes. NULL: waits as
 * long as it takes. -errno when it could not be started. */
int child_run_shell(const char *command, int out_fd, struct sink_hurry *hurry);

/* Words of a command line, in a; NULL ends them. NULL: a quote is open. */
char **child_split(struct arena *a, const char *command);

#endif
