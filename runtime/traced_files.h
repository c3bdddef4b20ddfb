/* SPDX-License-Identifier: Apache-2.0 */
/* traced_files.h - the binaries that probes are in: probes stay with the file
 * they were put in, not with its name. */
#ifndef ESPY_RUNTIME_TRACED_FILES_H
#define ESPY_RUNTIME_TRACED_FILES_H

#include "runtime/session_impl.h"

/* Remembers which files the names stand for, once probes are attached. */
void traced_files_note(struct session *s);

/* Warns of names that stand for another file now. */
void traced_files_report(struct session *s);

#endif
