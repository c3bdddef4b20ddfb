/* SPDX-License-Identifier: Apache-2.0 */
/* marker [N [FILE]] - calls libmarks.so, which is beside it, N (1) times with
 * 1, 2, 3 ... and prints the library's semaphore as the last call found it.
 * With FILE the calls wait until that file is there. */
#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

#include "number.h"

static void *load_library(void)
{
	char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 16);
	char *end;

	if (n < 0)
		return NULL;
	path[n] = '\0';
	end = strrchr(path, '/');
	if (!end)
		return NULL;
	strcpy(end + 1, "libmarks.so");
	return dlopen(path, RTLD_NOW);
}

int main(int argc, char **argv)
{
	int count = (int)number_arg(argc, argv, 1, 1), guard = 0;
	void *library = load_library();
	int (*call)(int i) = NULL;

	if (library)
		call = (int (*)(int))dlsym(library, "libmarks_call");
	if (!call) {
		fprintf(stderr, "marker: %s\n", dlerror());
		return 1;
	}
	while (argc > 2 && access(argv[2], F_OK))
		usleep(10000);
	for (int i = 1; i <= count; i++)
		guard = call(i);
	printf("semaphore %d\n", guard);
	return 0;
}
