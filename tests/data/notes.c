/* SPDX-License-Identifier: Apache-2.0 */
/* host/usr/bin/notes: a program with marks for tracers, which never runs. */
#include "../progs/note.h"

unsigned short notes_guard __attribute__((section(".probes"))) = 0;
int notes_word = 7;

int main(void)
{
	asm volatile(NOTE("plain", "0", ""));
	asm volatile(NOTE("inlined", "0", "-4@%edi 8@%rsi"));
	asm volatile(NOTE("inlined", "0", "-4@$5 8@%rsi"));
	asm volatile(NOTE("inlined", "0", "-4@-8(%rbp) 8@%rsi"));
	asm volatile(
		NOTE("guarded", "notes_guard", "1@%al 4@notes_word(%rip)"));
	asm volatile(NOTE("float", "0",
			  "8f@%xmm0 8@%xmm1 8@%fs:40 16@(%rax) "
			  "4@nowhere(%rip) 4@%cr0 2@(%eax) "
			  "%eax 4@$nothing 4@8(%rax,%rbx,3)"));
	return 0;
}
