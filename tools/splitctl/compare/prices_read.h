/* SPDX-License-Identifier: MIT */
/* Readers of the larger parts of a price file. */
#ifndef SPLITCTL_COMPARE_PRICES_READ_H
#define SPLITCTL_COMPARE_PRICES_READ_H

#include "compare/prices_form.h"

form_read prices_read_items;
form_read prices_read_origins;
form_read prices_read_routers;
form_read prices_read_router;

const char *price_cover_word(price_cover cover);
const char *price_cover_text(price_cover cover);

#endif
