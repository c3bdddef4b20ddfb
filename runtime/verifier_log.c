/* SPDX-License-Identifier: Apache-2.0 */
/* verifier_log.c - a verifier's log taken apart: the instructions it went
 * through, what it complains of, and where a value came from. */
#include <stdlib.h>

#include "runtime/verifier.h"

/* --- reading ---------------------------------------------------------------- */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "12: (85) call bpf_loop#181": the number, and what is behind it. */
static bool read_step(struct str line, struct verifier_step *step)
{
	size_t i = 0;

	while (i < line.n && is_digit(line.p[i]))
		i++;
	if (!i || i + 6 >= line.n || strncmp(line.p + i, ": (", 3))
		return false;
	step->insn = (uint32_t)strtoul(line.p, NULL, 10);
	step->text = (struct str){ line.p + i + 2, line.n - i - 2 };
	return true;
}

/* Lines that tell what the verifier knows, not what it dislikes. */
static bool is_state(struct str line)
{
	static const char *const starts[] = {
		"; ",           "from ",
		"processed ",   "verification time",
		"stack depth",  "func#",
		"Validating ",  "mark_precise:",
		"caller:",      "callee:",
		"frame",        "returning from",
		"to caller at", "propagating",
		"parent ",      "regs=",
		"last_idx",     "Live regs",
		"insn #",       "live regs",
		"stacks=",      "arg#",
		"cur state:",   "old state:",
	};
	size_t i = 0;

	for (size_t k = 0; k < ARRAY_SIZE(starts); k++)
		if (str_starts(line, starts[k]))
			return true;
	if (!line.n || line.p[0] == ' ')
		return true;
	while (i < line.n && is_digit(line.p[i]))
		i++;
	if (i && i < line.n && line.p[i] == ':')
		return true; /* "12: R0=..." */
	return line.n > 3 && line.p[0] == 'R' && is_digit(line.p[1]) &&
	       memchr(line.p, '=', line.n < 8 ? line.n : 8) &&
	       !memmem(line.p, line.n, " type=", 6);
}

void verifier_log_read(struct verifier_log *l, struct str text)
{
	struct verifier_step step;
	struct str line;

	while (text.n) {
		line = str_split(text, '\n', &text);
		if (read_step(line, &step)) {
			vec_push(&l->arena, &l->steps, step);
			l->said.n = 0;
		} else if (!is_state(line)) {
			vec_push(&l->arena, &l->said, line);
		}
	}
}

void verifier_log_free(struct verifier_log *l)
{
	arena_free(&l->arena);
	*l = (struct verifier_log){};
}

/* --- instructions ------------------------------------------------------------- */

/* "(79) " is before it. */
static struct str body_of(const struct verifier_step *s)
{
	const char *end = memchr(s->text.p, ')', s->text.n);
	size_t n;

	if (!end)
		return STR("");
	n = (size_t)(end - s->text.p) + 1;
	while (n < s->text.n && s->text.p[n] == ' ')
		n++;
	return (struct str){ s->text.p + n, s->text.n - n };
}

/* "r3" or "w3" at the start: 3; else -1. */
static int register_at(struct str s)
{
	if (s.n < 2 || (s.p[0] != 'r' && s.p[0] != 'w') || !is_digit(s.p[1]))
		return -1;
	return atoi(s.p + 1);
}

static struct str behind(struct str s, const char *what)
{
	const char *at = memmem(s.p, s.n, what, strlen(what));

	if (!at)
		return STR("");
	at += strlen(what);
	return (struct str){ at, s.n - (size_t)(at - s.p) };
}

/* "*(u64 *)(r10 -8)": the register and the offset. */
static bool read_address(struct str s, int *reg, int *offset)
{
	struct str address = behind(s, "*)(");

	*reg = register_at(address);
	if (*reg < 0)
		return false;
	str_split(address, ' ', &address);
	*offset = address.n ? atoi(address.p) : 0;
	return true;
}

int verifier_log_register(const struct verifier_step *step)
{
	struct str body = body_of(step), right = behind(body, "= ");
	int reg, offset;

	if (read_address(body, &reg, &offset))
		return reg;
	if (register_at(right) >= 0)
		return register_at(right);
	return register_at(body);
}

/* --- where a value comes from --------------------------------------------------- */

/* What is followed: a register, or a place of the stack. */
struct followed {
	int reg; /* -1: the place */
	int slot;
};

/* One step back. True: it was made here. */
static bool step_back(struct str body, struct followed *f, bool *lost)
{
	struct str right = behind(body, " = ");
	int reg, offset, to = register_at(body);

	if (str_starts(body, "call")) {
		*lost = f->reg > 0 && f->reg < 6;
		return f->reg == 0 || *lost;
	}
	if (f->reg < 0) { /* "*(u64 *)(r10 -8) = r1" */
		if (to >= 0 || !read_address(body, &reg, &offset) ||
		    reg != 10 || offset != f->slot)
			return false;
		f->reg = register_at(right);
		return f->reg < 0;
	}
	if (to != f->reg || str_starts(body, "if ") || !right.n)
		return false; /* "r1 += r2" is still r1's */
	if (register_at(right) >= 0) {
		f->reg = register_at(right);
		return false;
	}
	if (read_address(right, &reg, &offset) && reg == 10) {
		*f = (struct followed){ .reg = -1, .slot = offset };
		return false;
	}
	return true;
}

long verifier_log_origin(const struct verifier_log *l, size_t at, int reg)
{
	struct followed f = { .reg = reg };
	bool lost = false;

	while (reg >= 0 && reg < 10 && at-- > 0)
		if (step_back(body_of(&l->steps.v[at]), &f, &lost))
			return (long)at;
	return -1;
}

/* --- loops ------------------------------------------------------------------ */

uint32_t verifier_log_busiest(const struct verifier_log *l)
{
	uint32_t top = 0, best = 0;
	auto_free uint32_t *counts = NULL;

	vec_each(s, &l->steps)
		top = s->insn > top && s->insn < 1000000 ? s->insn : top;
	counts = xzalloc((top + 1) * sizeof(*counts));
	vec_each(s, &l->steps)
		if (s->insn <= top && ++counts[s->insn] > counts[best])
			best = s->insn;
	return best;
}
