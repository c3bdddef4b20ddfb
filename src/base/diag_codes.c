/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of what is wrong with scripts. */
#include "base/diag_pages.h"

const struct diag_page diag_script_pages[D_IO] = {
	[D_SYNTAX] = {
		.name = "D_SYNTAX",
		.doc = "the grammar expects something else here",
		.text =
			"The text up to the marked place makes sense, what is "
			"there does not. A clause is PROBE /CONDITION/ { "
			"STATEMENTS }, statements end with ';', strings are "
			"in double quotes, maps begin with '@' and variables "
			"with '$'.",
		.wrong = "begin { @n = 1 @m = 2 }",
		.right = "begin { @n = 1; @m = 2 }",
	},
	[D_LITERAL] = {
		.name = "D_LITERAL",
		.doc = "a number or string that is not well formed",
		.text =
			"Numbers are 10, 0x1f, 1_000_000, 1e6 or 10ms; "
			"strings are in double quotes with \\n, \\t, \\\", \\\\, "
			"\\x41 and \\101 inside.",
		.wrong = "begin { @ = 09 }",
		.right = "begin { @ = 9 }",
	},
	[D_ATTACH_POINT] = {
		.name = "D_ATTACH_POINT",
		.doc = "an attach point that is not well formed",
		.text =
			"An attach point is the probe's type and parts "
			"separated by ':', as tracepoint:sched:sched_switch "
			"or uprobe:/bin/bash:readline. How many parts there "
			"are depends on the type: espy --help-function "
			"kprobe, or ':doc kprobe' in a session, shows its "
			"form.",
		.wrong = "tracepoint:sched_switch { @ = count() }",
		.right = "tracepoint:sched:sched_switch { @ = count() }",
	},
	[D_PROBE_TYPE] = {
		.name = "D_PROBE_TYPE",
		.doc = "a probe type that does not exist",
		.text =
			"The word before the first ':' names the type of the "
			"probe. espy -l, or ':l', lists what there is; ':doc "
			"tracepoint' tells about a type.",
		.wrong = "tracepont:sched:sched_switch { @ = count() }",
		.right = "tracepoint:sched:sched_switch { @ = count() }",
	},
	[D_UNKNOWN_NAME] = {
		.name = "D_UNKNOWN_NAME",
		.doc = "a builtin or constant that does not exist",
		.text =
			"A bare word is a builtin (pid, comm, nsecs), a field "
			"of a struct behind '->' or '.', or a constant of the "
			"kernel's enums. Variables are written $name, maps "
			"@name, text is in double quotes.",
		.wrong = "begin { print(nsec) }",
		.right = "begin { print(nsecs) }",
	},
	[D_UNKNOWN_FUNC] = {
		.name = "D_UNKNOWN_FUNC",
		.doc = "a function that does not exist",
		.text =
			"What is followed by '(' is a function of the "
			"language, or one that was declared with fn or macro. "
			"':doc NAME' shows how one is used.",
		.wrong = "begin { prinf(\"hello\\n\") }",
		.right = "begin { printf(\"hello\\n\") }",
	},
	[D_UNKNOWN_TYPE] = {
		.name = "D_UNKNOWN_TYPE",
		.doc = "a type that does not exist",
		.text =
			"Types are the language's (uint64, string), those the "
			"kernel describes in its BTF, and those of C at the "
			"top of the script. Struct types are written with "
			"'struct'. ':t NAME' shows one, ':l struct *NAME*' "
			"searches.",
		.wrong = "begin { let $x : uint23; $x = 5; print($x) }",
		.right = "begin { let $x : uint32; $x = 5; print($x) }",
	},
	[D_UNKNOWN_FIELD] = {
		.name = "D_UNKNOWN_FIELD",
		.doc = "a field that the type does not have",
		.text =
			"The type is known and has no such field; kernels "
			"differ in this. ':t TYPE' shows its fields, ':t "
			"args' those of a probe's arguments; espy -lv PROBE, "
			"too.",
		.wrong = "tracepoint:sched:sched_switch { @[args.next_com] = count() }",
		.right = "tracepoint:sched:sched_switch { @[args.next_comm] = count() }",
	},
	[D_UNDEFINED_VAR] = {
		.name = "D_UNDEFINED_VAR",
		.doc = "a variable that is read before it has a value",
		.text =
			"A $variable belongs to one run of one clause, and to "
			"the block where it is first assigned. What another "
			"clause shall see goes into a map: @start[tid].",
		.wrong = "begin { if (pid) { let $x = 5; print($x) } print($x) }",
		.right = "begin { let $x = 0; if (pid) { $x = 5 } print($x) }",
	},
	[D_UNDEFINED_MAP] = {
		.name = "D_UNDEFINED_MAP",
		.doc = "a map that nothing gives a value",
		.text =
			"Nothing gives this map a value, neither here nor in "
			"what is attached. ':maps' lists the maps that are "
			"there.",
		.wrong =
			"begin { @start[pid] = nsecs }\n"
			"end { print(@strat) }",
		.right =
			"begin { @start[pid] = nsecs }\n"
			"end { print(@start) }",
	},
	[D_REDEFINED] = {
		.name = "D_REDEFINED",
		.doc = "a name that is declared twice",
		.text =
			"One name, two declarations. Within one entry of a "
			"session a name is declared once; a later entry "
			"replaces what an earlier one declared.",
		.wrong = "begin { let $x = 1; let $x = 2; print($x) }",
		.right = "begin { let $x = 1; $x = 2; print($x) }",
	},
	[D_OPTION] = {
		.name = "D_OPTION",
		.doc = "a config key or value that is not known",
		.text =
			"Settings have fixed names and values. The manual "
			"lists them, and so does ':set' without a name; ':doc "
			"NAME' tells about one.",
		.wrong =
			"config = { max_map_key = 10 }\n"
			"begin { @[pid] = 1 }",
		.right =
			"config = { max_map_keys = 10 }\n"
			"begin { @[pid] = 1 }",
	},
	[D_TYPE] = {
		.name = "D_TYPE",
		.doc = "types that do not fit together",
		.text =
			"The parts of the expression have types that do not "
			"go together: a string where a number is needed, or a "
			"map that has held another type so far. A cast, "
			"(uint64)x, converts integers and pointers; str(p) "
			"makes a string of a pointer. A map keeps its type "
			"for the whole session: ':drop @m' forgets it.",
		.wrong =
			"begin { @x = 1 }\n"
			"end { @x = comm }",
		.right =
			"begin { @x = 1 }\n"
			"end { @name = comm }",
	},
	[D_MAP_KEY] = {
		.name = "D_MAP_KEY",
		.doc = "a map used with keys of different types",
		.text =
			"All uses of a map have the same number of keys, of "
			"the same types. ':maps' shows the types of maps that "
			"are there, ':drop @m' forgets one.",
		.wrong = "begin { @[pid, comm] = 1; print(@[pid]) }",
		.right = "begin { @[pid, comm] = 1; print(@[pid, comm]) }",
	},
	[D_MAP_KIND] = {
		.name = "D_MAP_KIND",
		.doc = "a map declared as a kind it cannot be",
		.text =
			"let @m = KIND(N) declares how the kernel stores the "
			"map; not every kind can hold every value. Without a "
			"declaration the right kind is chosen.",
		.wrong =
			"let @m = array(10);\n"
			"begin { @m[comm] = 1 }",
		.right =
			"let @m = hash(10);\n"
			"begin { @m[comm] = 1 }",
	},
	[D_ARG_COUNT] = {
		.name = "D_ARG_COUNT",
		.doc = "too few or too many arguments",
		.text =
			"espy --help-function NAME, or ':doc NAME' in a "
			"session, shows the function's form; what is in [] "
			"may be left out.",
		.wrong = "begin { exit(1, 2) }",
		.right = "begin { exit(1) }",
	},
	[D_ARG_TYPE] = {
		.name = "D_ARG_TYPE",
		.doc = "an argument of the wrong type, or not a literal",
		.text =
			"The function wants another type of argument, or a "
			"constant that is known before anything runs. ':doc "
			"NAME' shows its form.",
		.wrong = "begin { @ = hist(comm) }",
		.right = "begin { @ = hist(pid) }",
	},
	[D_FORMAT] = {
		.name = "D_FORMAT",
		.doc = "a format string that its arguments do not fit",
		.text =
			"Each '%' of the format takes one argument: %d, %u "
			"and %x integers, %s strings and what is printed by "
			"name, %p addresses, %r buffers. '%%' is a percent "
			"sign.",
		.wrong = "begin { printf(\"%d %s\\n\", pid) }",
		.right = "begin { printf(\"%d %s\\n\", pid, comm) }",
	},
	[D_RANGE] = {
		.name = "D_RANGE",
		.doc = "a constant outside its range",
		.text =
			"The number is outside of what makes sense here; the "
			"message tells the bounds.",
		.wrong = "begin { exit(256) }",
		.right = "begin { exit(255) }",
	},
	[D_NOT_HERE] = {
		.name = "D_NOT_HERE",
		.doc = "something this probe or place does not have",
		.text =
			"What is used belongs to other probes: args needs a "
			"probe with described arguments, retval one at the "
			"end of a function, break a loop. ':doc NAME' tells "
			"where something may be used.",
		.wrong = "interval:1s { print(retval) }",
		.right = "interval:1s { print(nsecs) }",
	},
	[D_AGGREGATION] = {
		.name = "D_AGGREGATION",
		.doc = "an aggregation used other than as the value of a map",
		.text =
			"count(), sum(), hist() and their like are not values "
			"but ways to fill a map: @m = count(); or @m[comm] = "
			"hist(args.ret);. What they have gathered is read "
			"from the map.",
		.wrong = "begin { $n = count(); print($n) }",
		.right = "begin { @n = count(); print(@n) }",
	},
	[D_ASSIGN] = {
		.name = "D_ASSIGN",
		.doc = "something that cannot be assigned to",
		.text =
			"Maps, variables and their parts can be assigned to. "
			"Arguments and the kernel's structures are only read.",
		.wrong = "begin { x = 3 }",
		.right = "begin { $x = 3; print($x) }",
	},
	[D_UNSAFE] = {
		.name = "D_UNSAFE",
		.doc = "something that changes the system and needs --unsafe",
		.text =
			"The function changes the system or starts programs. "
			"It is allowed by starting espy with --unsafe.",
		.wrong = "begin { system(\"uptime\") }",
		.right = "begin { system(\"uptime\") }",
		.options = "--unsafe",
	},
	[D_LOOP] = {
		.name = "D_LOOP",
		.doc = "a jump outside of a loop, or bounds that do not work",
		.text =
			"break and continue belong in loops. The kernel must "
			"be sure that a program ends, so loops have bounds.",
		.wrong = "begin { @n = 1; break }",
		.right = "begin { while (@n < 5) { @n += 1; if (@n == 3) { break } } }",
	},
	[D_IMPORT] = {
		.name = "D_IMPORT",
		.doc = "a file that cannot be imported",
		.text =
			"import looks beside the script, then in the folders "
			"that the manual names.",
		.wrong =
			"import \"no/such/script.bt\";\n"
			"begin { @ = 1 }",
		.right = "begin { @ = 1 }",
	},
	[D_MACRO] = {
		.name = "D_MACRO",
		.doc = "a macro defined or used in a way it cannot be",
		.text =
			"A macro is expanded where it is used: its parameters "
			"are variables, maps or expressions, and it cannot "
			"use itself.",
		.wrong =
			"macro add_one($x) { $x += 1 }\n"
			"begin { add_one(5) }",
		.right =
			"macro add_one($x) { $x += 1 }\n"
			"begin { $n = 5; add_one($n); print($n) }",
	},
	[D_PARAM] = {
		.name = "D_PARAM",
		.doc =
			"a parameter of the script that is missing or not "
			"usable",
		.text =
			"$1, $2 and so on are the words behind the script's "
			"name, $# is how many there are; a session has those "
			"it was started with. What was not given is 0 or an "
			"empty text. getopt(\"name\", DEFAULT, \"about it\") is "
			"--name=VALUE behind the script.",
		.wrong = "begin { print($1) }",
		.right = "begin { print(getopt(\"first\", 0, \"the first number\")) }",
	},
	[D_UNSUPPORTED] = {
		.name = "D_UNSUPPORTED",
		.doc = "part of the language that this build does not have",
		.text =
			"The words are right, but this build cannot do that "
			"yet.",
		.wrong = "test:sum { for ($i : 0..3) { if ($i == 2) { return 1 } } }",
		.right = "test:sum { for ($i : 0..3) { @n = $i } return @n != 2 }",
	},
	[D_LIMIT] = {
		.name = "D_LIMIT",
		.doc = "something too large, too many or nested too deeply",
		.text =
			"There are bounds on sizes, on nesting and on the "
			"number of probes, so that a mistake does not take "
			"the machine. Some are settings: the manual lists "
			"them, ':set' too.",
		.wrong =
			"config = { max_strlen = 8 }\n"
			"begin { print(\"more than eight\") }",
		.right =
			"config = { max_strlen = 64 }\n"
			"begin { print(\"more than eight\") }",
	},
	[D_NO_MATCH] = {
		.name = "D_NO_MATCH",
		.doc = "a probe that matches nothing on this machine",
		.text =
			"The kernel, or the program, has nothing of that "
			"name. espy -l PATTERN lists what there is; '*' "
			"stands for any letters. Functions may be missing "
			"because the compiler inlined them, or because a "
			"module is not loaded.",
		.wrong = "tracepoint:sched:sched_swich { @ = count() }",
		.right = "tracepoint:sched:sched_switch { @ = count() }",
	},
	[D_USAGE] = {
		.name = "D_USAGE",
		.doc = "a command line that cannot be understood",
		.text =
			"espy --help shows the options, the manual tells "
			"more. In a session ':help' lists the commands, "
			"':help NAME' shows how one is used.",
		.how =
			"by the words behind espy: an option that does not "
			"exist or lacks its value, two that exclude each "
			"other, no script",
	},
	[D_DISCARDED] = {
		.name = "D_DISCARDED",
		.doc = "a value that is computed and not used",
		.text =
			"The value is computed and nobody sees it. Did you "
			"mean to print or to assign it?",
		.wrong = "begin { pid + 1 }",
		.right = "begin { print(pid + 1) }",
	},
	[D_UNREACHABLE] = {
		.name = "D_UNREACHABLE",
		.doc = "code that never runs",
		.text = "What is behind a return or an exit() never runs.",
		.wrong = "begin { if (pid) { return; print(1) } }",
		.right = "begin { if (pid) { print(1); return } }",
	},
	[D_UNUSED] = {
		.name = "D_UNUSED",
		.doc = "a declaration that is not used",
		.text = "It is declared, and nothing uses it.",
		.wrong = "begin { let $x = 1 }",
		.right = "begin { let $x = 1; print($x) }",
	},
	[D_DIVISION] = {
		.name = "D_DIVISION",
		.doc = "a division whose result is not useful",
		.text =
			"A division by zero gives 1 and a remainder 0, so "
			"that the program goes on.",
		.wrong = "begin { print(pid / 0) }",
		.right = "begin { print(pid / 2) }",
	},
	[D_DEPRECATED] = {
		.name = "D_DEPRECATED",
		.doc = "an old way to say something",
		.text =
			"It is understood, but there is a better way to say "
			"it now.",
		.wrong = "config = { symbol_source = dwarf }\n"
"begin { @ = 1 }",
		.right = "begin { @ = 1 }",
	},
};

const struct diag_page *diag_page(enum diag_code code)
{
	return code < D_IO ? &diag_script_pages[code]
			   : &diag_machine_pages[code - D_IO];
}

const char *diag_code_name(enum diag_code code)
{
	return diag_page(code)->name;
}

const char *diag_code_doc(enum diag_code code)
{
	return diag_page(code)->doc;
}

static bool is_named(const char *code, struct str name)
{
	return strlen(code) == name.n && !strncasecmp(code, name.p, name.n);
}

bool diag_code_find(struct str name, enum diag_code *out)
{
	for (int i = 0; i < D_N; i++) {
		const char *code = diag_code_name((enum diag_code)i);

		if (!is_named(code, name) && !is_named(code + 2, name))
			continue;
		*out = (enum diag_code)i;
		return true;
	}
	return false;
}
