/* SPDX-License-Identifier: MIT */
/* The registry of source kinds and the object around one of them. */
#include "net/source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/sized.h"

struct split_source {
    const split__source_kind *kind;
    void *state;
    char *spec;
    split_source_options options;
    split_http_options http; /* what the options point to */
};

#define XX(name) &split__source_##name,
static const split__source_kind *const kinds[] = {SPLIT__SOURCE_KIND_MAP(XX)};
#undef XX

#define N_KINDS (sizeof kinds / sizeof kinds[0])

const split_source_kind *
split_source_kind_at(size_t index)
{
    return index < N_KINDS ? &kinds[index]->shown : NULL;
}

void
split_source_options_init_sized(split_source_options *options, size_t size)
{
    const split_source_options own = {.window_us = 60000000, .max_read_bytes = UINT64_C(256) << 20};
    split__sized_init(options, size, &own, sizeof own);
}

/* "KIND:PLACE"; a bare URL is a proxy. */
static const split__source_kind *
find_kind(const char *spec, const char **out_place)
{
    *out_place = spec;
    if (strncmp(spec, "http://", 7) == 0 || strncmp(spec, "https://", 8) == 0)
        return &split__source_proxy;
    for (size_t i = 0; i < N_KINDS; i++) {
        size_t n = strlen(kinds[i]->shown.name);
        if (strncmp(spec, kinds[i]->shown.name, n) == 0 && spec[n] == ':') {
            *out_place = spec + n + 1;
            return kinds[i];
        }
    }
    return NULL;
}

const split_source_kind *
split_source_kind_find(const char *spec, const char **out_place)
{
    const char *place;
    const split__source_kind *kind = spec != NULL ? find_kind(spec, &place) : NULL;
    if (kind != NULL && out_place != NULL)
        *out_place = place;
    return kind != NULL ? &kind->shown : NULL;
}

static int
unknown_kind(const char *spec, split_error *error)
{
    char known[128] = "";
    size_t at = 0;
    for (size_t i = 0; i < N_KINDS; i++)
        at += (size_t)snprintf(known + at, sizeof known - at, " %s:", kinds[i]->shown.name);
    return split__net_fault(error, SPLIT_ERR_FIELD,
                            "'%.80s' is no source; write a URL or one of%s followed by a place",
                            spec, known);
}

/* Copy the caller's options and those of HTTP that they point to. */
static int
take_options(split_source_options *o, split_http_options *http, const split_source_options *theirs)
{
    int rc = split__sized_take(o, sizeof *o, SPLIT_SOURCE_OPTIONS_V1, theirs);
    split_http_options_init(http);
    http->tries = 2;
    if (rc == SPLIT_OK && o->http != NULL)
        rc = split__sized_take(http, sizeof *http, SPLIT_HTTP_OPTIONS_V1, o->http);
    if (rc != SPLIT_OK)
        return rc;
    o->http = http;
    if (o->spec == NULL || (o->n_metrics > 0 && o->metrics == NULL))
        return SPLIT_ERR_ARG;
    return o->n_metrics > SPLIT_METRICS_MAX || o->window_us <= 0 || o->max_read_bytes == 0
               ? SPLIT_ERR_VALUE
               : SPLIT_OK;
}

int
split_source_new(const split_source_options *options, split_source **out, split_error *error)
{
    const char *place;
    split_source_options own;
    split_http_options http;
    if (!split__error_fits(error))
        return SPLIT_ERR_STRUCT;
    int rc = out == NULL ? SPLIT_ERR_ARG : take_options(&own, &http, options);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc, "%s", split_strerror(rc));
    const split__source_kind *kind = find_kind(own.spec, &place);
    if (kind == NULL)
        return unknown_kind(own.spec, error);
    split_source *source = calloc(1, sizeof *source);
    char *spec = strdup(own.spec);
    if (source == NULL || spec == NULL)
        rc = split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    else {
        source->options = own;
        source->http = http;
        source->options.http = &source->http;
        rc = kind->open(&source->options, place, &source->state, error);
    }
    if (rc != SPLIT_OK) {
        free(spec);
        free(source);
        return rc;
    }
    source->kind = kind;
    source->spec = spec;
    *out = source;
    return SPLIT_OK;
}

int
split_source_read_sized(split_source *source, split_reading *out, size_t size, split_error *error)
{
    split_reading own;
    if (source == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (!split__error_fits(error) || !split__sized_fits(size, sizeof own, SPLIT_READING_V1))
        return SPLIT_ERR_STRUCT;
    split_reading_init(&own);
    own.n_sources = 1;
    const int rc = source->kind->read(source->state, &own, error);
    own.at_us = split_clock_now();
    split__sized_init(out, size, &own, sizeof own);
    return rc;
}

void
split_source_mark(split_source *source)
{
    if (source != NULL && source->kind->mark != NULL)
        source->kind->mark(source->state);
}

bool
split__source_has_mark(const split_source *source)
{
    return source->kind->mark != NULL;
}

const char *
split_source_spec(const split_source *source)
{
    return source->spec;
}

void
split_source_free(split_source **source)
{
    if (source == NULL || *source == NULL)
        return;
    (*source)->kind->close((*source)->state);
    free((*source)->spec);
    free(*source);
    *source = NULL;
}
