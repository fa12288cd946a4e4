/* SPDX-License-Identifier: MIT */
/* What is shown of a window but not judged, and its JSON in the journal. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <string.h>

#include "view.h"

static const char *const arm_names[SPLIT_READING_ARMS] = {"arm", "baseline"};

void
view_display_of(const split_reading *r, view_display *out)
{
    *out = (view_display){.revision = r->has_revision ? (int64_t)r->revision : -1,
                          .n_alarms = r->has_alarms ? (int64_t)r->n_alarms : -1,
                          .n_origins = r->n_origins};
    for (int a = 0; a < SPLIT_READING_ARMS; a++) {
        out->p50[a] = split_reading_percentile(&r->latency[a], 50000000);
        out->p95[a] = split_reading_percentile(&r->latency[a], 95000000);
        out->p99[a] = split_reading_percentile(&r->latency[a], 99000000);
    }
    memcpy(out->origins, r->origins, r->n_origins * sizeof r->origins[0]);
}

void
view_display_write(const view_display *d, char *buf, size_t buf_size)
{
    size_t n = (size_t)snprintf(buf, buf_size, "{\"revision\":%lld,\"alarms\":%lld",
                                (long long)d->revision, (long long)d->n_alarms);
    for (int a = 0; a < SPLIT_READING_ARMS && n < buf_size; a++)
        n += (size_t)snprintf(buf + n, buf_size - n, ",\"%s\":[%lld,%lld,%lld]", arm_names[a],
                              (long long)d->p50[a], (long long)d->p95[a], (long long)d->p99[a]);
    for (uint32_t i = 0; i < d->n_origins && n < buf_size; i++)
        n += (size_t)snprintf(buf + n, buf_size - n, "%s\"%s\":[%d,%d]",
                              i == 0 ? ",\"origins\":{" : ",", d->origins[i].name,
                              (int)d->origins[i].state, (int)d->origins[i].mode);
    if (n < buf_size)
        n += (size_t)snprintf(buf + n, buf_size - n, "%s}", d->n_origins > 0 ? "}" : "");
    if (n >= buf_size) /* shown only: better nothing than half of it */
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
read_origins(const cJSON *origins, view_display *out)
{
    const cJSON *o;
    cJSON_ArrayForEach(o, origins)
    {
        if (out->n_origins == SPLIT_READING_ORIGINS_MAX || o->string == NULL)
            return;
        split_reading_origin *to = &out->origins[out->n_origins++];
        snprintf(to->name, sizeof to->name, "%s", o->string);
        to->state = (int32_t)number(cJSON_GetArrayItem(o, 0));
        to->mode = (int32_t)number(cJSON_GetArrayItem(o, 1));
    }
}

void
view_display_read(const char *json, view_display *out)
{
    cJSON *root = cJSON_Parse(json);
    *out = (view_display){.revision = number(cJSON_GetObjectItem(root, "revision")),
                          .n_alarms = number(cJSON_GetObjectItem(root, "alarms"))};
    for (int a = 0; a < SPLIT_READING_ARMS; a++) {
        const cJSON *p = cJSON_GetObjectItem(root, arm_names[a]);
        out->p50[a] = number(cJSON_GetArrayItem(p, 0));
        out->p95[a] = number(cJSON_GetArrayItem(p, 1));
        out->p99[a] = number(cJSON_GetArrayItem(p, 2));
    }
    read_origins(cJSON_GetObjectItem(root, "origins"), out);
    cJSON_Delete(root);
}
