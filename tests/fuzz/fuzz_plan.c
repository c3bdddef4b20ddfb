/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz_plan.c - any bytes are refused or are a plan that can be printed and
 * comes back the same from what it writes. For libFuzzer.
 *
 * Input that starts like a plan is taken as it is; other input changes bytes
 * of the tests' sample: two bytes of offset, one of value, and so on. */
#include <stdlib.h>

#include "../unit/plan_sample.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void expect(bool ok)
{
	if (!ok)
		abort();
}

static void use_plan(const struct plan *p, struct diags *d)
{
	auto_buf struct buf text = { 0 };
	auto_buf struct buf again = { 0 };
	auto_buf struct buf bytes = { 0 };
	struct plan *q;

	plan_text(p, &text);
	plan_write(p, &bytes);
	q = plan_read(buf_view(&bytes), d);
	expect(q);
	plan_text(q, &again);
	expect(str_eq(buf_view(&text), buf_view(&again)));
	plan_free(q);
}

static void read_plan(struct str bytes)
{
	struct diags d = { 0 };
	struct plan *p = plan_read(bytes, &d);

	expect(!p == (d.errors != 0));
	if (p)
		use_plan(p, &d);
	plan_free(p);
	diags_free(&d);
}

static void read_changed(const uint8_t *data, size_t size)
{
	static struct buf sample; /* made once */
	auto_buf struct buf bytes = { 0 };
	struct plan *p;
	size_t i;

	if (!sample.n) {
		p = plan_sample();
		plan_write(p, &sample);
		plan_free(p);
	}
	buf_str(&bytes, buf_view(&sample));
	for (i = 0; i + 3 <= size; i += 3)
		bytes.p[(data[i] << 8 | data[i + 1]) % bytes.n] =
			(char)data[i + 2];
	read_plan(buf_view(&bytes));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct str bytes = { (const char *)data, size };

	if (str_starts(bytes, "ESPY"))
		read_plan(bytes);
	else
		read_changed(data, size);
	return 0;
}
