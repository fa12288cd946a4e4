/* SPDX-License-Identifier: MIT */
/* Reading a loaded route. */
#include "policy/route/data.h"
#include "common/sized.h"

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
split_route_plan_options_sized(const split_route *route, split_plan_options *out, size_t size)
{
    if (route == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    return split__sized_give(out, size, &route->plan_options, sizeof route->plan_options,
                             SPLIT_PLAN_OPTIONS_V1);
}

int
split_route_failover_options_sized(const split_route *route, split_failover_options *out,
                                   size_t size)
{
    if (route == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    return split__sized_give(out, size, &route->failover_options, sizeof route->failover_options,
                             SPLIT_FAILOVER_OPTIONS_V1);
}

size_t
split_route_n_origins(const split_route *route)
{
    return route->origins.n;
}

int
split_route_origin_sized(const split_route *route, size_t origin, split_origin_info *out,
                         size_t size)
{
    if (route == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (origin >= route->origins.n)
        return SPLIT_ERR_INDEX;
    const split_origin_info *info = &((const doc_origin *)route->origins.items)[origin].info;
    return split__plain_give(out, size, info, sizeof *info, SPLIT_ORIGIN_INFO_V1);
}

void
split_route_cookie_sized(const split_route *route, split_cookie_info *out, size_t size)
{
    const split_cookie_info *info = &route->cookie.info;
    (void)split__plain_give(out, size, info, sizeof *info, SPLIT_COOKIE_INFO_V1);
}
