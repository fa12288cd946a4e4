/* SPDX-License-Identifier: MIT */
/* Settings of the demo's origin by name. */
#include <math.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "origin.h"

static const struct setting {
    const char *name;
    size_t at;
    double min, max;
} settings[] = {
    {"latency_ms", offsetof(struct behaviour, latency_ms), 0, 600000},
    {"jitter_ms", offsetof(struct behaviour, jitter_ms), 0, 600000},
    {"fail_percent", offsetof(struct behaviour, fail_percent), 0, 100},
    {"cache_hit_percent", offsetof(struct behaviour, cache_hit_percent), 0, 100},
    {"size_bytes", offsetof(struct behaviour, size_bytes), 0, 1048576},
    {"retry_after_s", offsetof(struct behaviour, retry_after_s), 0, 86400},
    {"status", offsetof(struct behaviour, status), 200, 599},
};
static const char *const faults[] = {"status", "reset", "truncate", "hang"};

#define N_SETTINGS (sizeof(settings) / sizeof(settings[0]))
#define N_FAULTS (sizeof(faults) / sizeof(faults[0]))

static bool
set_fault(struct behaviour *b, const char *value)
{
    size_t i;

    for (i = 0; i < N_FAULTS; i++) {
        if (strcmp(value, faults[i]) == 0) {
            b->fault = (int)i;
            return true;
        }
    }
    return false;
}

bool
behaviour_set(struct behaviour *b, const char *name, const char *value)
{
    char *end;
    double number;
    size_t i;

    if (!strcmp(name, "fault"))
        return set_fault(b, value);
    number = strtod(value, &end);
    for (i = 0; i < N_SETTINGS; i++) {
        if (strcmp(name, settings[i].name) != 0)
            continue;
        if (end == value || *end || !isfinite(number) || number < settings[i].min ||
            number > settings[i].max)
            return false;
        memcpy((char *)b + settings[i].at, &number, sizeof(number));
        return true;
    }
    return false;
}

int
behaviour_print(const struct behaviour *b, char *out, size_t out_size)
{
    return snprintf(
        out, out_size,
        "\"latency_ms\":%g,\"jitter_ms\":%g,\"fail_percent\":%g,\"cache_hit_percent\":%g,"
        "\"size_bytes\":%g,\"retry_after_s\":%g,\"status\":%g,\"fault\":\"%s\"",
        b->latency_ms, b->jitter_ms, b->fail_percent, b->cache_hit_percent, b->size_bytes,
        b->retry_after_s, b->status, faults[b->fault]);
}

double
behaviour_draw(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);

    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}
