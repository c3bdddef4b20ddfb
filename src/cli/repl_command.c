/* SPDX-License-Identifier: Apache-2.0 */
/* repl_command.c - the commands of a session: one row for each. */
#include "cli/repl_impl.h"
#include "cli/repl_rows.h"
#include "runtime/child.h"

#define NOWHERE ((struct span){ 0 })

/* --- entries -------------------------------------------------------------------- */

/* "N", "N M ..." or "all". */
static bool each_entry(struct repl *r, struct str args,
		       bool (*run)(struct repl *r, struct entry *e))
{
	bool ok = true;

	if (str_is(args, "all")) {
		struct entry *next;

		for (struct entry *e = r->entries; e; e = next) {
			next = e->next;
			ok &= run(r, e);
		}
		return ok;
	}
	if (!args.n)
		return repl_misuse(r, "which entry? its number, or all");
	while (args.n) {
		struct str number = str_split(args, ' ', &args);
		struct entry *e;

		if (!number.n)
			continue;
		e = repl_find(r, number);
		ok &= e && run(r, e);
	}
	return ok;
}

static bool cmd_on(struct repl *r, struct str args)
{
	return each_entry(r, args, repl_on);
}

static bool cmd_off(struct repl *r, struct str args)
{
	return each_entry(r, args, repl_off);
}

static bool cmd_rm(struct repl *r, struct str args)
{
	return each_entry(r, args, repl_remove);
}

/* --- maps ----------------------------------------------------------------------- */

static bool cmd_drop(struct repl *r, struct str args)
{
	if (!repl_map_arg(r, args))
		return false;
	live_drop(&r->live, args);
	repl_forget(r, KEPT_MAP, args);
	registry_drop(r->maps, args);
	return true;
}

static bool cmd_clear(struct repl *r, struct str args)
{
	struct registry_map *m = repl_map_arg(r, args);
	int err;

	if (!m)
		return false;
	repl_drain(r);
	err = map_clear(&m->handle);
	if (!err)
		return true;
	diag_errno(r->diags, err, D_KERNEL, "cannot clear %.*s", STR_ARG(args));
	return false;
}

/* --- the session ------------------------------------------------------------------ */

static bool cmd_load(struct repl *r, struct str args)
{
	struct arena a = { 0 };
	bool ok;

	if (!args.n)
		return repl_misuse(r, ":load expects a file");
	ok = repl_load(r, arena_copy(&a, args.p, args.n));
	arena_free(&a);
	return ok;
}

static bool cmd_quit(struct repl *r, struct str args)
{
	if (args.n)
		return repl_misuse(r, ":quit takes nothing, found '%.*s'",
				   STR_ARG(args));
	repl_quit(r);
	return true;
}

static bool cmd_shell(struct repl *r, struct str args)
{
	auto_buf struct buf command = { 0 };
	int err;

	if (!args.n)
		return repl_misuse(r, ":sh expects a command");
	buf_str(&command, args);
	err = child_run_shell(command.p, 1, NULL);
	if (!err)
		return true;
	diag_errno(r->diags, err, D_IO, "cannot run '%.*s'", STR_ARG(args));
	return false;
}

/* --- the table --------------------------------------------------------------------- */

const struct repl_command repl_commands[] = {
	{ "help", "[COMMAND]", "the commands, or more about one",
	  "The beginning of a name is enough where no other command begins\n"
	  "so. ':doc NAME' tells about the language.",
	  COMPLETE_COMMAND, repl_cmd_help },
	{ "ls", "[N]", "entries: state, hits, time per hit, events lost",
	  "STATE is on, off (':off') or over (it has ended itself). HITS is\n"
	  "how often its programs ran, NS/HIT how long a run took on average,\n"
	  "by the kernel's statistics. LOST events found no room in the buffer;\n"
	  "MISSED runs were left out since the program was running on that CPU\n"
	  "already.",
	  COMPLETE_ENTRY, repl_cmd_ls },
	{ "off", "N...|all", "detach an entry; it can be attached again",
	  "Its end probes run; its maps stay.\n", COMPLETE_ENTRY, cmd_off },
	{ "on", "N...|all", "attach an entry again",
	  "Its begin probes run; its maps are what they were left as.",
	  COMPLETE_ENTRY, cmd_on },
	{ "rm", "N...|all", "detach an entry and forget it",
	  "Its maps stay: ':drop @name' forgets one.\n", COMPLETE_ENTRY,
	  cmd_rm },
	{ "edit", "[N]", "change an entry in an editor",
	  "Without N the last one. $VISUAL or $EDITOR is started; what is saved\n"
	  "takes the entry's place, with a number of its own. If it has a\n"
	  "mistake the entry stays as it was.",
	  COMPLETE_ENTRY, repl_cmd_edit },
	{ "maps", "[@map]", "maps: types, entries, how full, bytes",
	  "ROOM is how many entries a map can have, BYTES what it takes of the\n"
	  "kernel's memory.",
	  COMPLETE_MAP, repl_cmd_maps },
	{ "p", "@map [TOP]", "print a map, or its largest entries",
	  "The same as print(@map, TOP) as a statement.", COMPLETE_MAP,
	  repl_cmd_print },
	{ "watch", "@map [TIME]", "print a map again and again, in place",
	  "TIME is 1s unless given, as 500ms or 2m. Any key ends it. Without a\n"
	  "terminal the map is printed once.",
	  COMPLETE_MAP, repl_cmd_watch },
	{ "clear", "@map", "remove all entries of a map",
	  "What is attached goes on filling it.", COMPLETE_MAP, cmd_clear },
	{ "drop", "@map", "forget a map: its name is free for other types",
	  "Entries that use it keep the old one until they are removed.\n",
	  COMPLETE_MAP, cmd_drop },
	{ "l", "[-v] [PATTERN]", "list probes, or types of the kernel",
	  "':l tracepoint:sched:*', ':l struct bio*'; a word without ':' is\n"
	  "looked for in all names. With -v their arguments, or members.",
	  COMPLETE_PROBE, repl_cmd_list },
	{ "t", "TYPE|args [N]|PROBE", "a type's fields, a probe's arguments",
	  "':t struct file' shows the fields with their offsets,\n"
	  "':t file.f_inode->i_ino' where one is. ':t args' shows the arguments\n"
	  "of the last entry's probes, ':t args 2' those of entry 2.",
	  COMPLETE_TYPE, repl_cmd_type },
	{ "doc", "NAME", "about a function, builtin, probe type or setting",
	  "':doc count', ':doc nsecs', ':doc kprobe', ':doc max_map_keys'; with\n"
	  "a ':' in front of the name about a command.",
	  COMPLETE_NAME, repl_cmd_doc },
	{ "emit", "STAGE [N]", "what became of an entry",
	  "STAGE is ast, typed (the tree), plan (what the runtime is told), ll\n"
	  "(LLVM's code), asm (BPF assembly) or bpf: what the kernel runs, as\n"
	  "its verifier left it, below the lines of the script. Without N of the\n"
	  "last entry.",
	  COMPLETE_STAGE, repl_cmd_emit },
	{ "why", "", "the last error explained at length",
	  "Shows it once more, with its code, what that means and what usually\n"
	  "helps.",
	  COMPLETE_NONE, repl_cmd_why },
	{ "load", "FILE", "enter a script",
	  "The whole file is one entry; what it declares can be used later.",
	  COMPLETE_FILE, cmd_load },
	{ "save", "FILE", "write a script that does what this session does",
	  "It has the settings, the declarations and the entries that are\n"
	  "attached; others are comments, and so are dates and counts.",
	  COMPLETE_FILE, repl_cmd_save },
	{ "history", "[N]", "what was entered, or the last N lines of it",
	  "Without what had a mistake in it. ':save' writes what is attached.",
	  COMPLETE_NONE, repl_cmd_history },
	{ "set", "[KEY [VALUE]]", "show or change settings",
	  "They hold for what is entered from now on. The value default takes\n"
	  "one back. ':doc KEY' tells about one.",
	  COMPLETE_SETTING, repl_cmd_set },
	{ "pid", "[N|off]", "entries from now on see only this process",
	  "As with -p they end with the process. ':pid off' is for all again.",
	  COMPLETE_PID, repl_cmd_pid },
	{ "cmd", "[COMMAND|off]", "run a command with each entry to come",
	  "As with -c it starts once the entry is attached, and the entry ends\n"
	  "with it; cpid is its process. ':cmd off': no command any more.",
	  COMPLETE_FILE, repl_cmd_cmd },
	{ "time", "", "what the last compile and attach took",
	  "Compiling is done by espy; to attach is to have the kernel check the\n"
	  "program and put it where it belongs.",
	  COMPLETE_NONE, repl_cmd_time },
	{ "sh", "COMMAND", "run a command in a shell and wait for it",
	  "To make events, say: ':sh cat /etc/hostname'.", COMPLETE_FILE,
	  cmd_shell },
	{ "quit", "", "detach all and leave",
	  "So does Ctrl-D on an empty line. end probes run.", COMPLETE_NONE,
	  cmd_quit },
	{ 0 },
};

static bool is_called(const struct repl_command *c, struct str name)
{
	return str_is(name, c->name);
}

static bool begins(const struct repl_command *c, struct str name)
{
	return name.n && !strncmp(c->name, name.p, name.n);
}

/* Several begin so: which? */
static void ambiguous(struct str name, struct diags *d)
{
	auto_buf struct buf names = { 0 };

	for (const struct repl_command *c = repl_commands; c->name; c++)
		if (begins(c, name))
			buf_printf(&names, "%s:%s", names.n ? ", " : "",
				   c->name);
	diag_error(d, NOWHERE, D_USAGE,
		   "more than one command begins with ':%.*s'", STR_ARG(name));
	diag_hint(d, "%s", names.p);
}

static void unknown(struct str name, struct diags *d)
{
	struct suggest near = { 0 };

	diag_error(d, NOWHERE, D_USAGE, "no command is called ':%.*s'",
		   STR_ARG(name));
	for (const struct repl_command *c = repl_commands; c->name; c++)
		suggest_offer(&near, name, str_from(c->name));
	if (near.best.p)
		diag_hint(d, "did you mean ':%.*s'? :help lists them all",
			  STR_ARG(near.best));
	else
		diag_hint(d, ":help lists them all");
}

const struct repl_command *repl_command_find(struct str name, struct diags *d)
{
	const struct repl_command *found = NULL;
	size_t n = 0;

	for (const struct repl_command *c = repl_commands; c->name; c++) {
		if (is_called(c, name))
			return c;
		if (!begins(c, name))
			continue;
		found = c;
		n++;
	}
	if (n == 1)
		return found;
	if (n)
		ambiguous(name, d);
	else
		unknown(name, d);
	return NULL;
}
