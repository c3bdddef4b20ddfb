/* SPDX-License-Identifier: Apache-2.0 */
/* What each form of output makes of texts and of what is said about a run. */
#include <criterion/criterion.h>
#include <stdio.h>

#include "runtime/out.h"

static struct out start(enum out_form_id form)
{
	struct out o = { .form = out_forms[form], .buffering = BUFFER_FULL };

	sink_open(&o.to, -1, NULL);
	sink_open(&o.err, -1, NULL);
	return o;
}

static void expect(struct out *o, const char *what, const char *wanted)
{
	cr_expect_str_eq(o->pending.p ? o->pending.p : "", wanted, "%s of %s",
			 o->form->name, what);
	buf_reset(&o->pending);
}

/* --- texts and notes ------------------------------------------------------ */

Test(out_notes, texts_of_the_script)
{
	static const char *const types_of[OUT_TEXT_N] = {
		[OUT_PRINTF] = "printf",  [OUT_TIME] = "time",
		[OUT_CAT] = "cat",        [OUT_JOIN] = "join",
		[OUT_SYSTEM] = "syscall",
	};
	struct out o;

	for (int i = 0; i < OUT_TEXT_N; i++) {
		char wanted[64];

		snprintf(wanted, sizeof(wanted),
			 "{\"type\": \"%s\", \"data\": \"a\\n\"}\n",
			 types_of[i]);
		o = start(OUT_FORM_JSON);
		buf_puts(out_begin(&o), "a\n");
		out_text(&o, (enum out_text)i);
		expect(&o, types_of[i], wanted);
		out_free(&o);
	}
	o = start(OUT_FORM_CSV);
	buf_puts(out_begin(&o), "a\n");
	out_text(&o, OUT_PRINTF);
	expect(&o, "printf", "a\n");
	out_free(&o);
}

static void put_notes(struct out *o)
{
	struct plan_site site = { .kind = SITE_DIVISION,
				  .file = STR("x.bt"),
				  .line = 3,
				  .column = 7 };
	struct out_note note = { .severity = SEV_ERROR,
				 .by_script = true,
				 .site = &site,
				 .text = STR("no \"good\"") };

	out_attached(o, 2);
	out_note(o, &note);
	note.severity = SEV_WARNING;
	out_note(o, &note);
	note.by_script = false;
	out_note(o, &note);
	site.kind = SITE_MAP_FULL;
	note.code = -7;
	out_note(o, &note);
	out_warn(o, "all %d", 1);
	out_lost(o, STR("kprobe:a"), 4);
	out_lost(o, STR(""), 5);
}

#define PLACE ", \"filename\": \"x.bt\", \"line\": 3, \"col\": 7}\n"

Test(out_notes, notes_are_objects)
{
	struct out o = start(OUT_FORM_JSON);

	put_notes(&o);
	expect(&o, "notes",
	       "{\"type\": \"attached_probes\", \"count\": 2, \"data\": "
	       "{\"probes\": 2}}\n"
	       "{\"type\": \"errorf\", \"msg\": \"no \\\"good\\\"\"" PLACE
	       "{\"type\": \"warnf\", \"msg\": \"no \\\"good\\\"\"" PLACE
	       "{\"type\": \"runtime_error\", \"msg\": "
	       "\"no \\\"good\\\"\"" PLACE
	       "{\"type\": \"helper_error\", \"msg\": \"no \\\"good\\\"\", "
	       "\"helper\": \"map_update_elem\", \"retcode\": -7" PLACE
	       "{\"type\": \"warning\", \"msg\": \"all 1\"}\n"
	       "{\"type\": \"lost_events\", \"count\": 4, \"data\": "
	       "{\"events\": 4, \"probe\": \"kprobe:a\"}}\n"
	       "{\"type\": \"lost_events\", \"count\": 5, \"data\": "
	       "{\"events\": 5}}\n");
	out_free(&o);
}

Test(out_notes, notes_of_other_forms_are_no_output)
{
	struct out o = start(OUT_FORM_CSV);

	put_notes(&o);
	expect(&o, "notes", "");
	out_free(&o);
	o = start(OUT_FORM_FOLDED);
	put_notes(&o);
	expect(&o, "notes", "");
	out_free(&o);
}
