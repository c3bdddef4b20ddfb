/* SPDX-License-Identifier: Apache-2.0 */
/* skboutput(): packets into files. The kernel copies them, also what is in
 * pages of its own, into buffers of perf, which only it can do. */
#include "codegen/ir.h"
#include "lang/tables.h"
#include "plan/abi.h"
#include "sema/check.h"
#include "sema/lower.h"

#define MAX_PACKET 0xfffff /* bytes that the helper copies */
#define SIZE_SHIFT 32 /* in its flags */

/* --- checking ---------------------------------------------------------------- */

/* Its fields are known when the call is emitted. */
static bool complete(struct sema *s, struct expr *of)
{
	const struct type *packet =
		machine_complete(s->env->machine, s->types, of->type->elem);

	of->type = type_ptr(s->types, packet, AS_BTF);
	return type_field(packet, STR("len"));
}

static bool check_packet(struct sema *s, struct expr *call)
{
	struct expr *of = sema_arg(call, 1);
	const struct type *t = of->type;
	bool is_packet = t->kind == TY_PTR && t->elem &&
			 str_is(t->elem->name, "struct sk_buff");

	if (s->prog->ctx != CTX_RAW)
		return sema_not_here(s, call->span, call->call.id);
	if (is_packet && t->space == AS_BTF && complete(s, of))
		return true;
	diag_error(s->d, of->span, D_ARG_TYPE,
		   "skboutput() expects an argument of the probe that is a "
		   "struct sk_buff *, found %s",
		   sema_name(s, t));
	if (is_packet)
		diag_hint(s->d, "the kernel copies only packets that it gave "
				"the probe itself: args.skb");
	return false;
}

static void lower_packet(struct lower *l, struct expr *call)
{
	lower_event(l, call, EV_PACKET, call->call.args->str, NULL, NULL, 0);
	call->site = lower_site(l, SITE_PACKET, call->span, NULL);
}

/* --- emitting ------------------------------------------------------------------ */

static LLVMValueRef smaller(struct cg *g, LLVMValueRef a, LLVMValueRef b)
{
	struct ir_if i = ir_if(g, ir_is_negative(g, ir_sub(g, a, b)));

	ir_end(g, &i);
	return ir_phi(g, &i, a, b);
}

/* How long the packet is. */
static LLVMValueRef packet_length(struct cg *g, LLVMValueRef packet,
				  const struct type *type)
{
	struct val at = ir_address(g, packet, type, AS_BTF);

	return ir_value(g, ir_field(g, at, type_field(type, STR("len"))));
}

static void put(struct cg *g, struct val head, uint32_t offset, uint32_t size,
		LLVMValueRef v)
{
	const struct type *t = type_int(ir_types(g), size, false);

	ir_store(g, ir_part(g, head, offset, t), ir_reg(v, t), false);
}

static struct val make_head(struct cg *g, const struct expr *call,
			    LLVMValueRef length, LLVMValueRef size,
			    LLVMValueRef skip)
{
	const struct type *u64 = type_int(ir_types(g), 8, false);
	struct val head = ir_temp(g, type_array(ir_types(g), u64, 3));

	put(g, head, offsetof(struct packet_head, event), 4,
	    ir_i64(g, call->call.event));
	put(g, head, offsetof(struct packet_head, size), 4, size);
	put(g, head, offsetof(struct packet_head, length), 4, length);
	put(g, head, offsetof(struct packet_head, skip), 4, skip);
	put(g, head, offsetof(struct packet_head, time), 8,
	    ir_helper(g, BPF_FUNC_ktime_get_boot_ns, 0));
	return head;
}

static struct val emit_packet(struct cg *g, const struct expr *call)
{
	const struct type *u32 = type_int(ir_types(g), 4, false);
	LLVMValueRef packet = ir_value(g, emit_arg(g, call, 1));
	LLVMValueRef wanted, skip, size, length, rc;
	struct val head;

	wanted = ir_value(g, ir_convert(g, emit_arg(g, call, 2), u32));
	skip = ir_value(g, ir_convert(g, emit_arg(g, call, 3), u32));
	length = packet_length(g, packet, call_arg(call, 1)->type->elem);
	size = smaller(g, ir_add(g, wanted, skip), length);
	size = smaller(g, size, ir_i64(g, MAX_PACKET));
	head = make_head(g, call, length, size, skip);
	rc = ir_helper(g, BPF_FUNC_skb_output, 5, packet, ir_packets(g),
		       ir_add(g, ir_i64(g, BPF_F_CURRENT_CPU),
			      ir_shl(g, size, SIZE_SHIFT)),
		       head.v, ir_i64(g, sizeof(struct packet_head)));
	ir_warn_if(g, ir_is_negative(g, rc), call->site, rc);
	return ir_none(g);
}

const struct function packet_functions[] = {
	{ "skboutput",
	  "none skboutput(const string file, any skb, int length, int skip)",
	  .event = EV_PACKET, .check = check_packet, .lower = lower_packet,
	  .emit = emit_packet,
	  .doc = "Appends a packet to a file in the format of pcap, for "
		 "tcpdump and its like: length bytes of it after the first "
		 "skip ones, which should be those before its IP header. In "
		 "rawtracepoint, fentry and fexit, of a struct sk_buff * in "
		 "args. The file is made, or emptied if it has packets, "
		 "when the program starts; no other file is written over. "
		 "A saved program writes to the folder that it is started "
		 "in, elsewhere only with --unsafe.",
	  .example = "rawtracepoint:kfree_skb "
		     "{ skboutput(\"dropped.pcap\", args.skb, 1500, 14); }" },
	{ 0 },
};
