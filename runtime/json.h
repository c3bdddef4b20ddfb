/* SPDX-License-Identifier: Apache-2.0 */
/* json.h - texts and values as JSON. Two dialects: the exact one, and the old
 * lossy one that scripts made for other tools expect (see docs/output.md).
 * Needs no kernel. */
#ifndef ESPY_RUNTIME_JSON_H
#define ESPY_RUNTIME_JSON_H

#include "runtime/value.h"

struct json {
	const struct show *show;
	bool is_lossy; /* the old dialect */
};

/* Appends a string with its quotes: valid for any bytes. What is not UTF-8
 * becomes U+FFFD, as many as there are bytes. */
void json_string(struct buf *out, struct str text);

/* A string whose bytes of 0x80 and above are left as they are. */
void json_string_raw(struct buf *out, struct str text);

/* Appends any value. */
void json_value(const struct json *j, const struct type *t, const void *p,
		struct buf *out);

/* A key of a map: a list of several, else the value; in the old dialect a
 * string. */
void json_key(const struct json *j, const struct type *t, const void *p,
	      struct buf *out);

/* What maps of such values are called: "map", "hist", "stats", "tseries". */
const char *json_map_type(const struct type *t);

#endif
