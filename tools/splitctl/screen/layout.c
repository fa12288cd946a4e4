/* SPDX-License-Identifier: MIT */
/* How much room a screen has. */
#include "screen/layout.h"

draw_layout
draw_layout_of(const canvas *c)
{
    if (c->width == 0 || c->width >= 116)
        return DRAW_WIDE;
    return c->width >= 76 ? DRAW_NORMAL : c->width >= 56 ? DRAW_NARROW : DRAW_TINY;
}
