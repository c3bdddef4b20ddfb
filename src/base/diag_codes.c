/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

static const struct diag_row {
	const char *name, *doc;
} diag_codes[D_N] = {
	[D_SYNTAX] = { "D_SYNTAX", "the grammar expects something else here" },
	[D_LITERAL] = { "D_LITERAL",
			"a number or string that is not well formed" },
	[D_ATTACH_POINT] = { "D_ATTACH_POINT",
			     "an attach point that is not well formed" },
	[D_PROBE_TYPE] = { "D_PROBE_TYPE", "a probe type that does not exist" },
	[D_UNKNOWN_NAME] = { "D_UNKNOWN_NAME",
			     "a builtin or constant that does not exist" },
	[D_UNKNOWN_FUNC] = { "D_UNKNOWN_FUNC",
			     "a function that does not exist" },
	[D_UNKNOWN_TYPE] = { "D_UNKNOWN_TYPE", "a type that does not exist" },
	[D_UNKNOWN_FIELD] = { "D_UNKNOWN_FIELD",
			      "a field that the type does not have" },
	[D_UNDEFINED_VAR] = { "D_UNDEFINED_VAR",
			      "a variable that is read before it has a value" },
	[D_UNDEFINED_MAP] = { "D_UNDEFINED_MAP",
			      "a map that nothing gives a value" },
	[D_REDEFINED] = { "D_REDEFINED", "a name that is declared twice" },
	[D_OPTION] = { "D_OPTION", "a config key or value that is not known" },
	[D_TYPE] = { "D_TYPE", "types that do not fit together" },
	[D_MAP_KEY] = { "D_MAP_KEY",
			"a map used with keys of different types" },
	[D_MAP_KIND] = { "D_MAP_KIND",
			 "a map declared as a kind it cannot be" },
	[D_ARG_COUNT] = { "D_ARG_COUNT", "too few or too many arguments" },
	[D_ARG_TYPE] = { "D_ARG_TYPE",
			 "an argument of the wrong type, or not a literal" },
	[D_FORMAT] = { "D_FORMAT",
		       "a format string that its arguments do not fit" },
	[D_RANGE] = { "D_RANGE", "a constant outside its range" },
	[D_NOT_HERE] = { "D_NOT_HERE",
			 "something this probe or place does not have" },
	[D_AGGREGATION] = { "D_AGGREGATION",
			    "an aggregation used other than as the value of a map" },
	[D_ASSIGN] = { "D_ASSIGN", "something that cannot be assigned to" },
	[D_UNSAFE] = { "D_UNSAFE",
		       "something that changes the system and needs --unsafe" },
	[D_LOOP] = { "D_LOOP",
		     "a jump outside of a loop, or bounds that do not work" },
	[D_IMPORT] = { "D_IMPORT", "a file that cannot be imported" },
	[D_MACRO] = { "D_MACRO",
		      "a macro defined or used in a way it cannot be" },
	[D_PARAM] = { "D_PARAM",
		      "a parameter of the script that is missing or not usable" },
	[D_UNSUPPORTED] = { "D_UNSUPPORTED",
			    "part of the language that this build does not have" },
	[D_LIMIT] = { "D_LIMIT",
		      "something too large, too many or nested too deeply" },
	[D_NO_MATCH] = { "D_NO_MATCH",
			 "a probe that matches nothing on this machine" },
	[D_USAGE] = { "D_USAGE", "a command line that cannot be understood" },
	[D_DISCARDED] = { "D_DISCARDED",
			  "a value that is computed and not used" },
	[D_UNREACHABLE] = { "D_UNREACHABLE", "code that never runs" },
	[D_UNUSED] = { "D_UNUSED", "a declaration that is not used" },
	[D_DIVISION] = { "D_DIVISION",
			 "a division whose result is not useful" },
	[D_DEPRECATED] = { "D_DEPRECATED", "an old way to say something" },
	[D_IO] = { "D_IO", "a file that cannot be read or written" },
	[D_PERMISSION] = { "D_PERMISSION", "something this user may not do" },
	[D_KERNEL] = { "D_KERNEL",
		       "something the running kernel lacks or refuses" },
	[D_ATTACH] = { "D_ATTACH", "a probe that cannot be attached" },
	[D_VERIFIER] = { "D_VERIFIER",
			 "a program that the verifier of the kernel rejects" },
	[D_SAVED] = { "D_SAVED", "a saved program that cannot be used" },
	[D_LOST] = { "D_LOST", "events that were lost while tracing" },
	[D_RUNTIME] = { "D_RUNTIME",
			"something the program says while it runs" },
};

const char *diag_code_name(enum diag_code code)
{
	return diag_codes[code].name;
}

const char *diag_code_doc(enum diag_code code)
{
	return diag_codes[code].doc;
}
