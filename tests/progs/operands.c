/* SPDX-License-Identifier: Apache-2.0 */
/* operands [N] - pass N (1) times over marks whose operands are written by
 * hand: every form that a compiler makes.
 *
 *	espy:sizes	registers by all of their names
 *	espy:registers	every register, 8 bytes: 1, 2, 3 ...
 *	espy:constants
 *	espy:memory	with base, index, scale and displacement
 *	espy:symbols	variables of the program, relative to the mark
 *	espy:fixed	the same by address: only where that is final
 *	espy:floats	of which only the last can be read
 *	espy:many	20 arguments: 100, 101, 102 ...
 *	espy:site	in three places, with other operands: 1, 2, 3 */
#include "note.h"
#include "number.h"

#ifndef FIXED
#define FIXED "8@$operands_words"
#endif

unsigned long operands_words[] = { 0xf1f2f3f4f5f6f7f8, 22, 33, 44 };
void operands_pass(void);

/* clang-format off */
asm(".text\n"
    ".globl operands_pass\n"
    ".type operands_pass, @function\n"
    "operands_pass:\n"
    "push %rbp\n"
    "push %rbx\n"
    "push %r12\n"
    "push %r13\n"
    "push %r14\n"
    "push %r15\n"
    "movabs $0xf1f2f3f4f5f6f7f8, %rax\n"
    "mov %rax, %rdi\n"
    "mov %rax, %r8\n"
    NOTE("sizes", "0",
	 "1@%al -1@%al 2@%ax -2@%ax 4@%eax -4@%eax 8@%rax -8@%rax "
	 "1@%ah -1@%ah 1@%dil -2@%di -4@%edi -1@%r8b 2@%r8w 4@%r8d")
    "mov $1, %eax\n"
    "mov $2, %ebx\n"
    "mov $3, %ecx\n"
    "mov $4, %edx\n"
    "mov $5, %esi\n"
    "mov $6, %edi\n"
    "mov $7, %ebp\n"
    "mov $8, %r8d\n"
    "mov $9, %r9d\n"
    "mov $10, %r10d\n"
    "mov $11, %r11d\n"
    "mov $12, %r12d\n"
    "mov $13, %r13d\n"
    "mov $14, %r14d\n"
    "mov $15, %r15d\n"
    NOTE("registers", "0",
	 "8@%rax 8@%rbx 8@%rcx 8@%rdx 8@%rsi 8@%rdi 8@%rbp 8@%r8 8@%r9 "
	 "8@%r10 8@%r11 8@%r12 8@%r13 8@%r14 8@%r15")
    NOTE("constants", "0",
	 "4@$5 -4@$-5 8@$0x7fffffffffffffff -8@$-1 1@$300 2@$-1 -1@$200")
    "lea operands_words(%rip), %rax\n"
    "mov $2, %ebx\n"
    "mov %rsp, %rbp\n"
    "push $77\n"
    "push $-78\n"
    NOTE("memory", "0",
	 "8@(%rax) -8@(%rax) 4@(%rax) -4@4(%rax) 2@(%rax) -1@7(%rax) "
	 "8@-8(%rbp) -8@-16(%rbp) 8@(%rax,%rbx,8) 8@-8(%rax,%rbx,8) "
	 "8@0x8(%rax,%rbx,4) 8@6(%rax,%rbx) -8@(%rsp) 8@8(%rsp) "
	 "1@1(%rax, %rbx, 1)")
    "add $16, %rsp\n"
    NOTE("symbols", "0",
	 "8@operands_words(%rip) -4@operands_words+4(%rip) "
	 "8@8+operands_words(%rip) -1@operands_words+9-2(%rip)")
    NOTE("fixed", "0", FIXED)
    NOTE("floats", "0",
	 "8f@%xmm0 4f@-20(%rbp) 8@%xmm1 8@%fs:40 16@(%rax) 8@nowhere(%rip) "
	 "-4@%ebx")
    NOTE("many", "0",
	 "1@$100 1@$101 1@$102 1@$103 1@$104 1@$105 1@$106 1@$107 1@$108 "
	 "1@$109 1@$110 1@$111 1@$112 1@$113 1@$114 1@$115 1@$116 1@$117 "
	 "1@$118 1@$119")
    "mov $1, %edi\n"
    NOTE("site", "0", "-4@%edi 4@$9")
    "mov $2, %esi\n"
    NOTE("site", "0", "-4@%esi 4@$9")
    NOTE("site", "0", "-4@$3 4@$9")
    "pop %r15\n"
    "pop %r14\n"
    "pop %r13\n"
    "pop %r12\n"
    "pop %rbx\n"
    "pop %rbp\n"
    "ret\n"
    ".size operands_pass, . - operands_pass\n");
/* clang-format on */

int main(int argc, char **argv)
{
	long count = number_arg(argc, argv, 1, 1);

	while (count-- > 0)
		operands_pass();
	return 0;
}
