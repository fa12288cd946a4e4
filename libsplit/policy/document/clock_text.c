/* SPDX-License-Identifier: MIT */
/* Wall-clock instants as RFC 3339 text in UTC; reads no clock. */
#include "policy/document/clock_text.h"

#include <inttypes.h>
#include <stdio.h>

#include "policy/document/number.h"

/* Days since 1970-01-01 of a date of the Gregorian calendar, counting years from March so that leap
 * days come last. */
static int64_t
days_of_date(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400, year_of_era = y % 400;
    int64_t day_of_year = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1;
    return era * 146097 + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
           719468;
}

static void
date_of_days(int64_t days, int64_t *year, int64_t *month, int64_t *day)
{
    int64_t z = days + 719468, era = z / 146097, d = z % 146097;
    int64_t year_of_era = (d - d / 1460 + d / 36524 - d / 146096) / 365;
    int64_t day_of_year = d - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t m = (5 * day_of_year + 2) / 153;
    *day = day_of_year - (153 * m + 2) / 5 + 1;
    *month = m < 10 ? m + 3 : m - 9;
    *year = year_of_era + era * 400 + (*month <= 2);
}

static bool
read_number(const char *text, size_t n_digits, int64_t low, int64_t high, int64_t *out)
{
    *out = 0;
    for (size_t i = 0; i < n_digits; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out = *out * 10 + (text[i] - '0');
    }
    return *out >= low && *out <= high;
}

/* ".25Z" and the like, or "Z". */
static bool
read_fraction(const char *text, size_t len, int64_t *out_us)
{
    int64_t unit = 100000;
    size_t i = 1;
    *out_us = 0;
    if (len == 1)
        return text[0] == 'Z';
    if (text[0] != '.' || len < 3 || len > 8 || text[len - 1] != 'Z')
        return false;
    for (; i < len - 1; i++, unit /= 10) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        *out_us += (text[i] - '0') * unit;
    }
    return true;
}

bool
split__number_time(const char *text, size_t len, split_us *out)
{
    int64_t year, month, day, hour, minute, second, us;
    if (len < 20 || text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' ||
        text[16] != ':')
        return false;
    if (!read_number(text, 4, 1970, 9999, &year) || !read_number(text + 5, 2, 1, 12, &month) ||
        !read_number(text + 8, 2, 1, 31, &day) || !read_number(text + 11, 2, 0, 23, &hour) ||
        !read_number(text + 14, 2, 0, 59, &minute) || !read_number(text + 17, 2, 0, 59, &second) ||
        !read_fraction(text + 19, len - 19, &us))
        return false;
    int64_t days = days_of_date(year, month, day), y, m, d;
    date_of_days(days, &y, &m, &d);
    if (d != day) /* such as 31 April */
        return false;
    *out = ((days * 24 + hour) * 60 + minute) * INT64_C(60000000) + second * 1000000 + us;
    return true;
}

void
split__number_time_text(split_us us, char out[NUMBER_TEXT_BYTES])
{
    int64_t year, month, day, second = us / 1000000 % 86400;
    date_of_days(us / INT64_C(86400000000), &year, &month, &day);
    int n = snprintf(out, NUMBER_TEXT_BYTES, "%04d-%02d-%02dT%02d:%02d:%02d", (int)year, (int)month,
                     (int)day, (int)(second / 3600), (int)(second / 60 % 60), (int)(second % 60));
    if (us % 1000000 != 0)
        n += snprintf(out + n, NUMBER_TEXT_BYTES - (size_t)n, ".%06d", (int)(us % 1000000));
    snprintf(out + n, NUMBER_TEXT_BYTES - (size_t)n, "Z");
}
