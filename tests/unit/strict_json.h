/* SPDX-License-Identifier: Apache-2.0 */
/* strict_json.h - is it JSON, by the letter of RFC 8259? */
#ifndef ESPY_TESTS_STRICT_JSON_H
#define ESPY_TESTS_STRICT_JSON_H

#include "base/str.h"

/* One value and nothing else, in valid UTF-8, no member twice in an object. */
bool is_strict_json(struct str text);

/* Each line is one, and the last line ends. */
bool is_strict_json_lines(struct str text);

#endif
