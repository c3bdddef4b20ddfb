/* SPDX-License-Identifier: Apache-2.0 */
/* stdfds.h - descriptors 0, 1 and 2 are what a program's users mean by them. */
#ifndef ESPY_BASE_STDFDS_H
#define ESPY_BASE_STDFDS_H

/* Those that are closed become ones that can neither be read nor written to: no
 * file that is opened later gets their number, and what is meant for the output
 * never ends up in it. To be called first in main(). */
void stdfds_open(void);

#endif
