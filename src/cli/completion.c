/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/completion.h"

#include "cli/cli.h"
#include "cli/docs.h"
#include "cli/explain.h"
#include "cli/tools.h"
#include "lang/lang.h"

/* What follows an option, where that is not a file. */
enum value {
	VALUE_NONE,
	VALUE_FILE,
	VALUE_PID,
	VALUE_COMMAND,
	VALUE_PROBE,
	VALUE_WORDS,
	VALUE_N,
};

static void stages(struct buf *out)
{
	for (int i = 0; i < STAGE_N; i++)
		buf_printf(out, "%s ", stage_names[i]);
	buf_puts(out, "time");
}

static const struct row {
	const char *option;
	enum value value;
	const char *words; /* VALUE_WORDS: these, or ... */
	void (*list)(struct buf *out); /* ... what this adds */
} rows[] = {
	{ "pid", VALUE_PID },
	{ "cmd", VALUE_COMMAND },
	{ "list", VALUE_PROBE },
	{ "buffering", VALUE_WORDS, "line full none" },
	{ "no-feature", VALUE_WORDS, "fentry kprobe_multi uprobe_multi" },
	{ "emit", VALUE_WORDS, NULL, stages },
	{ "debug", VALUE_WORDS, NULL, stages },
	{ "help-function", VALUE_WORDS, NULL, docs_names },
	{ "tolerance", VALUE_WORDS, "0 5 10 20" },
	{ "explain", VALUE_WORDS, NULL, explain_names },
	{ "tool", VALUE_WORDS, NULL, tools_names },
	{ "completion", VALUE_WORDS, "bash zsh fish" },
	{ "docs", VALUE_WORDS,
	  "functions builtins words probes options codes" },
};

static const struct row *row_of(const struct option *o)
{
	static const struct row file = { NULL, VALUE_FILE };
	static const struct row none = { NULL, VALUE_NONE };

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(rows[i].option, o->name))
			return &rows[i];
	return o->has_arg == no_argument ? &none : &file;
}

static bool has_letter(const struct option *o)
{
	return o->val > ' ' && o->val < 127;
}

static void put_words(const struct row *r, struct buf *out)
{
	if (r->list)
		r->list(out);
	else
		buf_puts(out, r->words);
}

/* "-p|--pid": how a case of the shell names the option. */
static void put_case(const struct option *o, struct buf *out)
{
	if (has_letter(o))
		buf_printf(out, "-%c|", o->val);
	buf_printf(out, "--%s", o->name);
}

static void put_options(struct buf *out)
{
	buf_puts(out, "-e ");
	for (const struct option *o = cli_long_options; o->name; o++) {
		if (has_letter(o))
			buf_printf(out, "-%c ", o->val);
		buf_printf(out, "--%s ", o->name);
	}
}

static void put_probe_types(struct buf *out, const char *end)
{
	for (size_t i = 0; probe_type_tables[i]; i++)
		for (const struct probe_type *r = probe_type_tables[i]; r->name;
		     r++)
			buf_printf(out, "%s%s ", r->name,
				   r->max_parts ? end : "");
}

/* --- bash and zsh --------------------------------------------------------------- */

/* What the cases of a shell call for each kind of value. */
struct dialect {
	const char *words[2]; /* before and after the words */
	const char *of[VALUE_N];
};

static void put_values(const struct dialect *d, struct buf *out)
{
	for (const struct option *o = cli_long_options; o->name; o++) {
		const struct row *r = row_of(o);

		if (r->value == VALUE_NONE)
			continue;
		buf_puts(out, "\t");
		put_case(o, out);
		buf_puts(out, ") ");
		if (r->value == VALUE_WORDS) {
			buf_puts(out, d->words[0]);
			put_words(r, out);
			buf_puts(out, d->words[1]);
		} else {
			buf_puts(out, d->of[r->value]);
		}
		buf_puts(out, "; return ;;\n");
	}
}

static const struct dialect bash = {
	.words = { "_espy_offer \"", "\"" },
	.of = { [VALUE_FILE] = "_espy_files",
		[VALUE_PID] = "_espy_offer \"$(cd /proc && echo [0-9]*)\"",
		[VALUE_COMMAND] = "COMPREPLY=($(compgen -c -- \"$word\"))",
		[VALUE_PROBE] = "_espy_probes" },
};

/* The shell splits words at ':' and joins none of them again. */
static const char bash_head[] =
	"# bash completion for espy: made by espy --completion bash\n"
	"_espy_offer()\n"
	"{\n"
	"\tCOMPREPLY=($(compgen -W \"$1\" -- \"$word\"))\n"
	"}\n"
	"\n"
	"_espy_files()\n"
	"{\n"
	"\tcompopt -o filenames 2>/dev/null\n"
	"\tCOMPREPLY=($(compgen -f -- \"$word\"))\n"
	"}\n"
	"\n"
	"# A probe, whose parts the shell may take for words of their own.\n"
	"_espy_probes()\n"
	"{\n"
	"\tlocal probe=${COMP_LINE:0:COMP_POINT} i\n"
	"\tprobe=${probe##*[[:space:],\\'\\\"]}\n"
	"\tcompopt -o nospace 2>/dev/null\n"
	"\tcase $probe in\n"
	"\t*:*) COMPREPLY=($(compgen -W \\\n"
	"\t\t\"$(\"${COMP_WORDS[0]}\" -l \"$probe*\" 2>/dev/null)\" "
	"-- \"$probe\"))\n"
	"\t\tcase $COMP_WORDBREAKS in *:*)\n"
	"\t\t\tfor i in \"${!COMPREPLY[@]}\"; do\n"
	"\t\t\t\tCOMPREPLY[i]=${COMPREPLY[i]#\"${probe%\"${probe##*:}\"}\"}\n"
	"\t\t\tdone ;;\n"
	"\t\tesac ;;\n"
	"\t*) COMPREPLY=($(compgen -W \"";

static const char bash_middle[] =
	"\" -- \"$probe\")) ;;\n"
	"\tesac\n"
	"}\n"
	"\n"
	"_espy()\n"
	"{\n"
	"\tlocal word=${COMP_WORDS[COMP_CWORD]} before= i\n"
	"\tCOMPREPLY=()\n"
	"\t# the option that this word, or the probe it is in, belongs to\n"
	"\tfor ((i = COMP_CWORD - 1; i > 0; i--)); do\n"
	"\t\tbefore=${COMP_WORDS[i]}\n"
	"\t\t[[ $before == : || ${COMP_WORDS[i + 1]} == : ]] || break\n"
	"\tdone\n"
	"\tcase $before in\n"
	"\t-e) _espy_probes; return ;;\n"
	"\t-lv|-vl) _espy_probes; return ;;\n";

static const char bash_tail[] = "\tesac\n"
				"\tcase $word in\n"
				"\t-*) _espy_offer \"";

static void put_bash(struct buf *out)
{
	buf_puts(out, bash_head);
	put_probe_types(out, ":");
	buf_puts(out, bash_middle);
	put_values(&bash, out);
	buf_puts(out, bash_tail);
	put_options(out);
	buf_puts(out, "\" ;;\n"
		      "\t*) _espy_files ;;\n"
		      "\tesac\n"
		      "}\n"
		      "complete -F _espy espy\n");
}

static const struct dialect zsh = {
	.words = { "compadd -- ", "" },
	.of = { [VALUE_FILE] = "_files",
		[VALUE_PID] = "_pids",
		[VALUE_COMMAND] = "_command_names -e",
		[VALUE_PROBE] = "_espy_probes" },
};

static void put_zsh(struct buf *out)
{
	buf_puts(out, "#compdef espy\n"
		      "# zsh completion for espy: made by espy --completion "
		      "zsh\n"
		      "_espy_probes()\n"
		      "{\n"
		      "\tlocal probe=$PREFIX\n"
		      "\tcase $probe in\n"
		      "\t*:*) compadd -S '' -- \\\n"
		      "\t\t${(f)\"$(espy -l \"$probe*\" 2>/dev/null)\"} ;;\n"
		      "\t*) compadd -S '' -- ");
	put_probe_types(out, ":");
	buf_puts(out, ";;\n"
		      "\tesac\n"
		      "}\n"
		      "\n"
		      "_espy()\n"
		      "{\n"
		      "\tcase ${words[CURRENT-1]} in\n"
		      "\t-e|-lv|-vl) _espy_probes; return ;;\n");
	put_values(&zsh, out);
	buf_puts(out, "\tesac\n"
		      "\tcase $PREFIX in\n"
		      "\t-*) compadd -- ");
	put_options(out);
	buf_puts(out, ";;\n"
		      "\t*) _files ;;\n"
		      "\tesac\n"
		      "}\n"
		      "_espy \"$@\"\n");
}

/* --- fish ----------------------------------------------------------------------- */

static void put_fish(struct buf *out)
{
	buf_puts(out, "# fish completion for espy: made by espy --completion "
		      "fish\n"
		      "function __espy_probes\n"
		      "\tset -l probe (commandline -ct)\n"
		      "\tif string match -q '*:*' -- $probe\n"
		      "\t\tespy -l \"$probe*\" 2>/dev/null\n"
		      "\telse\n"
		      "\t\tstring split -n ' ' '");
	put_probe_types(out, ":");
	buf_puts(out, "'\n"
		      "\tend\n"
		      "end\n"
		      "complete -c espy -s e -x -a '(__espy_probes)'\n");
	for (const struct option *o = cli_long_options; o->name; o++) {
		const struct row *r = row_of(o);

		buf_printf(out, "complete -c espy -l %s", o->name);
		if (has_letter(o))
			buf_printf(out, " -s %c", o->val);
		if (r->value == VALUE_FILE)
			buf_puts(out, " -r");
		else if (r->value != VALUE_NONE)
			buf_puts(out, " -x -a '");
		if (r->value == VALUE_PID)
			buf_puts(out, "(__fish_complete_pids)'");
		else if (r->value == VALUE_COMMAND)
			buf_puts(out, "(__fish_complete_command)'");
		else if (r->value == VALUE_PROBE)
			buf_puts(out, "(__espy_probes)");
		else if (r->value == VALUE_WORDS)
			put_words(r, out);
		if (r->value == VALUE_PROBE || r->value == VALUE_WORDS)
			buf_puts(out, "'");
		buf_putc(out, '\n');
	}
}

bool completion_script(struct str shell, struct buf *out)
{
	static const struct {
		const char *name;
		void (*put)(struct buf *out);
	} shells[] = { { "bash", put_bash },
		       { "zsh", put_zsh },
		       { "fish", put_fish } };

	for (size_t i = 0; i < ARRAY_SIZE(shells); i++) {
		if (!str_is(shell, shells[i].name))
			continue;
		shells[i].put(out);
		return true;
	}
	return false;
}
