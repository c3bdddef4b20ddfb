/* SPDX-License-Identifier: Apache-2.0 */
/* peak FILE COMMAND... - run COMMAND, and write to FILE how much memory it, or
 * what it waited for, had at the most (resident, KiB). Ends with its status, or
 * 128 and its signal. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	struct rusage used;
	FILE *file;
	int status;
	pid_t pid;

	if (argc < 3)
		return 2;
	pid = fork();
	if (pid == 0) {
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid)
		return 2;
	file = fopen(argv[1], "w");
	if (!file || fprintf(file, "%ld\n", used.ru_maxrss) < 0 || fclose(file))
		return 2;
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
