/* SPDX-License-Identifier: Apache-2.0 */
/* What programs can be put around: kernel functions that fentry and its
 * relatives accept, hooks of LSM, programs of BPF that are loaded. */
#include "machine/internal.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <unistd.h>

enum {
	MAX_BY_VALUE = 16, /* bytes of a struct that is passed by value */
	MAX_SLOTS = 12, /* registers and words on the stack */
	MAX_REGS = 6, /* before MANY_ARGS */
	MANY_ARGS = 6 << 16 | 6, /* Linux 6.6 */
	MAX_BPF_PROGRAMS = 1 << 16,
};

/* The verifier refuses them: its own locks. */
static const char *const denied[] = {
	"migrate_disable",  "migrate_enable",    "__migrate_disable",
	"__migrate_enable", "preempt_count_add", "preempt_count_sub",
	"__rcu_read_lock",  "__rcu_read_unlock", "rcu_read_unlock_strict",
};

static const char *const never_return[] = {
	"do_exit",
	"do_group_exit",
	"kthread_exit",
	"kthread_complete_and_exit",
	"make_task_dead",
	"__x64_sys_exit",
	"__x64_sys_exit_group",
};

/* Hooks whose answers are more than yes or no: the kernel refuses programs. */
static const char *const no_hooks[] = {
	"audit_rule_match",    "getprocattr",       "getselfattr",
	"inode_copy_up_xattr", "inode_getsecurity", "inode_listsecurity",
	"inode_need_killpriv", "ismaclabel",        "key_getsecurity",
	"setprocattr",         "vm_enough_memory",  "xfrm_decode_session",
};

static bool is_in(struct str name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(name, list[i]))
			return true;
	return false;
}

/* Slots of 8 bytes that a parameter takes; 0: it cannot be passed on. */
static uint32_t slots_of(const struct machine *m, struct btf_ref r)
{
	const struct btf_type *b;

	r = btf_strip(m, r);
	b = btf_get(m, r);
	if (!b)
		return 0;
	if (btf_is_ptr(b))
		return 1;
	if (btf_is_composite(b))
		return b->size > MAX_BY_VALUE ? 0 : (b->size + 7) / 8;
	return (btf_is_int(b) || btf_is_any_enum(b)) && b->size <= 8;
}

static const char *check_params(struct machine *m, struct btf_ref proto)
{
	const struct btf_type *b = btf_get(m, proto);
	uint32_t max = machine_version(m) < MANY_ARGS ? MAX_REGS : MAX_SLOTS;
	uint32_t i, slots, n = 0;

	for (i = 0; i < btf_vlen(b); i++) {
		struct btf_ref r = { proto.object, btf_params(b)[i].type };

		if (!r.id)
			return "it takes a variable number of arguments";
		slots = slots_of(m, r);
		if (!slots)
			return "an argument is too large for a register";
		n += slots;
	}
	return n > max ? "it has more arguments than this kernel can pass on"
		       : NULL;
}

static const char *check_result(struct machine *m, struct btf_ref proto,
				enum trace_how how)
{
	struct btf_ref r = { proto.object, btf_get(m, proto)->type };
	const struct btf_type *b;

	if (!r.id)
		return how == TRACE_MODIFY ? "it returns nothing" : NULL;
	r = btf_strip(m, r);
	b = btf_get(m, r);
	if (!r.id)
		return NULL; /* const void */
	if (!b || btf_is_composite(b) || btf_is_float(b))
		return "its result is not in a register";
	if (how == TRACE_MODIFY && !btf_is_int(b))
		return "it does not return an integer";
	return NULL;
}

static const char *check_name(struct str name, enum trace_how how)
{
	if (is_in(name, denied, ARRAY_SIZE(denied)))
		return "the kernel needs it to run programs";
	if (how != TRACE_ENTRY &&
	    is_in(name, never_return, ARRAY_SIZE(never_return)))
		return "it never returns";
	return NULL;
}

const char *machine_untraceable(struct machine *m, struct str module,
				struct str name, enum trace_how how)
{
	const char *why = check_name(name, how);
	struct btf_ref proto;

	if (why)
		return why;
	proto = btf_proto_of(m, btf_find_function(m, module, name));
	if (!proto.id)
		return "the kernel's BTF does not describe it";
	why = check_params(m, proto);
	return why ? why : check_result(m, proto, how);
}

/* Bytes of what is in one register; 0: it is not. */
static uint32_t width_of(const struct machine *m, struct btf_ref r)
{
	const struct btf_type *b;

	r = btf_strip(m, r);
	b = btf_get(m, r);
	if (b && btf_is_ptr(b))
		return 8;
	return b && (btf_is_int(b) || btf_is_any_enum(b)) ? b->size : 0;
}

bool machine_fits_trampoline(struct machine *m, struct str module,
			     struct str name, enum trace_how how,
			     uint64_t reads)
{
	const struct btf_type *b;
	struct btf_ref proto;
	uint32_t i;

	if (!module.n)
		module = STR("vmlinux");
	if (machine_untraceable(m, module, name, how))
		return false;
	proto = btf_proto_of(m, btf_find_function(m, module, name));
	b = btf_get(m, proto);
	if (reads & 1u << TR_RESULT &&
	    !width_of(m, (struct btf_ref){ proto.object, b->type }))
		return false;
	for (i = 0; i < TR_ARGS; i++) {
		bool is_there = i < btf_vlen(b);
		uint32_t width = 0;

		if (is_there)
			width = width_of(
				m, (struct btf_ref){ proto.object,
						     btf_params(b)[i].type });
		if ((is_there && !width) || (reads >> i & 1 && width < 8) ||
		    (reads >> (TR_TYPED + i) & 1 && !width))
			return false;
	}
	return true;
}

static int open_btf(struct str name)
{
	char text[64] = "";
	uint32_t id = 0;

	while (!bpf_btf_get_next_id(id, &id)) {
		struct bpf_btf_info info = { .name = (uintptr_t)text,
					     .name_len = sizeof(text) };
		uint32_t size = sizeof(info);
		int fd = bpf_btf_get_fd_by_id(id);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &size) &&
		    info.kernel_btf && str_is(name, text))
			return fd;
		close(fd);
	}
	return -ENOENT;
}

int machine_btf_function(struct machine *m, struct str module, struct str name,
			 uint32_t *id)
{
	struct btf_ref r = btf_find_function(m, module, name);

	*id = r.id;
	if (!r.id)
		return -ENOENT;
	return r.object ? open_btf(module) : 0;
}

/* --- their types ------------------------------------------------------------- */

/* The verifier follows pointers to structs. Where the others point is not
 * known: BTF of most kernels does not tell the user's. */
static const struct type *traced_pointer(struct types *t,
					 const struct type *type, bool follow)
{
	if (type->kind != TY_PTR || type->space == AS_USER)
		return type;
	if (type->elem && type->elem->kind == TY_RECORD)
		return follow ? type_ptr(t, type->elem, AS_BTF) : type;
	return type_ptr(t, type->elem, AS_NONE);
}

/* What is too large for a register moves those behind it, too. */
static bool is_in_registers(const struct field *f)
{
	return f->type->size <= MAX_BY_VALUE &&
	       f->offset + f->type->size <= 8 * MAX_REGS;
}

const struct type *machine_traced_args(struct machine *m, struct types *t,
				       struct str module, struct str name,
				       bool follow, const struct type **ret)
{
	const struct type *args =
		machine_function_args(m, t, module, name, ret);
	auto_free struct field *fields = NULL;
	uint32_t i;

	if (!args)
		return NULL;
	fields = xzalloc((args->n_fields + 1) * sizeof(*fields));
	for (i = 0; i < args->n_fields; i++) {
		fields[i] = args->fields[i];
		if (!follow && !is_in_registers(&fields[i]))
			break;
		fields[i].type = traced_pointer(t, fields[i].type, follow);
	}
	*ret = traced_pointer(t, *ret, follow);
	return type_record_at(t, args->name, fields, i, args->size,
			      args->align);
}

/* --- hooks of LSM ------------------------------------------------------------ */

#define LSM_PREFIX "bpf_lsm_"

/* Functions that only are named alike are left out: a union has a member for
 * each hook. */
static bool is_hook(const struct machine *m, struct btf_ref hooks,
		    struct str name)
{
	const struct btf_type *b = btf_get(m, hooks);

	if (is_in(name, no_hooks, ARRAY_SIZE(no_hooks)))
		return false;
	if (!b) /* then the kernel says it */
		return true;
	for (uint32_t i = 0; i < btf_vlen(b); i++)
		if (str_is(name,
			   btf_name(m, hooks, btf_members(b)[i].name_off)))
			return true;
	return false;
}

void machine_lsm_hooks(struct machine *m, struct str pattern, struct arena *a,
		       str_vec *out)
{
	struct btf_ref r = { 0 }, hooks;

	if (!btf_open(m))
		return;
	hooks = btf_find(m, STR("security_list_options"), BTF_KIND_UNION);
	for (r.id = 1; r.id < btf_count(m, 0); r.id++) {
		const struct btf_type *b = btf_get(m, r);
		struct str name;

		if (!btf_is_func(b))
			continue;
		name = str_from(btf_name(m, r, b->name_off));
		if (!str_starts(name, LSM_PREFIX))
			continue;
		name.p += strlen(LSM_PREFIX);
		name.n -= strlen(LSM_PREFIX);
		if (str_glob(pattern, name) && is_hook(m, hooks, name))
			vec_push(a, out, str_copy(a, name));
	}
	str_vec_sort(out);
}

bool machine_has_bpf_lsm(struct machine *m)
{
	auto_buf struct buf b = { 0 };
	struct str rest;

	if (buf_read_file(&b, machine_path(m, "/sys/kernel/security/lsm"),
			  4096))
		return true; /* not for us to see: the kernel will say */
	for (rest = str_trim(buf_view(&b)); rest.n;)
		if (str_is(str_split(rest, ',', &rest), "bpf"))
			return true;
	return false;
}

/* --- functions whose result programs may change ------------------------------- */

bool machine_is_modifiable(struct machine *m, struct str name)
{
	struct str line, text;

	if (str_starts(name, "security_"))
		return true;
	if (!m->injectable_tried) {
		m->injectable_tried = true;
		buf_read_file(&m->injectable,
			      machine_path(m, "/sys/kernel/debug/"
					      "error_injection/list"),
			      1 << 24);
	}
	text = buf_view(&m->injectable);
	while (next_line(&text, &line))
		if (str_eq(next_word(&line), name))
			return true;
	return false;
}

/* --- programs of BPF --------------------------------------------------------- */

/* The name of a program's own function, which is longer than the program's. */
static struct str function_of(struct arena *a, int fd,
			      const struct bpf_prog_info *known)
{
	struct bpf_func_info first = { 0 };
	struct bpf_prog_info info = {
		.nr_func_info = 1,
		.func_info_rec_size = sizeof(first),
		.func_info = (uintptr_t)&first,
	};
	uint32_t size = sizeof(info);
	struct str name = { "", 0 };
	const struct btf_type *b;
	struct btf *btf;

	if (!known->btf_id || bpf_obj_get_info_by_fd(fd, &info, &size) ||
	    !info.nr_func_info)
		return name;
	btf = btf__load_from_kernel_by_id(known->btf_id);
	if (!btf)
		return name;
	b = btf__type_by_id(btf, first.type_id);
	if (b && btf_is_func(b))
		name = str_copy(
			a, str_from(btf__name_by_offset(btf, b->name_off)));
	btf__free(btf);
	return name;
}

static void offer_program(uint32_t id, struct str pattern, struct arena *a,
			  bpf_program_vec *out)
{
	struct bpf_prog_info info = { 0 };
	uint32_t size = sizeof(info);
	struct bpf_program_id p = { .id = id };
	int fd = bpf_prog_get_fd_by_id(id);

	if (fd < 0)
		return;
	if (!bpf_obj_get_info_by_fd(fd, &info, &size))
		p.name = function_of(a, fd, &info);
	close(fd);
	/* The kernel allows no programs of this type around each other. */
	if (p.name.n && info.type != BPF_PROG_TYPE_TRACING &&
	    str_glob(pattern, p.name))
		vec_push(a, out, p);
}

void machine_bpf_programs(struct machine *m, struct str pattern,
			  struct arena *a, bpf_program_vec *out)
{
	uint32_t id = 0;

	if (m->root.n) /* not this machine */
		return;
	for (int n = 0; n < MAX_BPF_PROGRAMS; n++) {
		if (bpf_prog_get_next_id(id, &id))
			return;
		offer_program(id, pattern, a, out);
	}
}
