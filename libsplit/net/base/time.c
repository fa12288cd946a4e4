/* SPDX-License-Identifier: MIT */
/* RFC 3339 instants in UTC, without the C library's locale and time zone. */
#include <string.h>

#include "split/net.h"

#define DAY_S 86400
#define LAST_S INT64_C(253402300799) /* 9999-12-31T23:59:59Z */

/* Days since 1970-01-01 of a civil date, counted in 400-year eras that begin in March. */
static int64_t
days_of(int64_t year, int64_t month, int64_t day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = y / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

static void
date_of(int64_t days, int *year, int *month, int *day)
{
    int64_t z = days + 719468;
    int64_t era = z / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t shifted = (5 * day_of_year + 2) / 153;
    *day = (int)(day_of_year - (153 * shifted + 2) / 5 + 1);
    *month = (int)(shifted < 10 ? shifted + 3 : shifted - 9);
    *year = (int)(year_of_era + era * 400 + (*month <= 2 ? 1 : 0));
}

/* The last n decimal digits of a value. */
static void
put_digits(char *p, int n, int value)
{
    for (; n-- > 0; value /= 10)
        p[n] = (char)('0' + value % 10);
}

int
split_time_print(split_us wall, char buf[SPLIT_TIME_BYTES])
{
    static const char shape[] = "0000-00-00T00:00:00Z";
    int64_t s = wall / 1000000;
    int year, month, day;
    if (wall < 0 || s > LAST_S)
        return SPLIT_ERR_VALUE;
    date_of(s / DAY_S, &year, &month, &day);
    int in_day = (int)(s % DAY_S);
    memcpy(buf, shape, sizeof shape);
    put_digits(buf, 4, year);
    put_digits(buf + 5, 2, month);
    put_digits(buf + 8, 2, day);
    put_digits(buf + 11, 2, in_day / 3600);
    put_digits(buf + 14, 2, in_day / 60 % 60);
    put_digits(buf + 17, 2, in_day % 60);
    return SPLIT_OK;
}

/* n digits at p as a number, or -1. */
static int64_t
digits(const char *p, int n)
{
    int64_t value = 0;
    for (int i = 0; i < n; i++) {
        if (p[i] < '0' || p[i] > '9')
            return -1;
        value = value * 10 + (p[i] - '0');
    }
    return value;
}

static bool
has_marks(const char *p)
{
    return p[4] == '-' && p[7] == '-' && (p[10] == 'T' || p[10] == 't' || p[10] == ' ') &&
           p[13] == ':' && p[16] == ':';
}

static int64_t
days_in(int64_t year, int64_t month)
{
    static const char days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
    return month == 2 && leap ? 29 : days[month - 1];
}

/* The fraction after the seconds, in microseconds; -1 when what follows is not "[.digits]Z". */
static int64_t
fraction(const char *p, const char *end)
{
    int64_t us = 0;
    int64_t unit = 100000;
    if (p < end && *p == '.') {
        if (++p == end || *p < '0' || *p > '9')
            return -1;
        for (; p < end && *p >= '0' && *p <= '9'; p++, unit /= 10)
            us += (*p - '0') * unit;
    }
    return end - p == 1 && (*p == 'Z' || *p == 'z') ? us : -1;
}

int
split_time_read(const char *text, size_t text_len, split_us *out)
{
    if (text == NULL || text_len < 20 || !has_marks(text))
        return SPLIT_ERR_VALUE;
    int64_t year = digits(text, 4), month = digits(text + 5, 2), day = digits(text + 8, 2);
    int64_t hour = digits(text + 11, 2), minute = digits(text + 14, 2),
            second = digits(text + 17, 2);
    int64_t us = fraction(text + 19, text + text_len);
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > days_in(year, month))
        return SPLIT_ERR_VALUE;
    if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 || second > 60 || us < 0)
        return SPLIT_ERR_VALUE;
    *out = (days_of(year, month, day) * DAY_S + hour * 3600 + minute * 60 + second) * 1000000 + us;
    return SPLIT_OK;
}
