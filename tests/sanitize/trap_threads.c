/* SPDX-License-Identifier: MIT */
/* A reader that counts in the shared object: the trap has to spring, so this program has to fail. */
#include "readers.h"

static void
count(const void *objects, answers *heard)
{
    int *counter = *(int *const *)objects;
    ++*counter;
    answers_number(heard, 0);
}

int
main(void)
{
    static reader *const readers[] = {count};
    static int counter;
    int *shared = &counter;
    return readers_run(readers, 1, &shared);
}
