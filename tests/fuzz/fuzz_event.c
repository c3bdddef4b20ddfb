/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_event.c - any bytes as records of a program: whatever comes is printed
 * or dropped, in every form of output. The plan is the tests' sample with some
 * bytes changed, if it is valid then. For libFuzzer.
 *
 * Input: the form, how many changes, the changes (two bytes of offset, one of
 * value), then records: which event, what its payload begins with (a length and
 * so many bytes, which are repeated). */
#include <stdlib.h>

#include "../unit/plan_sample.h"
#include "runtime/event.h"
#include "runtime/session_impl.h"

#define MAX_CHANGES 16
#define MAX_PAYLOAD (1u << 16) /* bytes: what no real program has */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct input {
	const uint8_t *p;
	size_t n;
};

static uint8_t next(struct input *in)
{
	if (!in->n)
		return 0;
	in->n--;
	return *in->p++;
}

static void say_nothing(void *arg, bool is_err, struct str text)
{
	(void)arg;
	(void)is_err;
	(void)text;
}

static struct plan *changed_sample(struct input *in, struct diags *d)
{
	static struct buf sample; /* made once */
	auto_buf struct buf bytes = { 0 };
	struct plan *p;
	unsigned int i, n;

	if (!sample.n) {
		p = plan_sample();
		plan_write(p, &sample);
		plan_free(p);
	}
	buf_str(&bytes, buf_view(&sample));
	n = next(in) % MAX_CHANGES;
	for (i = 0; i < n; i++) {
		size_t at = (size_t)next(in) << 8;

		at |= next(in);
		bytes.p[at % bytes.n] = (char)next(in);
	}
	return plan_read(buf_view(&bytes), d);
}

/* Those that act on files and commands do what they are told. */
static bool acts(enum event_kind kind)
{
	return kind == EV_CAT || kind == EV_SYSTEM || kind == EV_PACKET;
}

/* Exactly as long as it has to be: what reads on is found. */
static void send(struct session *s, struct input *in)
{
	struct event_head head = { .event = next(in) };
	size_t i, n = next(in), size = 0;
	const struct type *payload;
	const uint8_t *from;
	char *record;

	if (head.event < s->plan->events.n) {
		payload = types_get(&s->plan->types,
				    s->plan->events.v[head.event].payload);
		if (acts(s->plan->events.v[head.event].kind))
			return;
		size = payload->size < MAX_PAYLOAD ? payload->size : 0;
	}
	n = n < in->n ? n : in->n;
	from = in->p;
	in->p += n;
	in->n -= n;
	record = xzalloc(sizeof(head) + size);
	memcpy(record, &head, sizeof(head));
	for (i = 0; i < size && n; i++)
		record[sizeof(head) + i] = (char)from[i % n];
	event_dispatch(s, record, sizeof(head) + size);
	s->is_exiting = false;
	free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input in = { data, size };
	struct session_opts opts = {
		.out_fd = -1,
		.err_fd = -1,
		.write = say_nothing,
		.form = (enum out_form_id)(next(&in) % OUT_FORM_N),
	};
	auto_buf struct buf text = { 0 };
	struct diags d = { 0 };
	struct plan *p = changed_sample(&in, &d);
	struct session s;

	if (p) {
		session_init(&s, p, NULL, &opts, &d);
		while (in.n)
			send(&s, &in);
		session_flush(&s);
		session_free_parts(&s);
	}
	diags_render(&d, false, &text);
	plan_free(p);
	diags_free(&d);
	return 0;
}
