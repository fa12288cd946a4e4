/* SPDX-License-Identifier: MIT */
/* What a loaded route tells. */
#include "policy/route/data.h"

const char *
split_route_text(const split_route *route, size_t *out_len)
{
    if (out_len != NULL)
        *out_len = route->text_len;
    return route->text;
}

const char *
split_route_name(const split_route *route)
{
    return route->name;
}

uint64_t
split_route_revision(const split_route *route)
{
    return route->revision;
}

split_us
split_route_issued_at_us(const split_route *route)
{
    return route->issued_at_us;
}

const char *
split_route_issued_by(const split_route *route)
{
    return route->issued_by != NULL ? route->issued_by : "";
}

const char *
split_route_issued_why(const split_route *route)
{
    return route->issued_why != NULL ? route->issued_why : "";
}

size_t
split_route_n_variants(const split_route *route)
{
    return route->variants.n;
}

const char *
split_route_variant(const split_route *route, size_t variant)
{
    return variant < route->variants.n ? ((const doc_name *)route->variants.items)[variant].text
                                       : NULL;
}

int
split_route_plan_options(const split_route *route, split_plan_options *out)
{
    if (route == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    *out = route->plan_options;
    return SPLIT_OK;
}

int
split_route_failover_options(const split_route *route, split_failover_options *out)
{
    if (route == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    *out = route->failover_options;
    return SPLIT_OK;
}

size_t
split_route_n_origins(const split_route *route)
{
    return route->origins.n;
}

int
split_route_origin(const split_route *route, size_t origin, split_origin_info *out)
{
    if (route == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (origin >= route->origins.n)
        return SPLIT_ERR_INDEX;
    *out = ((const doc_origin *)route->origins.items)[origin].info;
    return SPLIT_OK;
}

void
split_route_cookie(const split_route *route, split_cookie_info *out)
{
    *out = route->cookie.info;
}
