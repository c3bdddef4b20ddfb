/* SPDX-License-Identifier: Apache-2.0 */
/* What can follow a text, on the fake machine. */
#include "cli/repl_complete.h"
#include "tests/unit/test_machine.h"

static const struct repl_command commands[] = {
	{ "clear", "@map", "empty a map", NULL, COMPLETE_MAP, NULL },
	{ "doc", "NAME", "about a name", NULL, COMPLETE_NAME, NULL },
	{ "drop", "@map", "forget a map", NULL, COMPLETE_MAP, NULL },
	{ "emit", "STAGE N", "what became of it", NULL, COMPLETE_STAGE, NULL },
	{ "help", "[NAME]", "this", NULL, COMPLETE_COMMAND, NULL },
	{ "l", "PATTERN", "list probes", NULL, COMPLETE_PROBE, NULL },
	{ "load", "FILE", "a script", NULL, COMPLETE_FILE, NULL },
	{ "off", "N", "detach", NULL, COMPLETE_ENTRY, NULL },
	{ "pid", "[N]", "only one", NULL, COMPLETE_PID, NULL },
	{ "set", "KEY VALUE", "a setting", NULL, COMPLETE_SETTING, NULL },
	{ "t", "TYPE", "a type", NULL, COMPLETE_TYPE, NULL },
	{ 0 },
};

struct asked {
	struct host host;
	struct complete_env env;
	struct completion c;
};

static void add(struct asked *q, complete_words *v, const char *text,
		const char *note)
{
	vec_push(&q->host.arena, v,
		 ((struct complete_word){ str_from(text), str_from(note) }));
}

/* The cursor is where '|' is, else at the end. */
static void ask(struct asked *q, const char *text)
{
	struct host *h = &q->host;
	const char *cursor = strchr(text, '|');
	size_t at = cursor ? (size_t)(cursor - text) : strlen(text);

	*q = (struct asked){};
	host_open(h, NULL);
	q->env.machine = h->machine;
	q->env.diags = &h->diags;
	q->env.commands = commands;
	vec_push(&h->arena, &q->env.maps,
		 ((struct complete_map){
			 STR("@files"), STR("uint64"),
			 type_ptr(&h->types,
				  machine_type(h->machine, &h->types,
					       STR("struct file")),
				  AS_KERNEL) }));
	vec_push(&h->arena, &q->env.maps,
		 ((struct complete_map){ STR("@reads"), STR("count"), NULL }));
	add(q, &q->env.calls, "half", "fn half($n : uint64) : uint64");
	add(q, &q->env.entries, "1", "begin { }");
	add(q, &q->env.entries, "12", "end { }");
	repl_complete(&q->env,
		      str_printf(&h->arena, "%.*s%s", (int)at, text,
				 cursor ? cursor + 1 : ""),
		      at, &q->c);
}

static void forget(struct asked *q)
{
	cr_expect_eq(q->host.diags.v.n, 0, "something was reported");
	completion_free(&q->c);
	host_close(&q->host);
}

static struct str all_words(struct asked *q)
{
	struct buf out = {};
	struct str all;

	vec_each(w, &q->c.words)
		buf_printf(&out, "%s%.*s", out.n ? "|" : "", STR_ARG(w->text));
	all = str_copy(&q->host.arena, buf_view(&out));
	buf_free(&out);
	return all;
}

static bool offers(const struct asked *q, const char *word)
{
	vec_each(w, &q->c.words)
		if (str_is(w->text, word))
			return true;
	return false;
}

/* --- all that is offered ---------------------------------------------------- */

static const struct {
	const char *text, *words;
} exact[] = {
	/* commands and their arguments */
	{ ":d", ":doc|:drop" },
	{ "  :he", ":help" },
	{ ":nothing x", "" },
	{ ":clear ", "@files|@reads" },
	{ ":clear @r", "@reads" },
	{ ":cl @r", "@reads" }, /* the beginning of a command */
	{ ":off ", "1|12" },
	{ ":off 12", "12" },
	{ ":help l", "l|load" },
	{ ":emit a", "asm|ast" },
	{ ":emit ll 1", "1|12" },
	{ ":doc hist", "hist" },
	{ ":set max_strl", "max_strlen " },
	{ ":set missing_probes ", "error|ignore|warn" },
	{ ":set missing_probes w", "warn" },
	{ ":set print_maps_on_exit t", "true" },
	{ ":t struct task_str", "struct task_struct" },
	{ ":t task_struct.com", "comm" },
	{ ":t struct file.f_ino", "f_inode" },
	/* attach points */
	{ "tracep", "tracepoint:" },
	{ "tracepoint:k", "kmem:" },
	{ "t:k", "kmem:" },
	{ "tracepoint:kmem:k", "kfree|kmalloc" },
	{ "tracepoint:kmem:kf", "kfree" },
	{ "begin { } tracepoint:kmem:kf", "kfree" },
	{ "tracepoint:kmem:kmalloc, tracepoint:kmem:kf", "kfree" },
	{ "tracepoint:kmem:kf|ree { @ = count(); }", "kfree" },
	{ ":l tracepoint:kmem:kf", "kfree" },
	{ "tracepoint:kmem:kfree ", "" },
	{ "fentry:vmlinux:vfs_re", "vfs_read" },
	{ "fentry:vfs_re", "vfs_read" },
	{ "nothing:x", "" },
	/* fields */
	{ "tracepoint:kmem:kfree { print(args.p", "ptr" },
	{ "tracepoint:kmem:kfree /args.p", "ptr" },
	{ "tracepoint:kmem:kfree { if (args.p|", "ptr" },
	{ "begin { print(curtask->com", "comm" },
	{ "print(curtask.com", "comm" },
	{ "curtask.com", "comm" },
	{ "curtask->group_leader->com", "comm" },
	{ "((struct task_struct *)arg0)->com", "comm" },
	{ "begin { $t = curtask; $t->com", "comm" },
	{ "begin { $t = (struct task_struct *)arg0; print($t.com", "comm" },
	{ "begin { let $t : struct task_struct * = arg0; $t.com", "comm" },
	{ "begin { @t[pid] = curtask; @t[1].com", "comm" },
	{ "begin { @files.f_ino", "f_inode" },
	{ "begin { $nothing.com", "" },
	{ "begin { 1.", "" },
	/* names of the session and of the text */
	{ "@", "@files|@reads" },
	{ "print(@r", "@reads" },
	{ "begin { @mine = 1; @m", "@mine" },
	{ "begin { @m| = 1; @mine = 2; }", "@mine" },
	{ "begin { $abc = 1; $abd = 2; $ab", "$abc|$abd" },
	{ "hal", "half(" },
	{ "begin { lhi", "lhist(" },
	{ "sizeof(struct task_str", "struct task_struct" },
	{ "begin { $t = (struct task_str", "struct task_struct" },
	/* config */
	{ "config = { max_strl", "max_strlen = " },
	{ "config = { missing_probes = w", "warn" },
	{ "config = { max_strlen = 5; missing_probes = ig", "ignore" },
	/* nowhere */
	{ "printf(\"com", "" },
	{ "// com", "" },
	{ "begin { /* com", "" },
};

Test(complete, exactly)
{
	for (size_t i = 0; i < ARRAY_SIZE(exact); i++) {
		struct asked q;
		struct str have;

		ask(&q, exact[i].text);
		have = all_words(&q);
		cr_expect(str_is(have, exact[i].words),
			  "'%s': have '%.*s', want '%s'", exact[i].text,
			  STR_ARG(have), exact[i].words);
		forget(&q);
	}
}

/* --- what is among it, and what is not ------------------------------------------ */

static const struct {
	const char *text, *has, *has_not;
} among[] = {
	{ "", "kprobe:", "hist(" }, /* an empty line: what one begins with */
	{ "", "tracepoint:", "comm" },
	{ "p", "print(", "tracepoint:" },
	{ "p", "profile:", "comm" },
	{ "p", "pid", "comm" },
	{ "begin { } p", "profile:", "print(" },
	{ "begin { ", "hist(", "kprobe:" },
	{ "begin { if (1) { } ", "comm", "kprobe:" },
	{ "begin { @ = ", "count(", "kprobe:" },
	{ "begin { } ", "fn", "print(" },
	{ "if (1) { } p", "print(", "profile:" },
	{ "tracepoint:syscalls:", "sys_enter_open", "kmem:" },
	{ "kprobe:vfs_", "vfs_read", "do_exit" },
	{ "tracepoint:syscalls:sys_enter_* { args.", "__syscall_nr", "comm" },
	{ "for ($i : 0..p", "pid", "kprobe:" },
	{ ":l ", "kprobe:", "print(" },
	{ ":t ", "struct ", "union" },
	{ ":t ", "args", "print(" },
	{ ":load /", "/etc/", "print(" },
};

Test(complete, among)
{
	for (size_t i = 0; i < ARRAY_SIZE(among); i++) {
		struct asked q;

		ask(&q, among[i].text);
		cr_expect(offers(&q, among[i].has), "'%s': %s is missing",
			  among[i].text, among[i].has);
		cr_expect(!offers(&q, among[i].has_not), "'%s': %s is there",
			  among[i].text, among[i].has_not);
		forget(&q);
	}
}

/* --- the rest of the answer ------------------------------------------------------ */

static const struct {
	const char *text;
	size_t from;
	const char *common, *note; /* note: how it begins */
} answers[] = {
	{ ":d", 0, ":d", "" },
	{ "  :he", 2, ":help", "" },
	{ ":off 1", 5, "1", ":off N" },
	{ "tracepoint:kmem:k", 16, "k", "" },
	{ "tracepoint:kmem:x", 16, "", "tracepoint:category:event" },
	{ "begin { printf(\"%d\", pi", 21, "pid", "none printf(" },
	{ "begin { printf(\"%d\", (1 + pi", 26, "pid", "none printf(" },
	{ "half(pi", 5, "pid", "fn half(" },
	{ "begin { @x = hist(", 18, "", "any hist(" },
	{ "interval:", 9, "", "interval:" },
	{ "x|y", 0, "", "" },
};

Test(complete, answers)
{
	for (size_t i = 0; i < ARRAY_SIZE(answers); i++) {
		struct asked q;
		struct str common;

		ask(&q, answers[i].text);
		common = completion_common(&q.c);
		cr_expect_eq(q.c.from, answers[i].from, "'%s': from %zu",
			     answers[i].text, q.c.from);
		cr_expect(str_is(common, answers[i].common), "'%s': '%.*s'",
			  answers[i].text, STR_ARG(common));
		cr_expect(*answers[i].note
				  ? str_starts(q.c.note, answers[i].note)
				  : !q.c.note.n,
			  "'%s': note '%.*s'", answers[i].text,
			  STR_ARG(q.c.note));
		forget(&q);
	}
}

Test(complete, tells_types_of_fields)
{
	struct asked q;

	ask(&q, "curtask->com");
	cr_assert_eq(q.c.words.n, 1);
	expect_str(q.c.words.v[0].note, "string[16]");
	forget(&q);
}

Test(complete, remembers_what_was_listed)
{
	struct complete_cache cache = {};
	struct completion c = {};
	struct asked q;

	ask(&q, "x");
	q.env.cache = &cache;
	for (int i = 0; i < 2; i++) {
		repl_complete(&q.env, STR("kprobe:vfs_re"), 13, &c);
		cr_assert_eq(c.words.n, 1);
		expect_str(c.words.v[0].text, "vfs_read");
		completion_free(&c);
		cr_expect(str_is(buf_view(&cache.pattern), "kprobe:vfs_re*"));
	}
	repl_complete(&q.env, STR("kprobe:vfs_w"), 12, &c);
	cr_assert_eq(c.words.n, 1);
	completion_free(&c);
	buf_free(&cache.pattern);
	buf_free(&cache.lines);
	forget(&q);
}

/* Every beginning of a long text has an answer, and none is reported. */
Test(complete, survives_every_cursor)
{
	static const char text[] =
		"config = { max_strlen = 64; } // x\n"
		"fn f($n : uint64) : uint64 { return $n / 2; }\n"
		"tracepoint:kmem:kmalloc, kprobe:vfs_* /args.ptr > (1 / 2)/ {\n"
		"\t@a[comm, ((struct task_struct *)curtask)->mm[0].pgd] = "
		"hist(args.bytes_req * 2); /* y */ printf(\"}{\\\"%d\", 5);\n"
		"} }) -> . $ @ :: ( [ \" {";

	for (size_t n = 0; n < sizeof(text); n++) {
		char before[sizeof(text)] = "";
		struct asked q;

		memcpy(before, text, n);
		ask(&q, before);
		cr_expect(q.c.from <= n, "at %zu", n);
		forget(&q);
	}
}
