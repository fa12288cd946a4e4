/* SPDX-License-Identifier: MIT */
/* Shares as people write them become weights of a plan; exact integers all the way. */
#include "route/weights.h"

#include <stdio.h>
#include <string.h>

#include "split/plan.h"

#define ALL_E6 INT64_C(100000000)

bool
weights_percent(const char *text, int64_t *out_e6)
{
    int64_t value = 0;
    int decimals = -1; /* digits after the point; -1 before it */
    size_t n_digits = 0;
    const char *p = text;
    for (; (*p >= '0' && *p <= '9') || (*p == '.' && decimals < 0); p++) {
        if (*p == '.') {
            decimals = 0;
            continue;
        }
        if (++n_digits > 9 || decimals == 6)
            return false;
        value = value * 10 + (*p - '0');
        decimals += decimals >= 0 ? 1 : 0;
    }
    if (n_digits == 0 || decimals == 0 || (strcmp(p, "") != 0 && strcmp(p, "%") != 0))
        return false;
    for (int i = decimals < 0 ? 0 : decimals; i < 6; i++)
        value *= 10;
    if (value > ALL_E6)
        return false;
    *out_e6 = value;
    return true;
}

const char *
weights_print(int64_t percent_e6, char buf[16])
{
    int n = snprintf(buf, 16, "%d.%06d", (int)(percent_e6 / 1000000 % 1000),
                     (int)(percent_e6 % 1000000));
    while (n > 0 && buf[n - 1] == '0')
        buf[--n] = '\0';
    if (n > 0 && buf[n - 1] == '.')
        buf[--n] = '\0';
    return buf;
}

/* part * of / whole, rounded down, without overflow for of <= 1e8 and whole < 2^43: the remainder
 * is < 2^43. */
static uint64_t
scale(uint64_t part, uint64_t of, uint64_t whole)
{
    uint64_t result = 0;
    uint64_t rest = 0;
    for (int bit = 63; bit >= 0; bit--) {
        result *= 2;
        rest = rest * 2 + (of >> bit & 1 ? part : 0);
        result += rest / whole;
        rest %= whole;
    }
    return result;
}

void
weights_ramp(const uint64_t *old, size_t n, size_t variant, size_t heir, int64_t percent_e6,
             uint64_t *out)
{
    uint64_t others = 0;
    uint64_t left = (uint64_t)(ALL_E6 - percent_e6);
    size_t largest = heir;
    for (size_t i = 0; i < n; i++)
        others += i == variant ? 0 : old[i];
    for (size_t i = 0; i < n; i++) {
        out[i] = i == variant || others == 0
                     ? 0
                     : scale(old[i], (uint64_t)(ALL_E6 - percent_e6), others);
        left -= out[i];
        if (i != variant && out[i] > out[largest])
            largest = i;
    }
    out[variant] = (uint64_t)percent_e6;
    out[largest] += left; /* what rounding down left over */
}

/* Nearest number of units of `unit` each to a value. */
static int64_t
rounded(int64_t value, int64_t unit)
{
    return (value + unit / 2) / unit * unit;
}

static int64_t
shortest(int64_t buckets, int64_t slack)
{
    const int64_t exact = rounded(buckets * ALL_E6, SPLIT_BUCKETS) / SPLIT_BUCKETS;
    for (int64_t unit = ALL_E6; unit > 1; unit /= 10) {
        int64_t share = rounded(exact, unit);
        int64_t off = rounded(share * SPLIT_BUCKETS, ALL_E6) / ALL_E6 - buckets;
        if (off >= -slack && off <= slack && (share > 0 || buckets == 0))
            return share;
    }
    return exact;
}

int64_t
weights_of_buckets(uint64_t buckets)
{
    return shortest((int64_t)buckets, 0);
}

int64_t
weights_of_move(uint64_t buckets)
{
    return shortest((int64_t)buckets, 1);
}
