/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#include "espy.h"

static ESPY_FUNC int is_beyond(uint64_t n, uint64_t old, uint64_t how)
{
	uint64_t a = how >> 1 == TSERIES_MAX ? old : n;
	uint64_t b = how >> 1 == TSERIES_MAX ? n : old;

	return how & 1 ? (int64_t)a < (int64_t)b : a < b;
}

static ESPY_FUNC void add(struct agg_slot *s, uint64_t n, uint64_t now,
			  uint64_t how)
{
	switch (how >> 1) {
	case TSERIES_AVG:
		s->value += n;
		s->meta++;
		break;
	case TSERIES_SUM: s->value += n; break;
	case TSERIES_MIN:
	case TSERIES_MAX:
		if (is_beyond(n, s->value, how))
			s->value = n;
		break;
	default:
		s->value = n;
		s->meta = now;
		break;
	}
}

ESPY_FUNC int64_t espy_tseries(struct agg_slot *slots, uint64_t n, uint64_t now,
			       uint64_t interval, uint64_t count, uint64_t how)
{
	uint64_t epoch = now / interval, i = epoch % count;
	struct agg_slot *s;

	opaque(i);
	if (i >= count)
		return 0;
	s = &slots[i];
	if (s->epoch == epoch) {
		add(s, n, now, how);
		return 0;
	}
	s->epoch = epoch;
	s->value = n;
	s->meta = how >> 1 == TSERIES_AVG ? 1 : now;
	return 0;
}
