/* SPDX-License-Identifier: Apache-2.0 */
/* sdt [N] - passes N (1) times over marks that sys/sdt.h makes, so that the
 * operands are the compiler's choice; i counts from 1. A mark with a semaphore
 * is passed only while that is not zero. At the end the semaphore is printed.
 *
 *	espy_sdt:plain()
 *	espy_sdt:sizes(signed char -i, unsigned char, short, unsigned short,
 *		       int, unsigned int, long, unsigned long)
 *	espy_sdt:text(const char *"sdt-i")
 *	espy_sdt:inlined(int)	in three places: i, 100 + i, 1000
 *	espy_sdt:guarded(int i)
 *	espy_sdt:array(int)	of an array by index: 10, 20, 30, 10, 20 ... */
#include "number.h"

#if __has_include(<sys/sdt.h>)

#define _SDT_HAS_SEMAPHORES 1
#include <sys/sdt.h>

#define SEMAPHORE(name)                                          \
	__extension__ unsigned short espy_sdt_##name##_semaphore \
		__attribute__((unused)) __attribute__((section(".probes")))

SEMAPHORE(plain);
SEMAPHORE(sizes);
SEMAPHORE(text);
SEMAPHORE(inlined);
SEMAPHORE(guarded);
SEMAPHORE(array);

static int table[] = { 10, 20, 30 };

static inline __attribute__((always_inline)) void inlined(int i)
{
	DTRACE_PROBE1(espy_sdt, inlined, i);
}

static void pass(int i)
{
	char text[32];

	snprintf(text, sizeof(text), "sdt-%d", i);
	DTRACE_PROBE(espy_sdt, plain);
	DTRACE_PROBE8(espy_sdt, sizes, (signed char)-i,
		      (unsigned char)(200 + i), (short)(-300 * i),
		      (unsigned short)(60000 + i), -70000 * i,
		      4000000000u + (unsigned int)i, -5000000000l * i,
		      18000000000000000000ul + (unsigned long)i);
	DTRACE_PROBE1(espy_sdt, text, (const char *)text);
	inlined(i);
	inlined(100 + i);
	inlined(1000);
	if (*(volatile unsigned short *)&espy_sdt_guarded_semaphore)
		DTRACE_PROBE1(espy_sdt, guarded, i);
	DTRACE_PROBE1(espy_sdt, array, table[(i - 1) % 3]);
}

int main(int argc, char **argv)
{
	int count = (int)number_arg(argc, argv, 1, 1);

	for (int i = 1; i <= count; i++)
		pass(i);
	printf("semaphore %d\n",
	       *(volatile unsigned short *)&espy_sdt_guarded_semaphore);
	return 0;
}

#else

int main(void)
{
	fprintf(stderr, "sdt: built without sys/sdt.h\n");
	return 1;
}

#endif
