/* SPDX-License-Identifier: Apache-2.0 */
/* out_impl.h - what the forms of output share; for their files alone. */
#ifndef ESPY_RUNTIME_OUT_IMPL_H
#define ESPY_RUNTIME_OUT_IMPL_H

#include "runtime/out.h"

extern const struct out_form out_form_text, out_form_json, out_form_json_lossy,
	out_form_csv, out_form_folded;

/* What the forms for programs have in common with that for people. */
void out_plain_attached(struct out *o, size_t n);
void out_plain_text(struct out *o, enum out_text kind);
void out_plain_note(struct out *o, const struct out_note *note);
void out_plain_lost(struct out *o, struct str probe, uint64_t n);
void out_plain_costs(struct out *o, const struct out_costs *c);

/* Nothing stands before the final maps. */
void out_no_dump(struct out *o);

/* Appends what a note is in the form for people. */
void out_note_text(const struct out *o, const struct out_note *note,
		   struct buf *out);

#endif
