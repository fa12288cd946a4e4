/* SPDX-License-Identifier: MIT */
/* Settings of a sink by name, and what several kinds say alike. */
#include "net/sink/setting.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "split/plan.h"

const char *
split__sink_setting_at(const split_sink_options *options, const char *name, size_t n)
{
    for (size_t i = 0; i < options->sink.n_fields; i++)
        if (strcmp(options->sink.fields[i].name, name) == 0 && n-- == 0)
            return options->sink.fields[i].text;
    return NULL;
}

const char *
split__sink_setting(const split_sink_options *options, const char *name)
{
    return split__sink_setting_at(options, name, 0);
}

const char *
split__sink_target(const split_sink_options *options, size_t variant)
{
    const char *name = options->variants[variant];
    for (size_t i = 0; i < options->sink.n_fields; i++) {
        const split_sink_field *f = &options->sink.fields[i];
        if (strcmp(f->name, "targets") == 0 && f->key != NULL && strcmp(f->key, name) == 0)
            return f->text;
    }
    return name;
}

size_t
split__sink_variant(const split_sink_options *options, const char *target)
{
    for (size_t v = 0; target != NULL && v < options->n_variants; v++)
        if (strcmp(split__sink_target(options, v), target) == 0)
            return v;
    return SIZE_MAX;
}

bool
split__sink_path(const split_sink_options *options, const char *path, char buf[SINK_PATH_BYTES])
{
    bool relative = path[0] != '/' && options->folder != NULL && options->folder[0] != '\0';
    int n = snprintf(buf, SINK_PATH_BYTES, "%s%s%s", relative ? options->folder : "",
                     relative ? "/" : "", path);
    return n > 0 && n < SINK_PATH_BYTES - 8;
}

int
split__sink_refused(sink_call *call, const char *peer, int32_t status)
{
    if (status == 409 || status == 412)
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "another writer was faster (status %d); read again", (int)status);
    const char *why = status == 401 || status == 403 ? "refuses these credentials"
                      : status == 404                ? "has no such place"
                      : status == 413                ? "finds the route too long"
                      : status == 429                ? "gets too many requests"
                                                     : "answers";
    return split__net_fault(call->error, SPLIT_ERR_PEER, "%s %s (status %d)", peer, why,
                            (int)status);
}

bool
split__sink_mark_read(const char *text, split_sink_state *out)
{
    uint64_t revision;
    char split[sizeof out->split];
    if (text == NULL || sscanf(text, "split %71s revision %" SCNu64, split, &revision) != 2)
        return false;
    memcpy(out->split, split, sizeof split);
    out->revision = revision;
    out->has_revision = true;
    return true;
}

void
split__sink_mark_print(const split_route *route, char *buf, size_t buf_size)
{
    snprintf(buf, buf_size, "split %s revision %" PRIu64, split_route_name(route),
             split_route_revision(route));
}

int
split__sink_shares(const split_route *route, uint32_t shares[SPLIT_VARIANTS_MAX])
{
    split_plan_options options;
    split_plan *plan = NULL;
    int rc = split_route_plan_options(route, &options);
    if (rc == SPLIT_OK)
        rc = split_plan_new(&options, NULL, &plan);
    for (size_t v = 0; rc == SPLIT_OK && v < split_plan_n_variants(plan); v++)
        shares[v] = split_plan_buckets(plan, v);
    split_plan_free(&plan, NULL);
    return rc;
}

char *
split__sink_copy(const char *text, size_t len)
{
    char *copy = malloc(len + 1);
    if (copy != NULL) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

int
split__sink_no_memory(sink_call *call)
{
    return split__net_fault(call->error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
}
