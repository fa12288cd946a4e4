/* SPDX-License-Identifier: MIT */
/* Boxes for scripts: empty, filled, pinned. */
#include "box.h"

#include <stdlib.h>

splitb_box *
splitb_box_new(void)
{
    return calloc(1, sizeof(splitb_box));
}

void
splitb_box_empty(splitb_box *box, splitb_free_fn free_core)
{
    void *core = box->core;
    box->core = NULL;
    if (core == NULL)
        return;
    if (box->pins > 0 && box->leaving == NULL)
        box->leaving = core;
    else
        free_core(core);
}

void
splitb_box_fill(splitb_box *box, void *core, splitb_free_fn free_core)
{
    splitb_box_empty(box, free_core);
    box->core = core;
}

void
splitb_box_delete(splitb_box *box, splitb_free_fn free_core)
{
    if (box == NULL)
        return;
    splitb_box_empty(box, free_core);
    free(box->scratch);
    free(box);
}

void *
splitb_box_pin(splitb_box *box)
{
    if (box->core != NULL)
        box->pins++;
    return box->core;
}

void
splitb_box_unpin(splitb_box *box, void *core, splitb_free_fn free_core)
{
    box->pins--;
    if (box->pins == 0 && box->leaving == core) {
        free_core(core);
        box->leaving = NULL;
    }
}

char *
splitb_box_scratch(splitb_box *box, size_t n_bytes)
{
    char *room = realloc(box->scratch, n_bytes + 1);
    if (room == NULL)
        return NULL;
    room[n_bytes] = '\0';
    box->scratch = room;
    return room;
}
