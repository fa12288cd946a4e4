/* SPDX-License-Identifier: MIT */
/* Fixed places in the module's memory for what crosses: a key, a record, and one text. */
#include "bridge/bridge.h"

unsigned char splitb_key_room[4096 + 8];
double splitb_record_room[SPLITB_RECORD_MAX];
size_t splitb_counts[4];

unsigned char *
splitb_key_place(void)
{
    return splitb_key_room;
}

double *
splitb_record_place(void)
{
    return splitb_record_room;
}

size_t *
splitb_counts_place(void)
{
    return splitb_counts;
}
