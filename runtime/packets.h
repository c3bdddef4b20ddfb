/* SPDX-License-Identifier: Apache-2.0 */
/* packets.h - files of packets: what skboutput() sends comes in buffers of
 * perf, and is written in the format of pcap (link type RAW: packets begin
 * with their IP header). */
#ifndef ESPY_RUNTIME_PACKETS_H
#define ESPY_RUNTIME_PACKETS_H

#include "runtime/session.h"

struct packets;

/* Makes the files and opens the buffers; nothing when the program sends no
 * packets. 0 or -errno after a report. */
int packets_open(struct session *s);

/* Writes what has come. */
void packets_take(struct session *s);

/* Readable when something has come; -1: there are none. */
int packets_fd(const struct session *s);

/* After the last packets_take(): says what was lost or could not be written. */
void packets_report(struct session *s);

void packets_free(struct packets *p);

#endif
