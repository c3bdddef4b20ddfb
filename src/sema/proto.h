/* SPDX-License-Identifier: Apache-2.0 */
/* proto.h - prototypes of functions, as rows write them (lang/lang.h). */
#ifndef ESPY_SEMA_PROTO_H
#define ESPY_SEMA_PROTO_H

#include "base/vec.h"

/* What may stand for a parameter. */
enum param_kind {
	PM_INT, /* int: any integer */
	PM_NUMBER, /* number: the same, said of what is counted */
	PM_STRING, /* string */
	PM_PTR, /* ptr: a pointer, or an integer taken as one */
	PM_MAP, /* map: a whole @map */
	PM_KEY, /* key: the keys of the map before it */
	PM_ANY, /* any: any value */
	PM_VALUE, /* value: any value, or a whole @map */
	PM_NAME, /* name: a bare word, not looked up */
	PM_WORD, /* word: the same, or a constant */
	PM_VAR, /* var: a $variable that is given a value */
	PM_TYPE, /* the name of a type */
};

struct proto_param {
	enum param_kind kind;
	struct str type; /* as written */
	struct str name; /* may be empty */
	bool is_const;
};

#define PROTO_MAX_PARAMS 8

struct proto {
	struct str result; /* "none", "any", or a type's name */
	struct proto_param params[PROTO_MAX_PARAMS];
	uint32_t n, n_min; /* n_min: how many are not optional */
	bool is_variadic; /* "..." after them */
};

/* Parses "RESULT NAME(TYPE name, ...)". False when malformed: a bug of a row,
 * which a test finds. */
bool proto_parse(const char *text, struct proto *out);

#endif
