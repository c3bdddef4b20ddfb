/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the BTF of the fake machine's kernel module: types on top of those
 * of vmlinux. Run by make-host.sh: module VMLINUX OUT */
#include <bpf/btf.h>
#include <stdio.h>

static void add_types(struct btf *btf, int file_id, int int_id)
{
	int void_ptr = btf__add_ptr(btf, 0);
	int file_ptr = btf__add_ptr(btf, file_id);
	int device, device_ptr, proto;

	device = btf__add_struct(btf, "sample_device", 16);
	btf__add_field(btf, "file", file_ptr, 0, 0);
	btf__add_field(btf, "number", int_id, 64, 0);
	device_ptr = btf__add_ptr(btf, device);
	proto = btf__add_func_proto(btf, int_id);
	btf__add_func_param(btf, "device", device_ptr);
	btf__add_func_param(btf, "file", file_ptr);
	btf__add_func(btf, "sample_open", BTF_FUNC_STATIC, proto);
	proto = btf__add_func_proto(btf, 0);
	btf__add_func_param(btf, "", void_ptr);
	btf__add_func_param(btf, "device", device_ptr);
	btf__add_typedef(btf, "btf_trace_sample_event",
			 btf__add_ptr(btf, proto));
}

int main(int argc, char **argv)
{
	struct btf *base, *btf;
	const void *data;
	__u32 size;
	FILE *f;

	if (argc != 3)
		return 2;
	base = btf__parse(argv[1], NULL);
	btf = base ? btf__new_empty_split(base) : NULL;
	if (!btf)
		return 1;
	add_types(btf, btf__find_by_name_kind(base, "file", BTF_KIND_STRUCT),
		  btf__find_by_name_kind(base, "int", BTF_KIND_INT));
	data = btf__raw_data(btf, &size);
	f = fopen(argv[2], "w");
	if (!data || !f || fwrite(data, size, 1, f) != 1 || fclose(f))
		return 1;
	btf__free(btf);
	btf__free(base);
	return 0;
}
