/* SPDX-License-Identifier: Apache-2.0 */
#include "base/stdfds.h"

#include <fcntl.h>
#include <unistd.h>

void stdfds_open(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
		if (fcntl(fd, F_GETFD) < 0 &&
		    open("/dev/null", fd ? O_RDONLY : O_WRONLY) != fd)
			_exit(2);
}
