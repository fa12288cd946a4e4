/* SPDX-License-Identifier: MIT */
/* A decision that rests on memory nobody wrote: the trap has to spring, so this program has to fail. */
#include <stdio.h>
#include <stdlib.h>

int
main(void)
{
    int *volatile numbers = malloc(sizeof *numbers);
    if (numbers == NULL)
        return 0;
    if (*numbers != 7)
        puts("another number");
    free(numbers);
    return 0;
}
