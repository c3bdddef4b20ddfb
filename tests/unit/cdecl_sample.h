/* SPDX-License-Identifier: Apache-2.0 */
/* Declarations that the C compiler and espy shall lay out alike: compiled by
 * the one into test_cdecl.c, read by the other when the test runs. */
/* clang-format off */
#define N 5
#define TWICE(x) ((x) * 2)
#define SIZE (N * 2 + (1 << 2))
#define FIELDS int left; char right;

typedef unsigned int u32;
typedef unsigned char byte;
typedef long long s64;
typedef int (*callback)(void *, const char *, ...);
typedef struct point { int x, y; } point_t;
typedef u32 words[3];
typedef int odd_int __attribute__((aligned(2)));
typedef char text8[8];

enum colour { RED, GREEN = 5, BLUE, };
enum wide { SMALL = -1, LARGE = 0x100000000LL };
enum { ANONYMOUS = 3, NEXT, SUM = ANONYMOUS + NEXT };

struct later;

struct s01 { char a; int b; };
struct s02 { char a; short b; char c; long d; char e; };
struct s03 { char a[3]; int b[2][3]; char c[N]; char d[SIZE]; };
struct s04 { struct s01 a; char b; struct s02 c; };
struct s05 { char a; union { int b; long c; char d[12]; }; char e; };
struct s06 { char a; struct { short deep; char more; } in; char b; };
struct s07 { int a : 3; int b : 5; unsigned int c : 24; unsigned d : 1; };
struct s08 { char a; int b : 4; int c : 30; char d; };
struct s09 { int a : 3; int : 0; int b : 2; };
struct s10 { char a; int : 5; char b; };
struct s11 { short a : 9; short b : 9; char c : 3; };
struct s12 { unsigned long long a : 40; unsigned int b : 20; char c; };
struct s13 { char a; int b; short c; } __attribute__((packed));
struct __attribute__((packed)) s14 { char a; long b; struct s01 c; };
struct s15 { char a; int b __attribute__((packed)); char c; };
struct s16 { char a; } __attribute__((aligned(32)));
struct s17 { char a; char b __attribute__((aligned(16))); char c; };
struct s18 { char a; struct s16 b; };
struct s19 { unsigned a : 3; unsigned b : 30; } __attribute__((packed));
struct s20 { char a; callback f; int (*g)(int, char); void (*h[3])(void); };
struct s21 { struct s21 *next; struct later *other; const char *name; };
struct later { struct s21 by_value; int n; };
struct s22 { enum colour c; enum wide w; enum { ONE, TWO } own; char end; };
struct s23 { point_t p[2]; words w; s64 n; byte b; };
struct s24 { float f; double d; long double l; char c; };
struct s25 { _Bool a; volatile const unsigned long int b; signed char c; };
struct s26 { long unsigned a; short int unsigned b; long long int c; };
struct s27 { char a; char rest[]; };
struct s28 { char a; int none[0]; };
struct s29 { char a; odd_int b; };
struct s30 { char a[sizeof(struct s04)]; char b[sizeof(int) * 2 + 1]; };
struct s31 { char a[(3 > 2) ? 4 : 8]; char b[~0 & 7]; char c['a' - 90]; };
struct s32 { char a[GREEN + BLUE]; char b[SUM]; };
struct s33 { char a; __int128 b; };
struct s34 { FIELDS };
struct s35 { char a; union { struct { char b; int c; }; long d; }; int e; };
struct s36 { int *a[4], (*b)[4], c; char d, *e; };
struct s37 { text8 names[4]; char c; };
struct s38 { unsigned char a : 1, b : 2, c : 5, d; };
struct s39 { _Bool a : 1; _Bool b : 1; enum colour c : 3; };
struct s40 { long a : 33; long b : 33; long c; };
struct s41 { unsigned short a : 4; unsigned int b : 20; unsigned short c : 9; };
struct s42 { int a : 20; } __attribute__((packed, aligned(4)));
struct s43 { char c; struct { int a; } __attribute__((packed)) b; };
struct s44 { char a; int b : 8 __attribute__((aligned(8))); int c : 8; };
struct s45 { char a; int : 0; char b; };
struct s46 { char x; struct { int a : 4; int b : 12; }; char y; };
union u01 { char a; int b; short c[5]; };
union u02 { int a : 3; long b : 50; char c[9]; } __attribute__((packed));
union u03 { struct { char x; long y; } a; char b[17]; };
#pragma pack(push, 2)
struct p01 { char a; int b; long c; };
struct p02 { char a; int b : 7; int c : 28; };
#pragma pack(pop)
#pragma pack(1)
struct p03 { char a; long b; struct s01 c; };
#pragma pack()
#if defined(NEVER) && NEVER > 2
struct c01 { int wrong; };
#elif N == 5 && !defined NEVER
struct c01 { char a; long b; };
#else
#error "not here"
#endif
#ifdef NEVER
# if N
 do not look /* here */
# endif
#endif
struct c02 {
#ifndef NEVER
	char a; // a comment
#else
	long a;
#endif
	int b;	/* another */
};
#undef N
#define N 7L
struct c03 { char a[N]; int b; };
#define LARGER(a, b) ((a) > (b) ? (a) : (b))
#define MEMBER(type, name) type name;
#define ARRAY(name) char name[TWICE(N) + 1];
struct c04 { MEMBER(int, a) MEMBER(char *, b) ARRAY(c) };
struct c05 { char a[LARGER(TWICE(3), LARGER(2, 4))]; char b; };
#if LARGER(1, 2) == 2 && TWICE(3) == (6)
struct c06 { char TWICE; long b; };
#endif
static inline int unused(int x) { if (x) { return 1; } return 0; }
extern int printf(const char *format, ...);
