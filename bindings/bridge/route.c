/* SPDX-License-Identifier: MIT */
/* Routes for scripts. */
#include "document_box.h"
#include "split/error.h"
#include "split/route.h"

#include <stdlib.h>
#include <string.h>

struct splitb_route {
    splitb_box box;
    splitb_fault_list faults;
};

struct splitb_policy {
    splitb_box box;
};

static void
free_route(void *core)
{
    split_route *route = core;
    split_route_free(&route, NULL);
}

splitb_route *
splitb_route_create(void)
{
    return calloc(1, sizeof(splitb_route));
}

void
splitb_route_destroy(splitb_route *self)
{
    if (self != NULL)
        splitb_box_delete(&self->box, free_route);
}

int
splitb_route_close(splitb_route *self)
{
    splitb_box_empty(&self->box, free_route);
    return SPLIT_OK;
}

static int
take_route(splitb_route *self, int err, split_route *made)
{
    if (err == SPLIT_OK)
        splitb_box_fill(&self->box, made, free_route);
    return err;
}

int
splitb_route_open(splitb_route *self, const char *text, size_t text_len)
{
    split_route *made = NULL;
    self->faults.n_all = 0;
    self->faults.items[0].size = sizeof self->faults.items[0];
    int err = split_route_load(text, text_len, NULL, self->faults.items, SPLITB_FAULTS_MAX,
                               &self->faults.n_all, &made);
    return take_route(self, err, made);
}

int
splitb_route_open_file(splitb_route *self, const char *text, size_t text_len)
{
    int err;
    split_route *made = NULL;
    char *path = splitb_path_copy(text, text_len, &err);
    self->faults.n_all = 0;
    self->faults.items[0].size = sizeof self->faults.items[0];
    if (path == NULL)
        return err;
    err = split_route_load_file(path, NULL, self->faults.items, SPLITB_FAULTS_MAX,
                                &self->faults.n_all, &made);
    free(path);
    return take_route(self, err, made);
}

int
splitb_route_faults(splitb_route *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    splitb_put_faults(&w, &self->faults);
    *n_out = w.n_out;
    return SPLIT_OK;
}

int
splitb_route_fault_path(splitb_route *self, uint32_t index, const char **out_text,
                        size_t *out_text_len)
{
    if (index >= splitb_faults_listed(&self->faults))
        return SPLIT_ERR_INDEX;
    return splitb_give_text(self->faults.items[index].path, out_text, out_text_len);
}

int
splitb_route_fault_text(splitb_route *self, uint32_t index, const char **out_text,
                        size_t *out_text_len)
{
    if (index >= splitb_faults_listed(&self->faults))
        return SPLIT_ERR_INDEX;
    return splitb_give_text(self->faults.items[index].text, out_text, out_text_len);
}

int
splitb_route_build(splitb_route *self, splitb_policy *policy, splitb_plan *plan, const double *in,
                   size_t n_in)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_route *made = NULL;
    int64_t revision = splitb_read_int(&r, 0, INT64_MAX);
    split_us issued_at = splitb_read_us(&r);
    if (policy->box.core == NULL || splitb_plan_core(plan) == NULL)
        return SPLIT_ERR_MODE;
    if (r.err != SPLIT_OK)
        return r.err;
    int err = split_route_build(policy->box.core, splitb_plan_core(plan), (uint64_t)revision,
                                issued_at, NULL, &made);
    return take_route(self, err, made);
}

/* "who\nwhy" as two texts; false when it does not fit. */
static bool
divide(const char *text, size_t text_len, char by[SPLIT_ROUTE_BY_BYTES_MAX + 1],
       char why[SPLIT_ROUTE_WHY_BYTES_MAX + 1])
{
    const char *end = text_len > 0 ? memchr(text, '\n', text_len) : NULL;
    size_t n_by = end != NULL ? (size_t)(end - text) : text_len;
    size_t n_why = end != NULL ? text_len - n_by - 1 : 0;
    if (n_by > SPLIT_ROUTE_BY_BYTES_MAX || n_why > SPLIT_ROUTE_WHY_BYTES_MAX ||
        (text_len > 0 && memchr(text, '\0', text_len) != NULL))
        return false;
    memcpy(by, text, n_by);
    by[n_by] = '\0';
    if (n_why > 0)
        memcpy(why, end + 1, n_why);
    why[n_why] = '\0';
    return true;
}

int
splitb_route_reissue(splitb_route *self, splitb_route *from, splitb_plan *plan, const double *in,
                     size_t n_in, const char *text, size_t text_len)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    char by[SPLIT_ROUTE_BY_BYTES_MAX + 1];
    char why[SPLIT_ROUTE_WHY_BYTES_MAX + 1];
    split_route *made = NULL;
    int64_t revision = splitb_read_int(&r, 0, INT64_MAX);
    split_us issued_at = splitb_read_us(&r);
    if (from->box.core == NULL || splitb_plan_core(plan) == NULL)
        return SPLIT_ERR_MODE;
    if (r.err != SPLIT_OK)
        return r.err;
    if (!divide(text, text_len, by, why))
        return SPLIT_ERR_VALUE;
    int err = split_route_reissue(from->box.core, splitb_plan_core(plan), (uint64_t)revision,
                                  issued_at, by, why, NULL, &made);
    return take_route(self, err, made);
}

int
splitb_route_describe(splitb_route *self, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    const split_route *route = self->box.core;
    split_cookie_info cookie;
    if (route == NULL)
        return SPLIT_ERR_MODE;
    split_route_cookie(route, &cookie);
    splitb_put(&w, (double)split_route_revision(route));
    splitb_put_us(&w, split_route_issued_at_us(route));
    splitb_put(&w, (double)split_route_n_variants(route));
    splitb_put(&w, (double)split_route_n_origins(route));
    splitb_put_us(&w, cookie.max_age_us);
    splitb_put_us(&w, cookie.idle_us);
    *n_out = w.n_out;
    return w.err;
}

static const char *
route_text(const split_route *route, splitb_text what, size_t index, int *err)
{
    split_cookie_info cookie;
    split_origin_info origin = {0};
    size_t len;
    *err = SPLIT_OK;
    split_route_cookie(route, &cookie);
    switch (what) {
    case SPLITB_TEXT_DOCUMENT:
        return split_route_text(route, &len);
    case SPLITB_TEXT_NAME:
        return split_route_name(route);
    case SPLITB_TEXT_ISSUED_BY:
        return split_route_issued_by(route);
    case SPLITB_TEXT_ISSUED_WHY:
        return split_route_issued_why(route);
    case SPLITB_TEXT_COOKIE:
        return cookie.name;
    case SPLITB_TEXT_SIGNED_BY:
        return cookie.signed_by;
    case SPLITB_TEXT_VARIANT:
        *err = split_route_variant(route, index) == NULL ? SPLIT_ERR_INDEX : SPLIT_OK;
        return split_route_variant(route, index);
    case SPLITB_TEXT_ORIGIN:
    case SPLITB_TEXT_URL:
    case SPLITB_TEXT_HOST:
        *err = split_route_origin(route, index, &origin);
        return what == SPLITB_TEXT_ORIGIN ? origin.name
               : what == SPLITB_TEXT_URL  ? origin.url
                                          : origin.host;
    default:
        *err = SPLIT_ERR_ARG;
        return NULL;
    }
}

int
splitb_route_text(splitb_route *self, const double *in, size_t n_in, const char **out_text,
                  size_t *out_text_len)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    splitb_text what = (splitb_text)splitb_read_u32(&r);
    size_t index = splitb_read_u32(&r);
    int err = r.err;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    const char *text = err != SPLIT_OK ? NULL : route_text(self->box.core, what, index, &err);
    return err != SPLIT_OK ? err : splitb_give_text(text, out_text, out_text_len);
}

int
splitb_route_origin(splitb_route *self, uint32_t index, double *out, size_t *n_out)
{
    splitb_writer w = {.out = out};
    split_origin_info origin;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_route_origin(self->box.core, index, &origin);
    if (err == SPLIT_OK)
        splitb_put_origin(&w, &origin);
    *n_out = w.n_out;
    return err;
}

int
splitb_route_plan(splitb_route *self, splitb_plan *into)
{
    split_plan_options options;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = split_route_plan_options(self->box.core, &options);
    return err != SPLIT_OK ? err : splitb_plan_fill(into, &options);
}

int
splitb_route_failover(splitb_route *self, const double *in, size_t n_in, splitb_failover *into)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    split_failover_options options;
    uint64_t seed = splitb_read_u64(&r);
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    int err = r.err != SPLIT_OK ? r.err : split_route_failover_options(self->box.core, &options);
    if (err != SPLIT_OK)
        return err;
    options.seed = seed;
    return splitb_failover_fill(into, &options);
}

int
splitb_route_accept(splitb_route *self, splitb_route *next)
{
    return next->box.core == NULL ? SPLIT_ERR_MODE
                                  : split_route_accept(self->box.core, next->box.core);
}

int
splitb_route_publish(splitb_route *self, const double *in, size_t n_in, const char *text,
                     size_t text_len)
{
    splitb_reader r = {.in = in, .n_in = n_in};
    int64_t expected = splitb_read_int(&r, 0, INT64_MAX);
    int err = r.err;
    if (self->box.core == NULL)
        return SPLIT_ERR_MODE;
    char *path = err == SPLIT_OK ? splitb_path_copy(text, text_len, &err) : NULL;
    if (path == NULL)
        return err;
    self->faults.n_all = 0;
    self->faults.items[0].size = sizeof self->faults.items[0];
    self->faults.items[0].size = sizeof self->faults.items[0];
    self->faults.items[0].code = SPLIT_OK;
    err = split_route_publish(self->box.core, path, (uint64_t)expected, &self->faults.items[0]);
    self->faults.n_all = err != SPLIT_OK && self->faults.items[0].code != SPLIT_OK ? 1 : 0;
    free(path);
    return err;
}
