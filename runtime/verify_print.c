/* SPDX-License-Identifier: Apache-2.0 */
#include <inttypes.h>

#include "runtime/json.h"
#include "runtime/verify.h"

/* --- text ----------------------------------------------------------------- */

static void put_text_row(const struct verified *v, struct buf *out)
{
	uint64_t permille =
		v->limit ? v->measures[VM_VERIFIED] * 1000 / v->limit : 0;

	buf_printf(out, "%8" PRIu64 " %3" PRIu64 ".%" PRIu64,
		   v->measures[VM_VERIFIED], permille / 10, permille % 10);
	for (int i = VM_STATES; i < VM_N; i++)
		buf_printf(out, " %*" PRIu64, i == VM_MAPS ? 10 : 7,
			   v->measures[i]);
	buf_printf(out, "  %.*s", STR_ARG(v->probe));
	if (v->n_probes > 1)
		buf_printf(out, " and %u more", v->n_probes - 1);
	buf_putc(out, '\n');
	vec_each(line, &v->lines) {
		buf_printf(out, "%8" PRIu64 "  ", line->n);
		if (line->line)
			buf_printf(out, "line %u: ", line->line);
		buf_printf(out, "%.*s\n", STR_ARG(line->text));
	}
}

static void put_as_text(const struct verify_report *r, struct buf *out)
{
	buf_puts(out, "VERIFIED     %  STATES    PEAK   STACK    CODE   JITED"
		      "       MAPS  PROBE\n");
	vec_each(v, &r->programs)
		put_text_row(v, out);
	buf_printf(out, "%" PRIu64 " bytes of maps in all\n", r->map_bytes);
}

/* --- JSON ----------------------------------------------------------------- */

static void put_line(const struct verify_line *line, struct buf *out)
{
	buf_printf(out, "{\"instructions\":%" PRIu64, line->n);
	if (line->line)
		buf_printf(out, ",\"line\":%u", line->line);
	buf_puts(out, ",\"text\":");
	json_string(out, line->text);
	buf_putc(out, '}');
}

static void put_object(const struct verified *v, struct buf *out)
{
	buf_puts(out, "{\"probe\":");
	json_string(out, v->probe);
	buf_printf(out, ",\"probes\":%u,\"limit\":%" PRIu64, v->n_probes,
		   v->limit);
	for (int i = 0; i < VM_N; i++)
		buf_printf(out, ",\"%s\":%" PRIu64, verify_measure_names[i],
			   v->measures[i]);
	buf_puts(out, ",\"lines\":[");
	vec_each(line, &v->lines) {
		if (line != v->lines.v)
			buf_putc(out, ',');
		put_line(line, out);
	}
	buf_puts(out, "]}");
}

static void put_as_json(const struct verify_report *r, struct buf *out)
{
	buf_puts(out, "{\"script\":");
	json_string(out, r->script);
	buf_puts(out, ",\"kernel\":");
	json_string(out, r->release);
	buf_printf(out, ",\"map_bytes\":%" PRIu64 ",\"programs\":[",
		   r->map_bytes);
	vec_each(v, &r->programs) {
		buf_puts(out, v == r->programs.v ? "\n" : ",\n");
		put_object(v, out);
	}
	buf_puts(out, "]}\n");
}

/* --- CSV ------------------------------------------------------------------ */

static void put_cell(struct str text, struct buf *out)
{
	buf_putc(out, '"');
	for (size_t i = 0; i < text.n; i++) {
		if (text.p[i] == '"')
			buf_putc(out, '"');
		buf_putc(out, text.p[i]);
	}
	buf_putc(out, '"');
}

static void put_as_csv(const struct verify_report *r, struct buf *out)
{
	buf_puts(out, "probe,limit");
	for (int i = 0; i < VM_N; i++)
		buf_printf(out, ",%s", verify_measure_names[i]);
	buf_putc(out, '\n');
	vec_each(v, &r->programs) {
		put_cell(v->probe, out);
		buf_printf(out, ",%" PRIu64, v->limit);
		for (int i = 0; i < VM_N; i++)
			buf_printf(out, ",%" PRIu64, v->measures[i]);
		buf_putc(out, '\n');
	}
}

static void (*const put_as[OUT_FORM_N])(const struct verify_report *r,
					struct buf *out) = {
	[OUT_FORM_TEXT] = put_as_text,
	[OUT_FORM_JSON] = put_as_json,
	[OUT_FORM_CSV] = put_as_csv,
};

bool verify_has_form(enum out_form_id form)
{
	return put_as[form];
}

void verify_print(const struct verify_report *r, enum out_form_id form,
		  struct buf *out)
{
	put_as[form](r, out);
}
