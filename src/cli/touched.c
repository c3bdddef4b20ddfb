/* SPDX-License-Identifier: Apache-2.0 */
/* touched.c - which functions does a run touch? Part of compiler/plain only,
 * which the build makes and asks, so that the linker can lay what a script's
 * way leads through side by side in compiler/espy (order.sh): a page that is
 * in memory is then one that is used.
 *
 * Before LLVM's own constructors every function of the list $ESPY_FUNCTIONS
 * (lines of nm -n: address, kind, name) gets a breakpoint. Where one is met,
 * it is taken out and its place in the order noted. At the end the names are
 * written to $ESPY_TOUCHED. */
#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define BREAKPOINT 0xcc /* int3, of x86-64 */
#define NAME_SIZE  4096

struct function {
	unsigned char *at;
	char *name;
	unsigned char byte; /* what the breakpoint is in place of */
};

static struct function *functions;
static uint32_t *met; /* indices, in order */
static size_t n_functions, n_met;

/* The first of those at an address: a constructor has two names. */
static struct function *find(const unsigned char *at)
{
	size_t low = 0, high = n_functions, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (functions[middle].at < at)
			low = middle + 1;
		else
			high = middle;
	}
	return low < n_functions && functions[low].at == at ? &functions[low]
							    : NULL;
}

static void meet(int signo, siginfo_t *info, void *context)
{
	greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
	struct function *f;

	(void)info;
	f = find((unsigned char *)(uintptr_t)registers[REG_RIP] - 1);
	if (!f) {
		signal(signo, SIG_DFL);
		return;
	}
	*f->at = f->byte;
	met[n_met++] = (uint32_t)(f - functions);
	registers[REG_RIP] = (greg_t)(uintptr_t)f->at;
}

static void add(unsigned char *at, const char *name)
{
	functions =
		reallocarray(functions, n_functions + 1, sizeof(*functions));
	if (functions)
		functions[n_functions++] =
			(struct function){ .at = at, .name = strdup(name) };
	if (!functions || !functions[n_functions - 1].name)
		abort();
}

static void read_list(FILE *list)
{
	char name[NAME_SIZE], line[NAME_SIZE + 64];
	uint64_t at;

	while (fgets(line, sizeof(line), list))
		if (sscanf(line, "%" SCNx64 " %*c %4095s", &at, name) == 2)
			add((unsigned char *)(uintptr_t)at, name);
}

static void __attribute__((constructor(101))) begin(void)
{
	struct sigaction action = { .sa_sigaction = meet,
				    .sa_flags = SA_SIGINFO };
	const char *path = getenv("ESPY_FUNCTIONS");
	FILE *list = path ? fopen(path, "r") : NULL;
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE), first, end;

	if (!list)
		return;
	read_list(list);
	fclose(list);
	met = calloc(n_functions + 1, sizeof(*met));
	if (!n_functions || !met || sigaction(SIGTRAP, &action, NULL))
		return;
	first = (uintptr_t)functions[0].at / page * page;
	end = (uintptr_t)functions[n_functions - 1].at + 1;
	if (mprotect((void *)first, end - first,
		     PROT_READ | PROT_WRITE | PROT_EXEC))
		return;
	for (size_t i = 0; i < n_functions; i++) {
		functions[i].byte = *functions[i].at;
		if (!i || functions[i].at != functions[i - 1].at)
			*functions[i].at = BREAKPOINT;
	}
}

static void __attribute__((destructor(101))) end(void)
{
	const char *path = getenv("ESPY_TOUCHED");
	FILE *out = path && n_met ? fopen(path, "w") : NULL;

	for (size_t i = 0; out && i < n_met; i++)
		for (size_t j = met[i];
		     j < n_functions && functions[j].at == functions[met[i]].at;
		     j++)
			fprintf(out, "%s\n", functions[j].name);
	if (out && fclose(out))
		abort();
}
