/* SPDX-License-Identifier: Apache-2.0 */
/* vec.h - growable arrays and a string-keyed hash map, in arenas.
 * Zeroed is valid and empty. Elements move when the array grows: keep
 * indices, not pointers, across vec_add(). */
#ifndef ESPY_BASE_VEC_H
#define ESPY_BASE_VEC_H

#include "base/str.h"

#define VEC(T)                 \
	struct {               \
		T *v;          \
		size_t n, cap; \
	}

/* Appends a zeroed element and returns its address. */
#define vec_add(a, vec)                                            \
	(vec_grow((a), (void **)&(vec)->v, &(vec)->n, &(vec)->cap, \
		  sizeof(*(vec)->v)),                              \
	 &(vec)->v[(vec)->n - 1])

/* Appends a copy of x. */
#define vec_push(a, vec, x)                         \
	do {                                        \
		__typeof__(*(vec)->v) vec_x_ = (x); \
		*vec_add((a), (vec)) = vec_x_;      \
	} while (0)

/* for each element: it is a pointer declared by the loop. The vector must not
 * grow meanwhile. */
#define vec_each(it, vec)                                                      \
	for (__typeof__(*(vec)->v) *it = (vec)->v,                             \
				   *it##_end_ = (vec)->n ? it + (vec)->n : it; \
	     it < it##_end_; it++)

/* vec_add's function: one more zeroed element. */
void vec_grow(struct arena *a, void **v, size_t *n, size_t *cap, size_t size);

/* String -> pointer. Keys are borrowed. */
struct strmap {
	struct strmap_slot *slots;
	size_t n, cap;
};

/* Address of the value for key, NULL when absent. */
void **strmap_get(const struct strmap *m, struct str key);

/* Address of the value for key, added as NULL when absent. Valid until the
 * next strmap_put(). */
void **strmap_put(struct arena *a, struct strmap *m, struct str key);

#endif
