/* SPDX-License-Identifier: Apache-2.0 */
/* diag_pages.h - the two halves of the table of codes, which only
 * diag_page() looks at. A code is one row: its name, what it means, and the
 * scripts that show it. */
#ifndef ESPY_BASE_DIAG_PAGES_H
#define ESPY_BASE_DIAG_PAGES_H

#include "base/diag.h"

extern const struct diag_page diag_script_pages[D_IO];
extern const struct diag_page diag_machine_pages[D_N - D_IO]; /* from D_IO */

#endif
