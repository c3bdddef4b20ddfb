/* SPDX-License-Identifier: Apache-2.0 */
/* fn_print.c - what user space does when a script asks: print, clear, end. */
#include "lang/tables.h"
#include "sema/check.h"
#include "sema/lower.h"

static const struct str no_text = { "", 0 };

/* --- time(), exit() ----------------------------------------------------------------- */

static void lower_time(struct lower *l, struct expr *call)
{
	const struct expr *format = sema_arg(call, 0);

	lower_event(l, call, EV_TIME, format ? format->str : STR("%H:%M:%S\n"),
		    NULL, NULL, 0);
}

static bool check_exit(struct sema *s, struct expr *call)
{
	const struct expr *code = sema_arg(call, 0);

	if (!code || !code->is_const)
		return true;
	return sema_const_range(s, code, 0, 255, "the exit code");
}

static void lower_exit(struct lower *l, struct expr *call)
{
	const struct field code = {
		.name = STR("code"),
		.type = type_int(&l->script->types, 1, false),
	};

	lower_event(l, call, EV_EXIT, no_text, NULL, &code, 1);
}

/* --- messages with the place that sends them --------------------------------------- */

static void lower_placed(struct lower *l, struct expr *call)
{
	uint32_t site;

	lower_event_default(l, call);
	site = lower_site(l, SITE_PLACE, call->span, NULL);
	l->plan->events.v[call->call.event].site = site;
}

/* --- rows ----------------------------------------------------------------------------- */

const struct function print_functions[] = {
	{ .name = "printf",
	  .proto = "none printf(const string format, ...)",
	  .flags = FN_HAS_FORMAT,
	  .event = EV_PRINTF,
	  .doc = "Prints formatted text, as in C. %s shows a value of any "
		 "type.",
	  .example = "printf(\"%s has pid %d\\n\", comm, pid);" },
	{ .name = "clear",
	  .proto = "none clear(map m)",
	  .event = EV_CLEAR,
	  .doc = "Removes all entries of a map.",
	  .example = "@[comm] = count(); clear(@);" },
	{ .name = "zero",
	  .proto = "none zero(map m)",
	  .event = EV_ZERO,
	  .doc = "Sets all values of a map to zero; the keys stay.",
	  .example = "@[comm] = count(); zero(@);" },
	{ .name = "time",
	  .proto = "none time([const string format])",
	  .event = EV_TIME,
	  .lower = lower_time,
	  .doc = "Prints the time of day, with strftime's conversions; "
		 "\"%H:%M:%S\\n\" when no format is given.",
	  .example = "time(\"%H:%M:%S \");" },
	{ .name = "exit",
	  .proto = "none exit([int code])",
	  .flags = FN_ENDS,
	  .event = EV_EXIT,
	  .check = check_exit,
	  .lower = lower_exit,
	  .doc = "Ends the trace: end probes run, maps are printed. The code "
		 "becomes the exit status.",
	  .example = "exit();" },
	{ .name = "errorf",
	  .proto = "none errorf(const string format, ...)",
	  .flags = FN_HAS_FORMAT,
	  .event = EV_ERRORF,
	  .lower = lower_placed,
	  .doc = "Prints formatted text as an error, with its place in the "
		 "script, on standard error. The trace goes on.",
	  .example = "errorf(\"pid %d went wrong\", pid);" },
	{ .name = "warnf",
	  .proto = "none warnf(const string format, ...)",
	  .flags = FN_HAS_FORMAT,
	  .event = EV_WARNF,
	  .lower = lower_placed,
	  .doc = "Prints formatted text as a warning, with its place in the "
		 "script, on standard error.",
	  .example = "warnf(\"pid %d looks odd\", pid);" },
	{ .name = "cat",
	  .proto = "none cat(const string format, ...)",
	  .flags = FN_HAS_FORMAT,
	  .event = EV_CAT,
	  .doc = "Prints a file whose path is the formatted text, up to the "
		 "option max_cat_bytes.",
	  .example = "cat(\"/proc/%d/status\", pid);" },
	{ .name = "system",
	  .proto = "none system(const string format, ...)",
	  .flags = FN_HAS_FORMAT | FN_UNSAFE,
	  .event = EV_SYSTEM,
	  .doc = "Runs the formatted text as a command of the shell and "
		 "prints its output. Needs --unsafe.",
	  .example = "system(\"ps -p %d\", pid);" },
	{ 0 },
};
