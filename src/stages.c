/* SPDX-License-Identifier: Apache-2.0 */
/* The names of stages, also for who does not compile. */
#include "compile.h"

const char *const stage_names[STAGE_N] = {
	[STAGE_AST] = "ast", [STAGE_TYPED] = "typed", [STAGE_PLAN] = "plan",
	[STAGE_LL] = "ll",   [STAGE_ASM] = "asm",     [STAGE_OBJ] = "obj",
};
