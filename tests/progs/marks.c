/* SPDX-License-Identifier: Apache-2.0 */
/* marks [N] - pass N (1) times over each of these USDT marks, i from 1:
 *
 *	espy:tick(int i, long -i)
 *	espy:text(const char *"mark-i", unsigned char i)
 *	espy:guarded(int i)	only while its semaphore is not zero
 *
 * The notes are written out here, so no development package is needed. */
#include "note.h"
#include "number.h"

/* The semaphore sits where tracers of the note look for it. */
__attribute__((section(".probes"), used)) volatile unsigned short marks_guard;

__attribute__((noinline)) static void tick(int i)
{
	asm volatile(NOTE("tick", "0", "-4@%0 -8@%1")
		     :
		     : "r"(i), "r"(-(long)i));
}

__attribute__((noinline)) static void text(const char *words, unsigned char i)
{
	asm volatile(NOTE("text", "0", "8@%0 1@%1") : : "r"(words), "r"(i));
}

__attribute__((noinline)) static void guarded(int i)
{
	if (marks_guard)
		asm volatile(NOTE("guarded", "marks_guard", "-4@%0")
			     :
			     : "r"(i));
}

int main(int argc, char **argv)
{
	int count = (int)number_arg(argc, argv, 1, 1);

	for (int i = 1; i <= count; i++) {
		char words[32];

		snprintf(words, sizeof(words), "mark-%d", i);
		tick(i);
		text(words, (unsigned char)i);
		guarded(i);
	}
	return 0;
}
