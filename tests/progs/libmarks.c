/* SPDX-License-Identifier: Apache-2.0 */
/* libmarks.so - a library with marks:
 *
 *	espy:called(int i)
 *	espy:guarded(long i)	only while its semaphore is not zero */
#include "note.h"

__attribute__((section(".probes"), used,
	       visibility("hidden"))) volatile unsigned short libmarks_guard;

int libmarks_call(int i);

int libmarks_call(int i)
{
	asm volatile(NOTE("called", "0", "-4@%0") : : "r"(i));
	if (!libmarks_guard)
		return 0;
	asm volatile(NOTE("guarded", "libmarks_guard", "-8@%0")
		     :
		     : "r"(-(long)i));
	return libmarks_guard;
}
