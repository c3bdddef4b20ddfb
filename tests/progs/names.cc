/* SPDX-License-Identifier: Apache-2.0 */
/* names [N [FILE]] - functions with the names of C++, Rust and Go. Called N (1)
 * times each, with i counting from 1:
 *
 *	ns::add(int i, int -2 * i)	returns the sum, -i
 *	ns::add(long i)			returns i + 1
 *	ns::twice<int>(i), ns::twice<long>(i)	return 2 * i
 *	ns::counter::take(int i)	a method; returns the total
 *	ns::whole(pair{i, -i}, big, i)	structs by value; returns 3 * i
 *	espy::math::half(2 * i)		with Rust's older kind of name
 *	mycrate::math::third(3 * i)	with Rust's newer kind of name
 *	main.Sum(1, 2 ... 9)		Go's convention; returns the sum, 45
 *
 * With FILE the calls wait until that file is there. Built by clang, without
 * optimisation, with debug information; it needs no library of C++. The note
 * that Go programs carry is in names_go, which is otherwise the same. */
extern "C" {
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
}

#define PROBED __attribute__((noinline))

namespace ns {

enum class kind : unsigned char { none, some = 7 };

struct pair {
	int left;
	int right;
};

struct big {
	long words[4];
};

struct base {
	int id;
};

struct counter : base {
	long total;
	kind of;
	const char *name;
	union {
		int number;
		char letter;
	};
	unsigned low : 4, high : 12;

	PROBED long take(int n);
};

PROBED long counter::take(int n)
{
	total += n;
	return total; /* counter::take */
}

PROBED int add(int a, int b)
{
	return a + b;
}

PROBED long add(long a)
{
	return a + 1;
}

template <class T> PROBED T twice(T x)
{
	return x * 2;
}

PROBED int whole(pair p, big b, int last)
{
	return p.left + (int)b.words[3] + last;
}

}

extern "C" {

PROBED int half(int x) asm("_ZN4espy4math4half17h5f3c9a1b7d2e4860E");
PROBED int half(int x)
{
	return x / 2;
}

PROBED int third(int x) asm("_RNvNtCs1234_7mycrate4math5third");
PROBED int third(int x)
{
	return x / 3;
}

/* Nine arguments in Go's registers; the result is in rax, too. */
asm(".globl main.Sum\n"
    ".type main.Sum, @function\n"
    "main.Sum:\n"
    "	add %rbx, %rax\n"
    "	add %rcx, %rax\n"
    "	add %rdi, %rax\n"
    "	add %rsi, %rax\n"
    "	add %r8, %rax\n"
    "	add %r9, %rax\n"
    "	add %r10, %rax\n"
    "	add %r11, %rax\n"
    "	ret\n"
    ".size main.Sum, . - main.Sum\n");

}

static long go_sum()
{
	register long r8 asm("r8") = 6, r9 asm("r9") = 7;
	register long r10 asm("r10") = 8, r11 asm("r11") = 9;
	long rax = 1, rcx = 3, rdi = 4, rsi = 5;

	asm volatile("sub $128, %%rsp\n" /* what a leaf has there */
		     "push %%rbx\n"
		     "mov $2, %%ebx\n"
		     "call main.Sum\n"
		     "pop %%rbx\n"
		     "add $128, %%rsp\n"
		     : "+a"(rax)
		     : "c"(rcx), "D"(rdi), "S"(rsi), "r"(r8), "r"(r9),
		       "r"(r10), "r"(r11)
		     : "memory", "cc");
	return rax;
}

int main(int argc, char **argv)
{
	int count = argc > 1 ? atoi(argv[1]) : 1, wrong;
	ns::counter c = {};

	c.id = 42;
	c.of = ns::kind::some;
	c.name = "clicks";
	c.number = 99;
	c.low = 5;
	c.high = 2748;
	wrong = c.name[0] != 'c';
	while (argc > 2 && access(argv[2], F_OK))
		usleep(10000);
	for (int i = 1; i <= count; i++) {
		ns::big b = { { 10, 20, 30, i } };

		wrong |= ns::add(i, -2 * i) != -i;
		wrong |= ns::add((long)i) != i + 1;
		wrong |= ns::twice(i) != 2 * i;
		wrong |= ns::twice((long)i) != 2 * i;
		wrong |= c.take(i) != i * (i + 1) / 2;
		wrong |= ns::whole({ i, -i }, b, i) != 3 * i;
		wrong |= half(2 * i) != i;
		wrong |= third(3 * i) != i;
		wrong |= go_sum() != 45;
	}
	return wrong;
}
