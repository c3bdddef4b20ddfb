/* SPDX-License-Identifier: Apache-2.0 */
/* signals.h - the signals that probes of type self may have: the script's
 * author sends them to espy. */
#ifndef ESPY_PLAN_SIGNALS_H
#define ESPY_PLAN_SIGNALS_H

#include "base/str.h"

/* The number of "SIGUSR1", "USR1", "SIGRTMIN+3", "RTMAX-1"; 0 when there is no
 * such signal, or it cannot be had: it is fatal, or ends a trace. */
int signal_number(struct str name);

/* Offers the names. */
void signal_suggest(struct str name, struct suggest *s);

#endif
