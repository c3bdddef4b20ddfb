/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the moment when the probed function was entered. */
#include "lang/tables.h"

const struct function entry_functions[] = {
	{ .name = "entry",
	  .proto = "any entry(any value)",
	  .flags = FN_AT_ENTRY,
	  .doc = "In probes of returns: the value that the expression had when "
		 "this call of the function began. Calls that began before "
		 "tracing did not exist for such a probe.",
	  .example = "kretprobe:vfs_read { @ns = hist(nsecs - entry(nsecs)); "
		     "@size[entry(arg2)] = count(); }" },
	{ 0 },
};
