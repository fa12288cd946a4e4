/* SPDX-License-Identifier: MIT */
/* The registry of source kinds and the object around one of them. */
#include "net/source/source.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct split_source {
    const split__source_kind *kind;
    void *state;
    char *spec;
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
split_source_options_init(split_source_options *options)
{
    *options = (split_source_options){
        .size = sizeof *options, .window_us = 60000000, .max_read_bytes = UINT64_C(256) << 20};
    split_http_options_init(&options->http);
    options->http.tries = 2;
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

static int
check_options(const split_source_options *o)
{
    if (o == NULL || o->spec == NULL || (o->n_metrics > 0 && o->metrics == NULL))
        return SPLIT_ERR_ARG;
    if (o->size != sizeof *o)
        return SPLIT_ERR_STRUCT;
    return o->n_metrics > SPLIT_METRICS_MAX || o->window_us <= 0 || o->max_read_bytes == 0
               ? SPLIT_ERR_VALUE
               : SPLIT_OK;
}

int
split_source_new(const split_source_options *options, split_source **out, split_error *error)
{
    const char *place;
    int rc = out == NULL ? SPLIT_ERR_ARG : check_options(options);
    if (rc != SPLIT_OK)
        return split__net_fault(error, rc, "%s", split_strerror(rc));
    const split__source_kind *kind = find_kind(options->spec, &place);
    if (kind == NULL)
        return unknown_kind(options->spec, error);
    split_source *source = calloc(1, sizeof *source);
    char *spec = strdup(options->spec);
    if (source == NULL || spec == NULL)
        rc = split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    else
        rc = kind->open(options, place, &source->state, error);
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
split_source_read(split_source *source, split_reading *out, split_error *error)
{
    if (source == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    split_reading_init(out);
    out->n_sources = 1;
    int rc = source->kind->read(source->state, out, error);
    out->at_us = split_clock_now();
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
