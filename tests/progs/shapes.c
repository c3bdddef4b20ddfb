/* SPDX-License-Identifier: Apache-2.0 */
/* shapes [N] - calls shape(&s, &t) N (1) times, with i counting from 1: a list
 * of two shapes, whose members depend on i, and a packed struct. */
#include "shapes.h"

#include "number.h"

#define PROBED __attribute__((noinline, noclone))

PROBED int shape(struct shape *s, struct tight *t);

int shape(struct shape *s, struct tight *t)
{
	return s->small + t->c;
}

static int area(struct shape *s)
{
	return s->at[0].x * s->at[0].y;
}

int main(int argc, char **argv)
{
	int count = (int)number_arg(argc, argv, 1, 1);
	int wrong = 0;

	for (int i = 1; i <= count; i++) {
		struct shape second = {
			.name = "second",
			.kind = SHAPE_LINE,
			.at = { { 10, 20 }, { 30, 40 } },
		};
		struct shape first = {
			.next = &second,
			.name = "first",
			.kind = SHAPE_DOT,
			.small = -i,
			.wide = 1000000 + (unsigned int)i,
			.far = -500000000000 - i,
			.levels = { 200, 201, 202 },
			.at = { { 1, 2 }, { (short)i, -4 } },
			.whole = 0x04030201,
			.area = area,
		};
		struct tight t = { 'x', 1L << 40 | i, 5, 4242, -7 };

		wrong |= shape(&first, &t) != 'x' - i;
		wrong |= first.area(&second) != 200;
	}
	return wrong;
}
