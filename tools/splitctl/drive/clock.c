/* SPDX-License-Identifier: MIT */
/* The clock that windows are measured by. */
#include "drive/clock.h"

#include <time.h>

#ifdef CLOCK_BOOTTIME
#define REAL CLOCK_BOOTTIME
#else
#define REAL CLOCK_MONOTONIC /* counts suspended time where CLOCK_BOOTTIME does not exist */
#endif

split_us
clock_real(void)
{
    struct timespec t = {0};
    clock_gettime(REAL, &t);
    return (split_us)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}
