/* SPDX-License-Identifier: Apache-2.0 */
/* A mark for tracers, as sys/sdt.h makes them, for inside of an asm(): a place
 * with a note that names provider "espy", the mark, its semaphore ("0": none)
 * and the operands of its arguments. */
#ifndef NOTE_H
#define NOTE_H

#define NOTE(name, semaphore, arguments)                  \
	"990: nop\n"                                      \
	".pushsection .note.stapsdt,\"?\",\"note\"\n"     \
	".balign 4\n"                                     \
	".4byte 992f-991f, 994f-993f, 3\n"                \
	"991: .asciz \"stapsdt\"\n"                       \
	"992: .balign 4\n"                                \
	"993: .8byte 990b\n"                              \
	".8byte _.stapsdt.base\n"                         \
	".8byte " semaphore "\n"                          \
	".asciz \"espy\"\n"                               \
	".asciz \"" name "\"\n"                           \
	".asciz \"" arguments "\"\n"                      \
	"994: .balign 4\n"                                \
	".popsection\n"                                   \
	".ifndef _.stapsdt.base\n"                        \
	".pushsection .stapsdt.base,\"aG\",\"progbits\"," \
	".stapsdt.base,comdat\n"                          \
	".weak _.stapsdt.base\n"                          \
	".hidden _.stapsdt.base\n"                        \
	"_.stapsdt.base: .space 1\n"                      \
	".size _.stapsdt.base, 1\n"                       \
	".popsection\n"                                   \
	".endif\n"

#endif
