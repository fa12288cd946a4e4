/* SPDX-License-Identifier: MIT */
/* How much a counter may rise: by its rate and the time that passed, times a factor. */
#include "net/source/counter.h"

#define FACTOR 16
#define ALWAYS 1000   /* so many are never too many */
#define TELLING_S 0.1 /* a shorter time between two polls says nothing about a rate */

bool
split__counter_rate_take(counter_rate *rate, int64_t counted, double seconds, double least)
{
    if (!(seconds > 0))
        return true;
    double now = (double)counted / seconds;
    double known = rate->is_known && rate->per_second > least ? rate->per_second : least;
    bool fits = known < 0 || (!rate->is_known && least < 0) ||
                (double)counted <= ALWAYS + FACTOR * known * seconds;
    if (seconds < TELLING_S)
        return fits;
    double faded = rate->is_known ? rate->per_second / 2 : 0;
    rate->per_second = now > faded ? now : faded;
    rate->is_known = true;
    return fits;
}
