/* SPDX-License-Identifier: MIT */
/* What is shown of a window but not judged, and its JSON in the journal. */
#include "journal/display.h"

#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "cli/text.h"

static const char *const arm_names[SPLIT_READING_ARM_COUNT] = {"arm", "baseline"};

/* Of a histogram, else as the source itself says. */
static split_us
percentile(const split_reading *r, int a, int p)
{
    static const int64_t percentiles_e6[SPLIT_READING_PERCENTILES] = {50000000, 95000000, 99000000};
    split_us us = split_reading_percentile(&r->latency[a], percentiles_e6[p]);
    return us >= 0 ? us : r->percentile_us[a][p];
}

void
display_of(const split_reading *r, window_display *out)
{
    *out = (window_display){.revision = r->has_revision ? (int64_t)r->revision : -1,
                            .n_alarms = r->has_alarms ? (int64_t)r->n_alarms : -1,
                            .n_alarms_unknown = (int64_t)r->n_alarms_unknown,
                            .n_alarm_names = r->n_alarm_names,
                            .n_origins = r->n_origins};
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        out->p50[a] = percentile(r, a, 0);
        out->p95[a] = percentile(r, a, 1);
        out->p99[a] = percentile(r, a, 2);
    }
    memcpy(out->origins, r->origins, r->n_origins * sizeof r->origins[0]);
    memcpy(out->alarms, r->alarm_names, sizeof out->alarms);
}

static void
write_alarms(FILE *out, const window_display *d)
{
    fprintf(out, ",\"alarms\":%lld", (long long)d->n_alarms);
    if (d->n_alarms < 0 || d->n_alarm_names == 0)
        return;
    fprintf(out, ",\"alarms_unknown\":%lld,\"alarm_names\":[", (long long)d->n_alarms_unknown);
    for (uint32_t i = 0; i < d->n_alarm_names; i++) {
        fputs(i > 0 ? ",[" : "[", out);
        text_json(out, d->alarms[i].name, strlen(d->alarms[i].name));
        fprintf(out, ",%d]", (int)d->alarms[i].state);
    }
    fputc(']', out);
}

void
display_write(const window_display *d, char buf[DISPLAY_BYTES])
{
    FILE *out = fmemopen(buf, DISPLAY_BYTES, "w");
    buf[0] = '\0';
    if (out == NULL)
        return;
    fprintf(out, "{\"revision\":%lld", (long long)d->revision);
    write_alarms(out, d);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        fprintf(out, ",\"%s\":[%lld,%lld,%lld]", arm_names[a], (long long)d->p50[a],
                (long long)d->p95[a], (long long)d->p99[a]);
    for (uint32_t i = 0; i < d->n_origins; i++) {
        const split_reading_origin *o = &d->origins[i];
        fputs(i == 0 ? ",\"origins\":{" : ",", out);
        text_json(out, o->name, strlen(o->name));
        fprintf(out, ":[%d,%d]", (int)o->state, (int)o->mode);
    }
    fputs(d->n_origins > 0 ? "}}" : "}", out);
    bool whole = fflush(out) == 0 && ferror(out) == 0;
    fclose(out);
    if (!whole) /* shown only: better nothing than half of it */
        buf[0] = '\0';
}

static int64_t
number(const cJSON *item)
{
    if (!cJSON_IsNumber(item))
        return -1;
    return item->valuedouble >= 9.2e18 ? SPLIT_NEVER : (int64_t)item->valuedouble;
}

static void
read_origins(const cJSON *origins, window_display *out)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, origins) {
        if (out->n_origins == SPLIT_READING_ORIGINS_MAX || o->string == NULL)
            return;
        split_reading_origin *to = &out->origins[out->n_origins++];
        snprintf(to->name, sizeof to->name, "%s", o->string);
        to->state = (int32_t)number(cJSON_GetArrayItem(o, 0));
        to->mode = (int32_t)number(cJSON_GetArrayItem(o, 1));
    }
}

static void
read_alarms(const cJSON *names, window_display *out)
{
    const cJSON *pair;
    cJSON_ArrayForEach(pair, names) {
        const char *name = cJSON_GetStringValue(cJSON_GetArrayItem(pair, 0));
        if (out->n_alarm_names == SPLIT_READING_ALARMS_MAX || name == NULL)
            return;
        split_reading_alarm *to = &out->alarms[out->n_alarm_names++];
        snprintf(to->name, sizeof to->name, "%s", name);
        to->state = number(cJSON_GetArrayItem(pair, 1)) == SPLIT_READING_ALARM_RINGS
                        ? SPLIT_READING_ALARM_RINGS
                        : SPLIT_READING_ALARM_UNKNOWN;
    }
}

void
display_read(const char *json, window_display *out)
{
    cJSON *root = cJSON_Parse(json);
    *out = (window_display){.revision = number(cJSON_GetObjectItem(root, "revision")),
                            .n_alarms = number(cJSON_GetObjectItem(root, "alarms"))};
    int64_t n_unknown = number(cJSON_GetObjectItem(root, "alarms_unknown"));
    out->n_alarms_unknown = n_unknown > 0 ? n_unknown : 0;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        const cJSON *p = cJSON_GetObjectItem(root, arm_names[a]);
        out->p50[a] = number(cJSON_GetArrayItem(p, 0));
        out->p95[a] = number(cJSON_GetArrayItem(p, 1));
        out->p99[a] = number(cJSON_GetArrayItem(p, 2));
    }
    read_origins(cJSON_GetObjectItem(root, "origins"), out);
    read_alarms(cJSON_GetObjectItem(root, "alarm_names"), out);
    cJSON_Delete(root);
}
