/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain.h"

static const char *const texts[D_N] = {
	[D_SYNTAX] =
		"The text up to the marked place makes sense, what is there "
		"does not.\nA clause is PROBE /CONDITION/ { STATEMENTS }, "
		"statements end with ';',\nstrings are in double quotes, maps "
		"begin with '@' and variables with '$'.",
	[D_LITERAL] =
		"Numbers are 10, 0x1f, 1_000_000, 1e6 or 10ms; strings are in "
		"double quotes\nwith \\n, \\t, \\\", \\\\, \\x41 and \\101 "
		"inside.",
	[D_ATTACH_POINT] =
		"An attach point is the probe's type and parts separated by "
		"':', as\ntracepoint:sched:sched_switch or "
		"uprobe:/bin/bash:readline. How many parts\nthere are depends "
		"on the type: ':doc kprobe' shows its form.",
	[D_PROBE_TYPE] =
		"The word before the first ':' names the type of the probe. "
		"':l' lists what\nthere is, ':doc tracepoint' tells about a "
		"type.",
	[D_UNKNOWN_NAME] =
		"A bare word is a builtin (pid, comm, nsecs), a field of a "
		"struct behind '->' or\n'.', or a constant of the kernel's "
		"enums. Variables are written $name, maps\n@name, text is in "
		"double quotes.",
	[D_UNKNOWN_FUNC] =
		"What is followed by '(' is a function of the language, or one "
		"that was\ndeclared with fn or macro. ':doc NAME' shows how "
		"one is used.",
	[D_UNKNOWN_TYPE] =
		"Types are the language's (uint64, string), those the kernel "
		"describes in its\nBTF, and those of C at the top of the "
		"script. Struct types are written with\n'struct'. ':t NAME' "
		"shows one, ':l struct *NAME*' searches.",
	[D_UNKNOWN_FIELD] =
		"The type is known and has no such field; kernels differ in "
		"this. ':t TYPE'\nshows its fields, ':t args' those of a "
		"probe's arguments.",
	[D_UNDEFINED_VAR] =
		"A $variable belongs to one run of one clause, and to the "
		"block where it is\nfirst assigned. What another clause shall "
		"see goes into a map: @start[tid].",
	[D_UNDEFINED_MAP] =
		"Nothing gives this map a value, neither here nor in what is "
		"attached. ':maps'\nlists the maps that are there.",
	[D_REDEFINED] =
		"One name, two declarations. Within one entry a name is "
		"declared once; a later\nentry replaces what an earlier one "
		"declared.",
	[D_OPTION] =
		"Settings have fixed names and values. ':set' without a name "
		"lists them all,\n':doc NAME' tells about one.",
	[D_TYPE] =
		"The parts of the expression have types that do not go "
		"together: a string\nwhere a number is needed, or a map that "
		"has held another type so far. A cast,\n(uint64)x, converts "
		"integers and pointers; str(p) makes a string of a pointer.\n"
		"A map keeps its type for the whole session: ':drop @m' "
		"forgets it.",
	[D_MAP_KEY] =
		"All uses of a map have the same number of keys, of the same "
		"types. ':maps'\nshows the types of maps that are there, "
		"':drop @m' forgets one.",
	[D_MAP_KIND] =
		"let @m = KIND(N) declares how the kernel stores the map; not "
		"every kind can\nhold every value. Without a declaration the "
		"right kind is chosen.",
	[D_ARG_COUNT] =
		"':doc NAME' shows the function's form; what is in [] may be "
		"left out.",
	[D_ARG_TYPE] =
		"The function wants another type of argument, or a constant "
		"that is known\nbefore anything runs. ':doc NAME' shows its "
		"form.",
	[D_FORMAT] = "Each '%' of the format takes one argument: %d, %u and %x "
		     "integers, %s strings\nand what is printed by name, %p "
		     "addresses, %r buffers. '%%' is a percent sign.",
	[D_RANGE] =
		"The number is outside of what makes sense here; the message "
		"tells the bounds.",
	[D_NOT_HERE] =
		"What is used belongs to other probes: args needs a probe with "
		"described\narguments, retval one at the end of a function, "
		"break a loop. ':doc NAME' tells\nwhere something may be used.",
	[D_AGGREGATION] =
		"count(), sum(), hist() and their like are not values but ways "
		"to fill a map:\n@m = count(); or @m[comm] = hist(args.ret);. "
		"What they have gathered is read\nfrom the map.",
	[D_ASSIGN] =
		"Maps, variables and their parts can be assigned to. Arguments "
		"and the kernel's\nstructures are only read.",
	[D_UNSAFE] =
		"The function changes the system or starts programs. It is "
		"allowed by starting\nespy with --unsafe.",
	[D_LOOP] =
		"break and continue belong in loops. The kernel must be sure "
		"that a program\nends, so loops have bounds.",
	[D_IMPORT] =
		"import looks beside the script, then in the folders that the "
		"manual names.",
	[D_MACRO] =
		"A macro is expanded where it is used: its parameters are "
		"variables, maps or\nexpressions, and it cannot use itself.",
	[D_PARAM] =
		"$1, $2 and so on are the words behind the script's name; a "
		"session has those\nit was started with.",
	[D_UNSUPPORTED] =
		"The words are right, but this build cannot do that yet.",
	[D_LIMIT] =
		"There are bounds on sizes, on nesting and on the number of "
		"probes, so that a\nmistake does not take the machine. Some "
		"are settings: see ':set'.",
	[D_NO_MATCH] =
		"The kernel, or the program, has nothing of that name. ':l "
		"PATTERN' lists what\nthere is; '*' stands for any letters. "
		"Functions may be missing because the\ncompiler inlined them, "
		"or because a module is not loaded.",
	[D_USAGE] =
		"':help' lists the commands of a session, ':help NAME' shows "
		"how one is used.",
	[D_DISCARDED] =
		"The value is computed and nobody sees it. Did you mean to "
		"print or\nto assign it?",
	[D_UNREACHABLE] = "What is behind a return or an exit() never runs.",
	[D_UNUSED] = "It is declared, and nothing uses it.",
	[D_DIVISION] =
		"A division by zero gives 1 and a remainder 0, so that the "
		"program goes on.",
	[D_DEPRECATED] =
		"It is understood, but there is a better way to say it now.",
	[D_IO] = "The system refused the file; the reason is behind the ':'.",
	[D_PERMISSION] =
		"Tracing needs root, or the capabilities CAP_BPF and "
		"CAP_PERFMON. A kernel that\nis locked down (Secure Boot) "
		"refuses some of it to everybody.",
	[D_KERNEL] =
		"The running kernel was built without it, is too old for it, "
		"or forbids it.\n'espy --info' shows what this kernel has.",
	[D_ATTACH] =
		"The program is loaded, but the kernel does not let it be put "
		"there: the\nfunction may be forbidden for probes, gone with "
		"its module, or of another type\nthan the probe needs.",
	[D_VERIFIER] =
		"Before it runs a program the kernel proves that it ends and "
		"reads only what it\nmay. It could not, at the instruction "
		"shown. Smaller loops, fewer large\nstrings on the way, or a "
		"check of a pointer before it is followed usually help.\nWith "
		"-v the whole log is shown.",
	[D_SAVED] =
		"The file was made by another version, for another machine, or "
		"is damaged.\nCompile the script again.",
	[D_LOST] =
		"Events came faster than they could be printed, and the buffer "
		"was full. Print\nless by counting in maps, or raise "
		"perf_rb_pages with ':set'.",
	[D_RUNTIME] =
		"The program met this while it ran; it goes on with the next "
		"event. The marked\nplace of the script says where.",
};

const char *explain_code(enum diag_code code)
{
	return texts[code] ? texts[code] : diag_code_doc(code);
}

/* Notes and hints belong to the message before them. */
static bool is_message(const struct diag *m)
{
	return m->severity == SEV_ERROR || m->severity == SEV_WARNING;
}

static void put_code(enum diag_code code, struct buf *out)
{
	buf_printf(out, "%s: %s\n%s\n", diag_code_name(code),
		   diag_code_doc(code), explain_code(code));
}

void explain_diags(const struct diags *d, bool colour, struct buf *out)
{
	for (size_t i = 0; i < d->v.n; i++) {
		const struct diag *m = &d->v.v[i];

		diag_render(d, m, colour, out);
		while (i + 1 < d->v.n && !is_message(&d->v.v[i + 1]))
			diag_render(d, &d->v.v[++i], colour, out);
		if (!is_message(m))
			continue;
		buf_putc(out, '\n');
		put_code(m->code, out);
		if (i + 1 < d->v.n)
			buf_putc(out, '\n');
	}
}
