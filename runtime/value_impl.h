/* SPDX-License-Identifier: Apache-2.0 */
/* value_impl.h - cells of value_ops[] that have files of their own
 * (value_print.c, stack.c), for value.c alone. */
#ifndef ESPY_RUNTIME_VALUE_IMPL_H
#define ESPY_RUNTIME_VALUE_IMPL_H

#include "runtime/value.h"

/* A number of size bytes; signed ones are extended. */
uint64_t value_load(const void *p, uint32_t size, bool is_signed);

typedef void value_printer(const struct show *s, const struct type *t,
			   const void *p, struct buf *out);

value_printer print_none, print_bool, print_int, print_ptr, print_array,
	print_string, print_buffer, print_tuple, print_record, print_enum,
	print_ksym, print_usym, print_stack, print_probe, print_timestamp,
	print_mac, print_inet, print_username, print_cgroup, print_stats,
	print_stddev, print_hist, print_lhist;

#endif
