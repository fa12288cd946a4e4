/* SPDX-License-Identifier: MIT */
/* "REGION?period=1m&settle=2m&alarms=PREFIX": where and how to ask. */
#include "net/source/cloudwatch/place.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/source.h"
#include "net/source/cloudwatch/cloudwatch.h"

#define DAY_US INT64_C(86400000000)
#define DEFAULT_PERIOD_US 60000000
/* The newest one or two minutes of CloudWatch are incomplete. */
#define DEFAULT_SETTLE_US 120000000

/* "90s", "2m", "1h", in whole seconds up to a day. */
static bool
read_span(const char *text, size_t n, split_us *out)
{
    static const struct {
        char unit;
        split_us us;
    } units[] = {{'s', 1000000}, {'m', 60000000}, {'h', INT64_C(3600000000)}};
    split_us number = 0;
    if (n < 2 || n > 6)
        return false;
    for (size_t i = 0; i + 1 < n; i++) {
        if (text[i] < '0' || text[i] > '9')
            return false;
        number = number * 10 + (text[i] - '0');
    }
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (units[i].unit == text[n - 1]) {
            *out = number * units[i].us;
            return *out <= DAY_US;
        }
    return false;
}

/* Periods that CloudWatch has: 1, 5, 10, 20, 30 s, and whole minutes. */
static bool
is_period(split_us us)
{
    split_us s = us / 1000000;
    return (s > 0 && s % 60 == 0) || s == 1 || s == 5 || s == 10 || s == 20 || s == 30;
}

static bool
take_option(cw_place *to, const char *text, size_t n)
{
    if (n > 7 && strncmp(text, "period=", 7) == 0)
        return read_span(text + 7, n - 7, &to->period) && is_period(to->period);
    if (n > 7 && strncmp(text, "settle=", 7) == 0)
        return read_span(text + 7, n - 7, &to->settle);
    if (n <= 7 || strncmp(text, "alarms=", 7) != 0 || n - 7 >= CW_PREFIX_BYTES)
        return false;
    to->wants_alarms = true;
    snprintf(to->prefix, sizeof to->prefix, "%.*s", (int)(n - 7), text + 7);
    if (strcmp(to->prefix, "*") == 0)
        to->prefix[0] = '\0';
    return true;
}

/* "[REGION][?OPTION=VALUE[&...]]" */
int
split__cw_place_read(const char *place, cw_place *out, split_error *error)
{
    char region[AWS_REGION_BYTES] = "";
    *out = (cw_place){.period = DEFAULT_PERIOD_US, .settle = DEFAULT_SETTLE_US};
    size_t n = strcspn(place, "?");
    const char *known = getenv("AWS_REGION");
    if (known == NULL || known[0] == '\0')
        known = getenv("AWS_DEFAULT_REGION");
    if (n < sizeof region)
        snprintf(region, sizeof region, "%.*s", (int)n, place);
    if (n == 0 && (known == NULL || known[0] == '\0'))
        return split__net_fault(error, SPLIT_ERR_FIELD,
                                "write cloudwatch:REGION, or set AWS_REGION");
    if (!split__aws_region(n == 0 ? known : region, out->region) || strchr(region, ':') != NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE, "cloudwatch: '%.40s' is no region",
                                n == 0 ? known : place);
    for (const char *p = place + n; *p != '\0'; p += n) {
        n = strcspn(++p, "&");
        if (!take_option(out, p, n))
            return split__net_fault(error, SPLIT_ERR_VALUE,
                                    "cloudwatch: '%.*s' is no option; there are period=1m, "
                                    "settle=2m and alarms=PREFIX",
                                    n < 40 ? (int)n : 40, p);
    }
    return SPLIT_OK;
}
