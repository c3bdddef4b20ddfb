/* SPDX-License-Identifier: Apache-2.0 */
/* What shapes.c makes and scripts of the tests read, by #include of this
 * file. */
#define SHAPES_NAME 12
#define SHAPES_LAST (2 * SHAPES_NAME - 22)

enum shape_kind {
	SHAPE_NONE,
	SHAPE_DOT,
	SHAPE_LINE = 4
};

typedef unsigned char level_t;

struct shape {
	struct shape *next;
	char name[SHAPES_NAME];
	enum shape_kind kind;
	int small : 5;
	unsigned int wide : 20;
	int : 0;
	long long far : 40;
	level_t levels[3];
	struct {
		short x, y;
	} at[2];
	union {
		unsigned int whole;
		unsigned char bytes[4];
	};
	int (*area)(struct shape *shape);
} __attribute__((aligned(32)));

struct tight {
	char c;
	long l;
	unsigned int low : 3, high : 13;
	short s;
} __attribute__((packed));
