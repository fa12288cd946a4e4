/* SPDX-License-Identifier: MIT */
/* The only clock of the libraries. */
#include "split/net.h"

#include <errno.h>
#include <time.h>

static split_us
read_clock(clockid_t id)
{
    struct timespec t = {0};
    clock_gettime(id, &t);
    return (split_us)t.tv_sec * 1000000 + t.tv_nsec / 1000;
}

split_us
split_clock_now(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

split_us
split_clock_wall(void)
{
    return read_clock(CLOCK_REALTIME);
}

int
split_clock_sleep_until(split_us instant)
{
    if (instant < 0)
        return 0;
    struct timespec t = {.tv_sec = (time_t)(instant / 1000000),
                         .tv_nsec = (long)(instant % 1000000) * 1000};
    int rc = clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &t, NULL);
    return rc == EINTR ? SPLIT_ERR_MODE : 0;
}
