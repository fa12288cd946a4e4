/* SPDX-License-Identifier: MIT */
/* A host that writes 0,5 for a half. */
#ifndef TESTS_COMMA_LOCALE_H
#define TESTS_COMMA_LOCALE_H

#include <stdbool.h>

/* False where no such locale is there or can be made (Debian's package locales). */
bool comma_locale_begin(void);
void comma_locale_end(void);

#endif
