/* SPDX-License-Identifier: Apache-2.0 */
/* pretend FROM TO - a saved program that claims to change nothing: its plan
 * does not say that it was made with --unsafe, and its seal is right. */
#include <stdio.h>
#include <string.h>

#include "plan/plan.h"

#define SEAL_SIZE 16 /* bytes at the end */

static int change(struct buf *file, struct diags *d)
{
	struct plan *p = plan_from_elf(buf_view(file), d);
	auto_buf struct buf old = { 0 };
	auto_buf struct buf now = { 0 };
	char *at = NULL;

	if (p) {
		plan_write(p, &old);
		p->needs &= ~(uint32_t)NEED_UNSAFE;
		plan_write(p, &now);
		at = memmem(file->p, file->n, old.p, old.n);
	}
	if (!at || old.n != now.n || !memcmp(old.p, now.p, now.n))
		return 1;
	memcpy(at, now.p, now.n);
	file->n -= SEAL_SIZE;
	plan_seal(file);
	plan_free(p);
	return 0;
}

int main(int argc, char **argv)
{
	auto_buf struct buf file = { 0 };
	struct diags d = { 0 };
	int err = argc != 3 || buf_read_file(&file, argv[1], 1 << 26) ||
		  change(&file, &d);
	FILE *f = err ? NULL : fopen(argv[2], "w");

	if (!f || fwrite(file.p, file.n, 1, f) != 1 || fclose(f))
		err = 1;
	if (err)
		fprintf(stderr, "pretend: it did not work\n");
	diags_free(&d);
	return err;
}
