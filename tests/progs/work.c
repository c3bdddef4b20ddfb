/* SPDX-License-Identifier: Apache-2.0 */
/* work [N [DEPTH]] - functions to put user probes on. Called N (1) times each, with i
 * counting from 1, in this order:
 *
 *	work(i)					returns 2 * i
 *	work_text("text-i")			returns its length
 *	work_pair(&{ .left = i, .right = -i })	returns left - right
 *	work_many(i, i + 1, ... i + 7)		returns the sum, 8 * i + 28
 *	work_outer(i) -> work_middle -> work_inner	returns i + 3
 *	nest(DEPTH) -> nest(DEPTH - 1) ... -> nest(0)	returns DEPTH; DEPTH 2
 *
 * Built without optimisation, with frame pointers and debug information, and
 * linked dynamically. work_total is the sum of what work() returned. */
#include <string.h>

#include "number.h"

#define PROBED __attribute__((noinline, noclone))

struct pair {
	int left;
	int right;
	char name[8];
	struct {
		short deep;
		unsigned int low : 4, high : 4;
	} nested;
};

PROBED int work(int n);
PROBED int work_text(const char *text);
PROBED int work_pair(struct pair *pair);
PROBED long work_many(int a, int b, int c, int d, int e, int f, int g, int h);
PROBED int work_inner(int n);
PROBED int work_middle(int n);
PROBED int work_outer(int n);
PROBED int nest(int n);

int work_total;
const char work_greeting[] = "hello from work";

int work(int n)
{
	return 2 * n;
}

int work_text(const char *text)
{
	return (int)strlen(text);
}

int work_pair(struct pair *pair)
{
	return pair->left - pair->right;
}

long work_many(int a, int b, int c, int d, int e, int f, int g, int h)
{
	return (long)a + b + c + d + e + f + g + h;
}

int work_inner(int n)
{
	return n + 1;
}

int work_middle(int n)
{
	return work_inner(n) + 1;
}

int work_outer(int n)
{
	return work_middle(n) + 1;
}

int nest(int n)
{
	return n ? nest(n - 1) + 1 : 0;
}

int main(int argc, char **argv)
{
	int count = (int)number_arg(argc, argv, 1, 1);
	int depth = (int)number_arg(argc, argv, 2, 2);
	int wrong = 0;

	for (int i = 1; i <= count; i++) {
		struct pair pair = { i, -i, "pair", { 7, 3, 12 } };
		char text[32];

		snprintf(text, sizeof(text), "text-%d", i);
		work_total += work(i);
		wrong |= work_text(text) != (int)strlen(text);
		wrong |= work_pair(&pair) != 2 * i;
		wrong |= work_many(i, i + 1, i + 2, i + 3, i + 4, i + 5, i + 6,
				   i + 7) != 8L * i + 28;
		wrong |= work_outer(i) != i + 3;
		wrong |= nest(depth) != depth;
	}
	return wrong;
}
