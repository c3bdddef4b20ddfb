/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers that are printed by name. The value stays the number. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "machine/machine.h"
#include "sema/check.h"

#define LAST_ERRNO   133
#define LAST_SIGNAL  31
#define LAST_SYSCALL 1023

/* In the order of their numbers, from 1. */
static const char *const signal_names[LAST_SIGNAL] = {
	"SIGHUP",  "SIGINT",    "SIGQUIT", "SIGILL",    "SIGTRAP", "SIGABRT",
	"SIGBUS",  "SIGFPE",    "SIGKILL", "SIGUSR1",   "SIGSEGV", "SIGUSR2",
	"SIGPIPE", "SIGALRM",   "SIGTERM", "SIGSTKFLT", "SIGCHLD", "SIGCONT",
	"SIGSTOP", "SIGTSTP",   "SIGTTIN", "SIGTTOU",   "SIGURG",  "SIGXCPU",
	"SIGXFSZ", "SIGVTALRM", "SIGPROF", "SIGWINCH",  "SIGIO",   "SIGPWR",
	"SIGSYS",
};

typedef VEC(struct enumerator) names_vec;

static void add(struct sema *s, names_vec *names, const char *name,
		int64_t value)
{
	const struct enumerator e = {
		.name = str_from(arena_copy(s->arena, name, strlen(name))),
		.value = value,
	};

	vec_push(s->arena, names, e);
}

/* The type of 64-bit numbers that have these names. */
static bool name_numbers(struct sema *s, struct expr *call, const char *type,
			 const names_vec *names)
{
	call->type = type_enum(s->types, str_from(type), 8, true, names->v,
			       (uint32_t)names->n);
	return true;
}

/* The kernel's functions return errors as negative numbers. */
static bool check_strerror(struct sema *s, struct expr *call)
{
	names_vec names = { 0 };
	int n;

	for (n = 0; n <= LAST_ERRNO; n++) {
		const char *text = strerror(n);

		if (str_starts(str_from(text), "Unknown error"))
			continue;
		add(s, &names, text, n);
		if (n)
			add(s, &names, text, -n);
	}
	return name_numbers(s, call, "errno_t", &names);
}

static bool check_signal_name(struct sema *s, struct expr *call)
{
	names_vec names = { 0 };
	int n;

	for (n = 1; n <= LAST_SIGNAL; n++)
		add(s, &names, signal_names[n - 1], n);
	return name_numbers(s, call, "signal_t", &names);
}

static bool check_syscall_name(struct sema *s, struct expr *call)
{
	names_vec names = { 0 };
	int n;

	for (n = 0; n <= LAST_SYSCALL; n++) {
		const char *name = machine_syscall_name(s->env->machine, n);

		if (name)
			add(s, &names, name, n);
	}
	return name_numbers(s, call, "syscall_t", &names);
}

static struct val emit_number(struct cg *g, const struct expr *call)
{
	return ir_reg(ir_value(g, emit_arg(g, call, 0)), call->type);
}

const struct function name_functions[] = {
	{ "signal_name", "any signal_name(int n)", .check = check_signal_name,
	  .emit = emit_number,
	  .doc = "A signal's number, printed by name: SIGKILL.",
	  .example = "tracepoint:syscalls:sys_enter_kill "
		     "{ @[signal_name(args.sig)] = count(); }" },
	{ "strerror", "any strerror(int n)", .check = check_strerror,
	  .emit = emit_number,
	  .doc = "The number of an error, also a negative one as the kernel "
		 "returns it, printed as its text: No such file or directory.",
	  .example = "tracepoint:syscalls:sys_exit_openat /args.ret < 0/ "
		     "{ @[strerror(args.ret)] = count(); }" },
	{ "syscall_name", "any syscall_name(int n)",
	  .check = check_syscall_name, .emit = emit_number,
	  .doc = "A system call's number, printed by name: openat.",
	  .example = "tracepoint:raw_syscalls:sys_enter "
		     "{ @[syscall_name(args.id)] = count(); }" },
	{ 0 },
};
