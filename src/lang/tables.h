/* SPDX-License-Identifier: Apache-2.0 */
/* tables.h - the tables of src/lang, which lang.c lists. Each ends with a row
 * without a name. */
#ifndef ESPY_LANG_TABLES_H
#define ESPY_LANG_TABLES_H

#include "lang/lang.h"
#include "machine/machine.h"

extern const struct function agg_functions[]; /* aggs.c */
extern const struct function cgroup_functions[]; /* fn_cgroup.c */
extern const struct function compile_functions[]; /* fn_compile.c */
extern const struct function entry_functions[]; /* fn_entry.c */
extern const struct function join_functions[]; /* fn_join.c */
extern const struct function kernel_functions[]; /* fn_kernel.c */
extern const struct function map_functions[]; /* fn_map.c */
extern const struct function memory_functions[]; /* fn_mem.c */
extern const struct function name_functions[]; /* fn_names.c */
extern const struct function net_functions[]; /* fn_net.c */
extern const struct function packet_functions[]; /* fn_packet.c */
extern const struct function param_functions[]; /* fn_param.c */
extern const struct function print_functions[];
extern const struct function show_functions[]; /* fn_show.c */
extern const struct function reg_functions[]; /* fn_reg.c */
extern const struct function stack_functions[]; /* fn_stack.c */
extern const struct function string_functions[]; /* fn_string.c */
extern const struct function symbol_functions[]; /* fn_symbol.c */
extern const struct function task_functions[]; /* fn_task.c */
extern const struct function text_functions[]; /* fn_text.c */
extern const struct function time_functions[]; /* fn_time.c */
extern const struct function rate_functions[]; /* fn_rate.c */
extern const struct function tseries_functions[]; /* fn_tseries.c */
extern const struct function uaddr_functions[]; /* fn_uaddr.c */
extern const struct function unsafe_functions[]; /* fn_unsafe.c */

/* The number of frames of a stack. */
struct val fn_stack_len(struct cg *g, struct val stack);

extern const struct builtin builtins[]; /* builtins.c */

extern const struct probe_type fentry_types[]; /* pt_fentry.c */
extern const struct probe_type iter_types[]; /* pt_iter.c */
extern const struct probe_type kprobe_types[]; /* pt_kprobe.c */
extern const struct probe_type lsm_types[]; /* pt_lsm.c */
extern const struct probe_type perf_types[]; /* pt_perf.c */
extern const struct probe_type rawtracepoint_types[]; /* pt_rawtracepoint.c */
extern const struct probe_type special_types[]; /* pt_special.c */
extern const struct probe_type timer_types[]; /* pt_timer.c */
extern const struct probe_type tracepoint_types[]; /* pt_tracepoint.c */
extern const struct probe_type uprobe_types[]; /* pt_uprobe.c */
extern const struct probe_type usdt_types[]; /* pt_usdt.c */

/* What programs of a kind of probe are to the kernel when they call one of its
 * functions; fn_kernel.c. */
extern const enum kfunc_caller kfunc_callers[PK_N];

#endif
