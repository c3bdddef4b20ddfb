/* SPDX-License-Identifier: Apache-2.0 */
/* operands_fixed [N] - the same as operands, at addresses that are final. */
#define FIXED                                                             \
	"8@operands_words 8@$operands_words 8@operands_words+8(,%rbx,8) " \
	"-8@operands_words-10(%rbx,%rbx,8)"
#include "operands.c"
