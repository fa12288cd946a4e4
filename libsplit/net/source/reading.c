/* SPDX-License-Identifier: MIT */
/* A reading: begun, noted, and several of them made one. */
#include "net/source/reading.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/sized.h"
#include "net/base/text.h"

void
split__net_note(split_reading *reading, const char *format, ...)
{
    va_list args;
    if (reading->note[0] != '\0')
        return;
    va_start(args, format);
    vsnprintf(reading->note, sizeof reading->note, format, args);
    va_end(args);
    split__text_clean(reading->note);
}

void
split_reading_init_sized(split_reading *reading, size_t size)
{
    split_reading own = {.n_origins = 0};
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        split_arm_clear(&own.arm[a]);
        for (int p = 0; p < SPLIT_READING_PERCENTILES; p++)
            own.percentile_us[a][p] = -1;
    }
    split__sized_init(reading, size, &own, sizeof own);
}

/* Buckets of peers of one version have the same edges; others are left out of the display. */
static void
add_latency(split_reading_latency *to, const split_reading_latency *from)
{
    if (from->n_edges == 0)
        return;
    if (to->n_edges == 0) {
        *to = *from;
        return;
    }
    if (to->n_edges != from->n_edges ||
        memcmp(to->le_us, from->le_us, to->n_edges * sizeof to->le_us[0]) != 0)
        return;
    for (uint32_t i = 0; i < to->n_edges; i++)
        to->count[i] += from->count[i];
}

/* How much a state takes away from an origin: closed 0, ramp, half-open, hold, open. */
static int
severity(int32_t state)
{
    static const int by_state[] = {1, 5, 3, 4, 2};
    return state < 0 || state > 4 ? 0 : by_state[state];
}

static void
add_origin(split_reading *to, const split_reading_origin *from)
{
    for (uint32_t i = 0; i < to->n_origins; i++) {
        split_reading_origin *o = &to->origins[i];
        if (strcmp(o->name, from->name) != 0)
            continue;
        if (severity(from->state) > severity(o->state))
            o->state = from->state;
        if (from->mode > o->mode)
            o->mode = from->mode;
        return;
    }
    if (to->n_origins < SPLIT_READING_ORIGINS_MAX)
        to->origins[to->n_origins++] = *from;
}

static void
add_alarm_names(split_reading *to, const split_reading_alarm *from, uint32_t n,
                split_reading_alarm_state state)
{
    for (uint32_t i = 0; i < n; i++)
        if (from[i].state == state && to->n_alarm_names < SPLIT_READING_ALARMS_MAX)
            to->alarm_names[to->n_alarm_names++] = from[i];
}

/* Those that ring first, as in each of the two. */
static void
add_alarms(split_reading *to, const split_reading *from)
{
    split_reading_alarm own[SPLIT_READING_ALARMS_MAX];
    uint32_t n_own = to->n_alarm_names;
    memcpy(own, to->alarm_names, sizeof own);
    to->n_alarm_names = 0;
    add_alarm_names(to, own, n_own, SPLIT_READING_ALARM_RINGS);
    add_alarm_names(to, from->alarm_names, from->n_alarm_names, SPLIT_READING_ALARM_RINGS);
    add_alarm_names(to, own, n_own, SPLIT_READING_ALARM_UNKNOWN);
    add_alarm_names(to, from->alarm_names, from->n_alarm_names, SPLIT_READING_ALARM_UNKNOWN);
    to->has_alarms = to->has_alarms || from->has_alarms;
    to->n_alarms += from->n_alarms;
    to->n_alarms_unknown += from->n_alarms_unknown;
}

/* Percentiles cannot be added up; the greater of two is never better than that of both together. */
static void
add_percentiles(split_us *to, const split_us *from)
{
    for (int p = 0; p < SPLIT_READING_PERCENTILES; p++)
        if (from[p] > to[p])
            to[p] = from[p];
}

static void
add(split_reading *reading, const split_reading *other)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        split_arm_add(&reading->arm[a], &other->arm[a]);
        reading->has_arm[a] = reading->has_arm[a] || other->has_arm[a];
        add_latency(&reading->latency[a], &other->latency[a]);
        add_percentiles(reading->percentile_us[a], other->percentile_us[a]);
    }
    for (uint32_t i = 0; i < other->n_origins; i++)
        add_origin(reading, &other->origins[i]);
    if (other->has_revision && (!reading->has_revision || other->revision < reading->revision))
        reading->revision = other->revision;
    reading->has_revision = reading->has_revision || other->has_revision;
    add_alarms(reading, other);
    reading->n_sources += other->n_sources;
    reading->n_restarts += other->n_restarts;
    reading->n_rejected += other->n_rejected;
    if (reading->note[0] == '\0')
        memcpy(reading->note, other->note, sizeof reading->note);
    if (other->at_us > reading->at_us)
        reading->at_us = other->at_us;
}

void
split_reading_add(split_reading *reading, const split_reading *other)
{
    split_reading sum, more;
    if (split__sized_take(&sum, sizeof sum, SPLIT_READING_V1, reading) != SPLIT_OK ||
        split__sized_take(&more, sizeof more, SPLIT_READING_V1, other) != SPLIT_OK)
        return;
    add(&sum, &more);
    split__sized_init(reading, reading->size, &sum, sizeof sum);
}

split_us
split_reading_percentile(const split_reading_latency *latency, int64_t percentile_e6)
{
    int64_t n = 0;
    int64_t seen = 0;
    for (uint32_t i = 0; i < latency->n_edges; i++)
        n += latency->count[i];
    if (n == 0 || percentile_e6 <= 0 || percentile_e6 > SPLIT_PERCENT_ALL_E6)
        return -1;
    /* n / 1e8 and the rest apart, so that nothing overflows */
    int64_t whole = n / SPLIT_PERCENT_ALL_E6 * percentile_e6;
    int64_t part = n % SPLIT_PERCENT_ALL_E6 * percentile_e6;
    int64_t rank = whole + (part + SPLIT_PERCENT_ALL_E6 - 1) / SPLIT_PERCENT_ALL_E6;
    for (uint32_t i = 0; i < latency->n_edges; i++) {
        seen += latency->count[i];
        if (seen >= rank)
            return latency->le_us[i];
    }
    return SPLIT_NEVER;
}
