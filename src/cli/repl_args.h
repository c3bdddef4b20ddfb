/* SPDX-License-Identifier: Apache-2.0 */
/* repl_args.h - the arguments of the session's commands, taken apart. Pure:
 * nothing here asks the system or the session. */
#ifndef ESPY_CLI_REPL_ARGS_H
#define ESPY_CLI_REPL_ARGS_H

#include "base/diag.h"

/* Takes the next word off *rest; blanks separate words. Empty: none is left. */
struct str args_word(struct str *rest);

/* Without blanks around it. */
struct str args_trim(struct str s);

/* A whole number from 0 to max in decimal. */
bool args_number(struct str word, uint64_t max, uint64_t *out);

/* A time: "500ms", "1s", "2m"; a number alone is seconds. At least 100 ms, at
 * most an hour. */
bool args_interval(struct str word, uint64_t *ns);

/* "@m": the name of a map, with its '@'. */
bool args_is_map(struct str word);

/* "@m [NUMBER]" and "@m [TIME]": number and ns are left as they are when
 * there is no second word. False after a report that names the command. */
bool args_map_number(struct str args, const char *command, struct str *map,
		     uint64_t *number, struct diags *d);
bool args_map_interval(struct str args, const char *command, struct str *map,
		       uint64_t *ns, struct diags *d);

/* "KEY VALUE": value without the double quotes it may be in; empty when there
 * is none. */
struct str args_setting(struct str args, struct str *value);

/* What is between the first '{' and the last '}': of "config = { a = 1 }".
 * Empty when there are none. */
struct str args_inside(struct str text);

#endif
