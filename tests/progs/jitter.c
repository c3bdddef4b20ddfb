/* SPDX-License-Identifier: Apache-2.0 */
/* jitter [FILE [STOP]] - makes two functions while it runs and tells of them as
 * compilers do, in /tmp/perf-PID.map: main calls "made two", that calls "made
 * one", and that the kernel (getppid). FILE gets PID; the map stays. At last
 * it waits until the file STOP exists. */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "number.h"

#if !defined(__x86_64__)
#error "no code for this architecture"
#endif

static const unsigned char code[] = {
	0x55, /* made one: push %rbp */
	0x48, 0x89, 0xe5, /* mov %rsp, %rbp */
	0xb8, 0x6e, 0,    0,    0, /* mov $SYS_getppid, %eax */
	0x0f, 0x05, /* syscall */
	0x5d, 0xc3, /* pop %rbp; ret */
	0x55, /* made two */
	0x48, 0x89, 0xe5, 0xe8, 0xea, 0xff, 0xff, 0xff, /* call made one */
	0x5d, 0xc3,
};

#define TWO 13 /* where the second begins */

static FILE *open_file(const char *path)
{
	FILE *f = fopen(path, "w");

	if (!f)
		exit(2);
	return f;
}

int main(int argc, char **argv)
{
	unsigned char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
				MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	char path[64];
	FILE *f;

	if (p == MAP_FAILED)
		return 2;
	memcpy(p, code, sizeof(code));
	snprintf(path, sizeof(path), "/tmp/perf-%d.map", (int)getpid());
	f = open_file(path);
	fprintf(f, "%lx %x made one\n%lx %lx made two\n", (unsigned long)p, TWO,
		(unsigned long)(p + TWO), sizeof(code) - TWO);
	fclose(f);
	if (argc > 1) {
		f = open_file(argv[1]);
		fprintf(f, "%d\n", (int)getpid());
		fclose(f);
	}
	if (((int (*)(void))(p + TWO))() < 0)
		return 1;
	while (argc > 2 && access(argv[2], F_OK))
		usleep(1000);
	return 0;
}
