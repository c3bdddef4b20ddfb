/* SPDX-License-Identifier: Apache-2.0 */
/* Functions about addresses of networks. */
#include <arpa/inet.h>

#include "codegen/ir.h"
#include "lang/tables.h"
#include "sema/check.h"

/* Values of n bytes that stand for an address. */
static bool is_bytes(const struct type *t, uint32_t n)
{
	return (t->kind == TY_ARRAY || t->kind == TY_STRING ||
		t->kind == TY_RECORD) &&
	       t->size == n;
}

/* --- ntop(), pton() ----------------------------------------------------------- */

static struct expr *address_of(const struct expr *call)
{
	struct expr *first = call->call.args;

	return first->next ? first->next : first;
}

static bool check_ntop(struct sema *s, struct expr *call)
{
	const struct expr *x = address_of(call), *family = call->call.args;

	if (family != x && !sema_number(s, family, "the family of ntop()"))
		return false;
	if (!type_is_integer(x->type) && !is_bytes(x->type, 4) &&
	    !is_bytes(x->type, 16))
		return diag_error(s->d, x->span, D_ARG_TYPE,
				  "ntop() expects an integer, or an array of "
				  "4 or 16 bytes, found %s",
				  sema_name(s, x->type));
	call->type = type_simple(s->types, TY_INET);
	return true;
}

static struct val emit_ntop(struct cg *g, const struct expr *call)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	const struct expr *x = address_of(call), *family = call->call.args;
	struct val v = emit_expr(g, x), t = ir_temp(g, call->type), af;

	af = x->type->size == 16 ? ir_num(g, u32, AF_INET6)
				 : ir_num(g, u32, AF_INET);
	if (family != x)
		af = emit_expr(g, family);
	ir_zero(g, t);
	ir_store(g, ir_part(g, t, 0, u32), af, true);
	ir_store(g, ir_part(g, t, 4, type_is_integer(x->type) ? u32 : v.type),
		 v, true);
	return t;
}

/* Bytes of an address in a text: 4, 16, or 0 when it is none. */
static uint32_t parse_address(struct str text, unsigned char *out)
{
	char copy[INET6_ADDRSTRLEN];

	if (text.n >= sizeof(copy))
		return 0;
	memcpy(copy, text.p, text.n);
	copy[text.n] = '\0';
	if (inet_pton(AF_INET, copy, out) == 1)
		return 4;
	return inet_pton(AF_INET6, copy, out) == 1 ? 16 : 0;
}

static bool check_pton(struct sema *s, struct expr *call)
{
	const struct expr *text = sema_arg(call, 0);
	unsigned char bytes[16];
	uint32_t n = parse_address(text->str, bytes);

	if (!n)
		return diag_error(s->d, text->span, D_ARG_TYPE,
				  "'%.*s' is neither an IPv4 nor an IPv6 "
				  "address",
				  STR_ARG(text->str));
	call->type = type_array(s->types, type_int(s->types, 1, false), n);
	return true;
}

static struct val emit_pton(struct cg *g, const struct expr *call)
{
	unsigned char bytes[16] = { 0 };
	uint32_t n = parse_address(call_arg(call, 0)->str, bytes);

	return ir_bytes(g, (struct str){ (const char *)bytes, n }, call->type);
}

/* --- macaddr() ------------------------------------------------------------------ */

static bool check_macaddr(struct sema *s, struct expr *call)
{
	const struct expr *x = sema_arg(call, 0);
	bool is_pointer = x->type->kind == TY_PTR && x->type->elem &&
			  x->type->elem->size == 1;

	/* that of a device has room for longer ones */
	bool is_long = x->type->kind == TY_ARRAY && x->type->elem->size == 1 &&
		       x->type->count >= 6;

	if (x->is_const || (!is_pointer && !is_long && !is_bytes(x->type, 6)))
		return diag_error(s->d, x->span, D_ARG_TYPE,
				  "macaddr() expects an array of 6 bytes, "
				  "found %s",
				  sema_name(s, x->type));
	call->type = type_simple(s->types, TY_MAC);
	return true;
}

static struct val emit_macaddr(struct cg *g, const struct expr *call)
{
	struct val v = emit_arg(g, call, 0);
	enum addr_space as = v.type->space;

	if (v.type->kind == TY_PTR)
		v = ir_at_address(g, ir_value(g, v), call->type,
				  as == AS_BTF ? AS_KERNEL : as);
	else if (v.where != VAL_MEM)
		v = ir_here(g, v, v.type);
	v.type = call->type;
	return v;
}

/* The kernel gives it for what the verifier knows to be a socket. */
static bool check_cookie(struct sema *s, struct expr *call)
{
	const struct expr *of = sema_arg(call, 0);
	const struct type *t = of->type;

	if (s->prog->ctx != CTX_RAW && s->prog->ctx != CTX_ITER)
		return sema_not_here(s, call->span, call->call.id);
	if (t->kind == TY_PTR && t->space == AS_BTF && t->elem &&
	    str_is(t->elem->name, "struct sock"))
		return true;
	return diag_error(s->d, of->span, D_ARG_TYPE,
			  "socket_cookie() expects an argument of the probe "
			  "that is a struct sock *, found %s",
			  sema_name(s, t));
}

static struct val emit_cookie(struct cg *g, const struct expr *call)
{
	LLVMValueRef sock = ir_value(g, emit_arg(g, call, 0));

	return ir_reg(ir_helper(g, BPF_FUNC_get_socket_cookie, 1, sock),
		      call->type);
}

const struct function net_functions[] = {
	{ "macaddr", "any macaddr(any bytes)", .check = check_macaddr,
	  .emit = emit_macaddr,
	  .doc = "Six bytes, printed as a hardware address.",
	  .example = "$mac = (uint8[6])\"abcde\"; print(macaddr($mac));" },
	{ "ntop", "any ntop(any family_or_address, [any address])",
	  .check = check_ntop, .emit = emit_ntop,
	  .doc = "An address in network byte order, printed as IPv4 or IPv6. "
		 "Without a family its size decides.",
	  .example = "print(ntop(0x0100007f));" },
	{ "pton", "any pton(const string address)", .check = check_pton,
	  .emit = emit_pton,
	  .doc = "The 4 or 16 bytes of an address written as text.",
	  .example = "print(pton(\"127.0.0.1\"));" },
	{ "socket_cookie", "uint64 socket_cookie(ptr sock)",
	  .check = check_cookie, .emit = emit_cookie,
	  .doc = "The number that the kernel gives a socket, which no other "
		 "one gets: SO_COOKIE of getsockopt(2). In rawtracepoint, "
		 "fentry, fexit and lsm, of a struct sock * in args.",
	  .example = "rawtracepoint:inet_sock_set_state "
		     "{ @[socket_cookie(args.sk)] = count(); }" },
	{ 0 },
};
