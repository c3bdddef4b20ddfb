/* SPDX-License-Identifier: Apache-2.0 */
/* passing [N] - functions whose arguments are passed in every way. Called N (1)
 * times each, with i counting from 1; all return i. */
#include "number.h"

#define PROBED __attribute__((noinline))

struct mixed {
	double weight;
	long number;
};

struct pair {
	int left, right;
	long third;
};

struct large {
	long words[5];
	short last;
};

/* The last three are on the stack. */
PROBED long passing_nine(char a, short b, int c, long d, char *e, long f,
			 signed char g, int h, long i)
{
	return a + b + c + d + !e + f + g + h + i - 1000;
}

/* Doubles take none of the others' registers. */
PROBED long passing_floats(int a, double b, int c, float d, long e)
{
	return (long)(b + d) * (a + c) + e;
}

/* The ninth double takes the stack's first word. */
PROBED long passing_nine_doubles(double a, double b, double c, double d,
				 double e, double f, double g, double h,
				 double i, int j, int k, int l, int m, int n,
				 int o, int p)
{
	return (long)(a + b + c + d + e + f + g + h + i) + j + k + l + m + n +
	       o + p;
}

/* What is large is on the stack, and takes no register. */
PROBED long passing_large(int a, struct large b, struct mixed c, int d)
{
	return a + b.words[4] + b.last + (long)c.weight + c.number + d;
}

/* What does not fit into the last register is on the stack; what follows
 * takes the register. A long double is at a multiple of 16. */
PROBED long passing_last(long a, long b, long c, long d, long e, struct pair f,
			 long g, int h, long double i, long j)
{
	return a + b + c + d + e + f.left + f.right + f.third + g + h +
	       (long)i + j;
}

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1), wrong = 0;

	for (long i = 1; i <= count; i++) {
		struct large large = { { 1, 2, 3, 4, -i }, (short)i };
		struct mixed mixed = { 0.5, 2 * i };
		struct pair pair = { (int)i, (int)-i, 7 };

		wrong |= passing_nine(1, 2, 3, 4, "five", 6, (signed char)-i,
				      -16, 1000 + 2 * i) != i;
		wrong |= passing_floats((int)i, 0.25, (int)-i, 0.5, i) != i;
		wrong |= passing_nine_doubles(.1, .1, .1, .1, .1, .1, .1, .1, 0,
					      1, 2, 3, 4, 5, -15, (int)i) != i;
		wrong |= passing_large((int)-i, large, mixed, 0) != i;
		wrong |= passing_last(0, 0, 0, 0, 0, pair, 2, 3, -12, i) != i;
	}
	return (int)wrong;
}
