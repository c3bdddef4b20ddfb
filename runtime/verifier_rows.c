/* SPDX-License-Identifier: Apache-2.0 */
/* verifier_rows.c - what verifiers say, from Linux 5.15 to 6.18, and what it
 * means. The first row with a pattern that fits is taken, so what is special
 * stands before what is general.
 *
 * tests/progs/refused.c has a program for each row; what 6.1, 6.12 and 6.18 say
 * about them is in tests/data/verifier. On 6.18 there, nothing provokes stack
 * and target (that is refused without a word, as by a policy, which nothing
 * provokes on the others); 6.1 refuses too many maps without a word. Other
 * patterns of a row, and those of other kernels, are from the kernel's
 * sources. A kernel that is locked down refuses helpers, not programs.
 */
#include "runtime/verifier.h"

#include <errno.h>

const struct verifier_row verifier_rows[] = {
	/* --- before the verifier ------------------------------------------- */
	/* libbpf made an instruction of it that no verifier takes: whatever else
	 * that one says follows from it. */
	{ .name = "lost_relocation",
	  .patterns = { "failed to resolve CO-RE relocation",
			"invalid func unknown#195896080",
			"<invalid CO-RE relocation>" },
	  .blame = VB_KERNEL,
	  .says = "this kernel has no {field}, which {here} reads",
	  .hint = "'espy -l -v' shows a structure as this kernel has it: the "
		  "field has another name or is gone" },

	/* --- values ------------------------------------------------------- */
	{ .name = "maybe_null",
	  .patterns = { "R# invalid mem access '*_or_null",
			"R# pointer arithmetic on *_or_null",
			"R# type=*_or_null", "Possibly NULL pointer passed",
			/* 5.15 */ "R# invalid mem access 'mem_or_null'" },
	  .blame = VB_ESPY,
	  .says = "{value} may be missing here, and is used without a check",
	  .hint = "ask first whether it is there: if (has_key(@map, key)) ..., "
		  "or if ($pointer != 0) ...",
	  .origin = "it comes from here: what is not found has no address" },
	{ .name = "raw_pointer",
	  .patterns = { "R# invalid mem access 'scalar'",
			/* to 5.16 */ "R# invalid mem access 'inv'",
			"R# type=scalar expected=", "R# type=inv expected=",
			"R# invalid mem access 'untrusted_ptr_",
			"R# invalid mem access 'user" },
	  .blame = VB_ESPY,
	  .says = "{value} is a number for the kernel, and is followed like a "
		  "pointer that it knows",
	  .hint = "give it the type of what it points to, so that it is read "
		  "by a helper: ((struct task_struct *)$p)->pid",
	  .origin = "it comes from here" },
	{ .name = "uninitialised",
	  .patterns = { "R# !read_ok", "invalid indirect read from stack",
			"invalid read from stack", "invalid indirect access to",
			"invalid size of register fill",
			"corrupted spill memory", "R# invalid mem access '?'" },
	  .blame = VB_ESPY,
	  .says = "{value} is used before it has a value on every way here",
	  .hint = "give it a value where it is declared: let $x = 0",
	  .origin = "what is kept here does not survive until then" },

	/* --- places in memory ---------------------------------------------- */
	{ .name = "packet_bounds",
	  .patterns = { "invalid access to packet, off=# size=#",
			"invalid access to packet",
			"R# offset is outside of the packet" },
	  .blame = VB_ESPY,
	  .says = "{value} reads {2} bytes at {1} of a packet that may be "
		  "shorter",
	  .hint = "compare with the packet's length first",
	  .origin = "the packet's address comes from here" },
	{ .name = "struct_bounds",
	  .patterns = { "access beyond struct * at off # size #",
			"access beyond the end of member",
			"R# is ptr_* invalid negative access",
			"R# is ptr_* invalid variable offset" },
	  .blame = VB_ESPY,
	  .says = "{here} lies outside of the structure that it is read from",
	  .hint = "the kernel's structure differs from the one that the "
		  "script describes; drop the declaration to use the kernel's",
	  .origin = "the structure comes from here" },
	{ .name = "length",
	  .patterns = { "R# min value is negative, either use unsigned or",
			"R# unbounded memory access, use 'var &= const'",
			"R# invalid zero-sized read" },
	  .blame = VB_ESPY,
	  .says = "{value} is a length that may be negative, zero or too large",
	  .hint = "limit it where it is used: buf($p, $n & 63), or a constant",
	  .origin = "the length comes from here" },
	{ .name = "index",
	  .patterns = { "R# unbounded memory access, make sure to bounds check",
			"R# min value is negative, either use unsigned index",
			"invalid access to map value, value_size=# off=# size=#",
			"invalid access to map value",
			"invalid access to memory, mem_size=# off=# size=#",
			"R# min value is outside of the allowed memory range",
			"R# max value is outside of the allowed memory range",
			"math between * pointer and register with unbounded",
			"value # makes * pointer be out of bounds",
			"R# invalid variable offset",
			"R# unbounded memory access" },
	  .blame = VB_ESPY,
	  .says = "{here} may lie outside of the memory that {value} is in",
	  .hint = "compare the index with the size first: if ($i < 16) ...",
	  .origin = "the memory, or the index, comes from here" },
	{ .name = "stack_bounds",
	  .patterns = { "invalid write to stack R# off=# size=#",
			"invalid write to stack", "invalid stack off=# size=#",
			"invalid variable-offset",
			"invalid unbounded variable-offset",
			"variable stack access", "invalid stack type R#",
			"R# variable stack access" },
	  .blame = VB_ESPY,
	  .says = "{here} lies outside of the 512 bytes that a program has for "
		  "its variables",
	  .hint = "keep large values in maps instead of $variables, and "
		  "shorten strings: str(p, 64), or max_strlen in config",
	  .origin = "it comes from here" },
	{ .name = "stack",
	  .patterns = { "combined stack size of # calls is #",
			"stack depth # exceeds",
			"looks like the BPF stack limit",
			"the call stack of # frames is too deep",
			"tail_calls are not allowed when call stack" },
	  .blame = VB_SCRIPT,
	  .says = "the functions of the program take more than the 512 bytes "
		  "that it has for variables ({2}, in {1} calls)",
	  .hint = "call fewer functions in each other, keep large values in "
		  "maps, shorten strings" },
	{ .name = "read_only",
	  .patterns = { "write into map forbidden, value_size=#",
			"R# cannot write into", "cannot write into",
			"only read is supported",
			"write to change key R# not allowed",
			"read into map forbidden" },
	  .blame = VB_ESPY,
	  .says = "{here} writes to memory that can only be read",
	  .hint = "copy the value into a $variable or a map and change that",
	  .origin = "the memory comes from here" },
	{ .name = "alignment",
	  .patterns = { "misaligned access off", "misaligned stack access",
			"misaligned value access", "misaligned packet access",
			"misaligned context access",
			"misaligned pointer access" },
	  .blame = VB_ESPY,
	  .says = "{here} is at an address that this kernel reads only whole",
	  .hint = "read it as an array of bytes" },
	{ .name = "context",
	  .patterns = { "invalid bpf_context access off=# size=#",
			"invalid bpf_context access",
			"dereference of modified ctx ptr R# off=#",
			"variable ctx access", "func '*' doesn't have #-th",
			"func '*' arg# has btf_id", "func '*' arg# type",
			"func '*' size # must be 8",
			"negative offset ctx ptr R# off=#" },
	  .blame = VB_ESPY,
	  .says = "{here} reads what the event does not have on this kernel",
	  .hint = "'espy -lv PROBE' lists the arguments that it has here; a "
		  "saved program is compiled again for another kernel" },
	{ .name = "pointer_arithmetic",
	  .patterns = { "R# pointer arithmetic ",
			"R# bitwise operator * on pointer prohibited",
			"R# pointer * pointer prohibited",
			"R# 32-bit pointer arithmetic prohibited",
			"dereference of modified * ptr R#",
			"R# pointer comparison prohibited",
			"R# subtraction from stack pointer prohibited",
			"R# tried to * from different maps" },
	  .blame = VB_ESPY,
	  .says = "{here} computes with the address {value}, which this kernel "
		  "does not allow",
	  .hint = "make it a number first: (uint64)$p",
	  .origin = "the address comes from here" },
	{ .name = "leak",
	  .patterns = { "R# leaks addr", "leaking pointer from stack",
			"attempt to corrupt spilled pointer",
			"R# unallowed in this context",
			"cannot pass * pointer to" },
	  .blame = VB_KERNEL,
	  .says = "{here} would tell an address of the kernel to somebody "
		  "without CAP_PERFMON",
	  .hint = "be root, or have CAP_PERFMON",
	  .origin = "the address comes from here" },

	/* --- calls ---------------------------------------------------------- */
	{ .name = "sleepable",
	  .patterns = { "helper call might sleep in a non-sleepable prog",
			"sleepable helper *#",
			"program must be sleepable to call",
			"kernel func * is sleepable within",
			"Sleepable progs can only use",
			"Sleepable programs can only use",
			"Only fentry/fexit/fmod_ret", "* is not sleepable",
			/* to 6.1 these are unknown to what cannot sleep */
			"unknown func bpf_copy_from_user",
			"program of this type cannot use helper "
			"bpf_copy_from_user",
			"sleepable kfunc *" },
	  .blame = VB_KERNEL,
	  .says = "{call} may wait, which a program at this event must not",
	  .hint = "read with what does not wait (str(), buf(): pages that are "
		  "not in memory are missing then), or use a probe whose "
		  "programs may wait" },
	{ .name = "licence",
	  .patterns = { "cannot call GPL-restricted function",
			"cannot call GPL only function" },
	  .blame = VB_ESPY,
	  .says = "{call} is only for programs under the GPL, which this one "
		  "does not say it is",
	  .hint = "save the script again" },
	{ .name = "helper",
	  .patterns = { "unknown func *#",
			/* since 6.8 */
			"program of this type cannot use helper *#",
			"invalid func *#",
			"helper call is not allowed in probe",
			"calling kernel function * is not allowed",
			"kernel btf_id # is not a kernel function",
			"function calls to other bpf functions are allowed for",
			"tracing progs cannot use",
			"calling invalid kernel function" },
	  .blame = VB_KERNEL,
	  .says = "this kernel does not have {call} for programs at this event",
	  .hint = "'espy --check SCRIPT' tells which kernel and which options "
		  "of it each part needs; or use another kind of probe" },
	{ .name = "map_kind",
	  .patterns = { "cannot pass map_type # into func",
			"* map_type # into func", "map_type # not supported",
			"tracing progs cannot use bpf_",
			"* type programs can only use",
			"perf_event programs can only use preallocated" },
	  .blame = VB_KERNEL,
	  .says = "programs at this event cannot use the kind of map that "
		  "{here} needs, on this kernel",
	  .hint = "use another kind of map, or another probe" },
	{ .name = "argument",
	  .patterns = { "R# type=* expected=", "R# must have zero",
			"R# is not a known constant",
			"R# doesn't have constant offset",
			"R# must be a * pointer", "R# is not const",
			"R# offset # is invalid" },
	  .blame = VB_ESPY,
	  .says = "{value} is not what {call} takes",
	  .hint = "give it the type that the function expects",
	  .origin = "it comes from here" },
	{ .name = "reference",
	  .patterns = { "Unreleased reference id=# alloc_insn=#",
			"BPF_EXIT instruction * would lead to reference leak",
			"reference has not been acquired before" },
	  .blame = VB_ESPY,
	  .says = "what {value} holds is not given back on every way to the "
		  "end",
	  .hint = "leave the probe at its end only" },
	{ .name = "return_value",
	  .patterns = { "At program exit the register R0",
			"At callback return the register R0",
			"At async callback the register R0",
			"At subprogram exit the register R0" },
	  .blame = VB_ESPY,
	  .says = "the program returns a value that its event does not take",
	  .hint = "return 0, or a value that the documentation of the probe "
		  "allows" },

	/* --- size ------------------------------------------------------------ */
	{ .name = "loop",
	  .patterns = { "back-edge from insn # to #",
			"infinite loop detected at insn #" },
	  .blame = VB_SCRIPT,
	  .says = "the kernel cannot see that the loop at {here} ends",
	  .hint = "count its turns with a variable that only grows, up to a "
		  "constant: for ($i : 0..100) { ... }",
	  .is_jump = true },
	{ .name = "too_complex",
	  .patterns = { "BPF program is too large. Processed # insn" },
	  .blame = VB_SCRIPT,
	  .says = "the program has too many ways through it: the kernel gave "
		  "up after {1} instructions, most of them here",
	  .hint = "smaller loops, fewer conditions and long strings in them; "
		  "'espy --verify' shows which lines take most",
	  .is_loop = true },
	{ .name = "jumps",
	  .patterns = { "The sequence of # jumps is too complex",
			"too many jumps" },
	  .blame = VB_SCRIPT,
	  .says = "the program has {1} conditions one behind the other that "
		  "the kernel must keep in mind",
	  .hint = "split the probe into several, or use a map instead of a "
		  "chain of conditions",
	  .is_loop = true },
	{ .name = "too_many_maps",
	  .patterns = { "The total number of maps per program has reached",
			"fail to hold map" },
	  .err = 0,
	  .blame = VB_SCRIPT,
	  .says = "the program uses more maps than the 64 the kernel lets it",
	  .hint = "put several values into one map: @m[\"name\", key]" },
	{ .name = "too_many_functions",
	  .patterns = { "too many subprograms", "too many subprogs",
			"total BPF func count", "too many different kernel" },
	  .blame = VB_SCRIPT,
	  .says = "the program has more functions than the 256 the kernel lets "
		  "it",
	  .hint = "split the probe into several" },

	/* --- the program as a whole ------------------------------------------- */
	{ .name = "target",
	  .patterns = { "Tracing programs must provide btf_id",
			"attach_btf_id # is not a function",
			"attach_btf_id # is invalid",
			"Attach type # is not a kernel function",
			"The address of function * cannot be found",
			"FENTRY/FEXIT program can only be attached",
			"FENTRY/FEXIT prog* can only", "* is not modifiable",
			"* is not allowed to be attached",
			"attach_btf_id is not",
			"Attaching tracing programs to "
			"function",
			"reference to * is not" },
	  .err = -ESRCH,
	  .blame = VB_KERNEL,
	  .says = "this kernel does not describe the function that the "
		  "program is for, or does not let it be traced so",
	  .hint = "'espy -l' lists what there is; a kprobe of the same name "
		  "needs no description" },
	{ .name = "shape",
	  .patterns = { "unreachable insn #", "jump out of range from insn #",
			"last insn is not an exit or jmp",
			"jump into the middle of ldimm64 insn #",
			"jump to reserved code from insn #",
			"subprog # doesn't exit", "invalid ldimm64" },
	  .blame = VB_ESPY,
	  .says = "the code of {here} does not hang together",
	  .hint = "the file may be damaged: compile the script again",
	  .is_jump = true },
	{ .name = "instruction",
	  .patterns = { "unknown opcode", "unknown insn class",
			"BPF_* uses reserved fields", "div by zero",
			"invalid shift #", "BPF_ATOMIC uses invalid atomic",
			"invalid BPF_ALU opcode", "invalid BPF_LD mode",
			"insn # cannot be patched", "R# is invalid",
			"frame pointer is read only" },
	  .blame = VB_ESPY,
	  .says = "this kernel does not know an instruction of {here}",
	  .hint = "the program may be made for a newer kernel, or damaged: "
		  "compile the script here" },

	/* --- refused before anything is looked at ------------------------------ */
	{ .name = "rights",
	  .err = -EPERM,
	  .patterns = { "!rights" },
	  .blame = VB_KERNEL,
	  .says = "the kernel does not let us load the program" },
	{ .name = "policy",
	  .err = -EPERM,
	  .blame = VB_KERNEL,
	  .says = "a policy of this system does not let us load programs, "
		  "though we have the rights",
	  .hint = "containers filter the system call bpf(); security modules "
		  "and a token of BPF do, too" },
	{ .name = "memory",
	  .err = -ENOMEM,
	  .blame = VB_SCRIPT,
	  .says = "the kernel has not got the memory for maps and programs",
	  .hint = "smaller maps: max_map_keys in config, or let @m = hash(N)" },
	{ .name = "too_large",
	  .err = -E2BIG,
	  .blame = VB_SCRIPT,
	  .says = "a map or a program is larger than the kernel allows",
	  .hint = "smaller maps and values; a program has at most a million "
		  "instructions (4096 without CAP_BPF) and 64 maps" },
	{ .name = "log_full",
	  .err = -ENOSPC,
	  .blame = VB_SCRIPT,
	  .says = "the verifier had more to say than it had room for",
	  .hint = "raise log_size in config, to see why it is refused" },
};

const size_t verifier_n_rows = ARRAY_SIZE(verifier_rows);

#define OVERRIDE \
	"override() needs a kernel built with CONFIG_BPF_KPROBE_OVERRIDE"
#define WRITE                                                         \
	"write_user() needs CAP_SYS_ADMIN, and a kernel that is not " \
	"locked down"
#define LOCKDOWN                                                         \
	"a kernel that is locked down lets nobody read its memory: see " \
	"/sys/kernel/security/lockdown"

const struct verifier_helper verifier_helpers[] = {
	{ "bpf_override_return", OVERRIDE },
	{ "bpf_probe_write_user", WRITE },
	{ "bpf_probe_read_kernel", LOCKDOWN },
	{ "bpf_probe_read_kernel_str", LOCKDOWN },
	{ "bpf_probe_read", LOCKDOWN },
	{ "bpf_probe_read_str", LOCKDOWN },
	{ "bpf_loop", "loops need Linux 5.17" },
	{ "bpf_get_attach_cookie", "it needs Linux 5.15" },
	{ "bpf_get_func_arg", "it needs Linux 5.17" },
	{ "bpf_get_func_ret", "it needs Linux 5.17" },
	{ "bpf_get_func_arg_cnt", "it needs Linux 5.17" },
	{ "bpf_find_vma", "it needs Linux 5.17" },
	{ "bpf_strncmp", "it needs Linux 5.17" },
	{ "bpf_map_lookup_percpu_elem", "it needs Linux 5.19" },
	{ "bpf_ktime_get_tai_ns", "it needs Linux 6.1" },
	{ "bpf_cgrp_storage_get", "it needs Linux 6.2" },
	{ "bpf_task_from_pid", "it needs Linux 6.2" },
};

const size_t verifier_n_helpers = ARRAY_SIZE(verifier_helpers);
