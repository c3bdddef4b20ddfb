/* SPDX-License-Identifier: Apache-2.0 */
/* Codes of what the machine refuses: exit status 2. */
#include "base/diag_pages.h"

const struct diag_page diag_machine_pages[D_N - D_IO] = {
	[D_IO - D_IO] = {
		.name = "D_IO",
		.doc = "a file that cannot be read or written",
		.text =
			"The system refused the file; the reason is behind "
			"the ':'.",
		.wrong =
			"#include \"no_such_file.h\"\n"
			"begin { @ = 1 }",
		.right =
			"#include <linux/sched.h>\n"
			"begin { @ = 1 }",
	},
	[D_PERMISSION - D_IO] = {
		.name = "D_PERMISSION",
		.doc = "something this user may not do",
		.text =
			"Tracing needs root, or the capabilities CAP_BPF and "
			"CAP_PERFMON. A kernel that is locked down (Secure "
			"Boot) refuses some of it to everybody. espy --check "
			"tells what each probe of a script needs.",
		.how =
			"by the user that espy runs as: the kernel refuses to "
			"load or to attach a program, or to show a file of "
			"tracefs",
	},
	[D_KERNEL - D_IO] = {
		.name = "D_KERNEL",
		.doc = "something the running kernel lacks or refuses",
		.text =
			"The running kernel was built without it, is too old "
			"for it, or forbids it. 'espy --info' shows what this "
			"kernel has, 'espy --check' what a script needs.",
		.how =
			"by the kernel that the script comes to: no BTF, no "
			"tracefs, no kprobes, an older release, offsets of "
			"another one",
	},
	[D_ATTACH - D_IO] = {
		.name = "D_ATTACH",
		.doc = "a probe that cannot be attached",
		.text =
			"The program is loaded, but the kernel does not let "
			"it be put there: the function may be forbidden for "
			"probes, gone with its module, or of another type "
			"than the probe needs.",
		.how =
			"when the program is put at its event: nothing of the "
			"script can be wrong before that",
	},
	[D_VERIFIER - D_IO] = {
		.name = "D_VERIFIER",
		.doc = "a program that the verifier of the kernel rejects",
		.text =
			"Before it runs a program the kernel proves that it "
			"ends and reads only what it may. It could not, at "
			"the instruction shown. Smaller loops, fewer large "
			"strings on the way, or a check of a pointer before "
			"it is followed usually help. With -v the whole log "
			"is shown; espy --verify shows how much of what the "
			"kernel is willing to look at each program takes.",
		.how =
			"when the kernel loads the program: kernels differ in "
			"what they can prove",
	},
	[D_SAVED - D_IO] = {
		.name = "D_SAVED",
		.doc = "a saved program that cannot be used",
		.text =
			"The file was made by another version, for another "
			"machine, or is damaged. Compile the script again.",
		.how =
			"by the file that is run: espy --save wrote it "
			"elsewhere, or it was changed since",
	},
	[D_LOST - D_IO] = {
		.name = "D_LOST",
		.doc = "events that were lost while tracing",
		.text =
			"Events came faster than they could be printed, and "
			"the buffer was full. Print less by counting in maps, "
			"or raise perf_rb_pages in config, with ':set' in a "
			"session.",
		.how =
			"while the programs run, when more events come than "
			"are read",
	},
	[D_RUNTIME - D_IO] = {
		.name = "D_RUNTIME",
		.doc = "something the program says while it runs",
		.text =
			"The program met this while it ran; it goes on with "
			"the next event. The marked place of the script says "
			"where.",
		.how =
			"while the programs run: a map is full, a read of "
			"memory fails, errorf() or warnf() was called",
	},
};
