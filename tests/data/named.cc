/* SPDX-License-Identifier: Apache-2.0 */
/* The program of the fake machine that has debug information and the names of
 * C++ and Rust. */
namespace ns {

enum kind { KIND_NONE, KIND_SOME = 7 };

struct base {
	int id;
};

struct item : base {
	item *next;
	kind of;
	char name[16];
	unsigned low : 4, high : 12;
	union {
		long number;
		double real;
	};

	long take(short n);
};

struct pair {
	int left;
	int right;
};

struct large {
	long words[4];
};

long item::take(short n)
{
	number += n;
	return number;
}

int add(int a, unsigned char b)
{
	return a + b;
}

bool add(long a, double b, long c)
{
	return a < c && b > 0;
}

/* The result is returned where the caller says. */
large grow(pair p, const char *text, large x, __int128 wide, int last)
{
	x.words[0] += p.left + last + (long)wide;
	x.words[1] = *text;
	return x;
}

template <class T> T twice(T x)
{
	return x * 2;
}

template int twice(int);
template long twice(long);

}

extern "C" {

int half(int x) asm("_ZN4espy4math4half17h5f3c9a1b7d2e4860E");
int half(int x)
{
	return x / 2;
}

int third(int x) asm("_RNvNtCs1234_7mycrate4math5third");
int third(int x)
{
	return x / 3;
}

/* Six in registers, one not. */
void many(char a, short b, int c, long d, char *e, void (*f)(int), int g)
{
	e[a + b + c + d] = (char)g;
	f(g);
}

int main()
{
	return 0;
}

}
