/* SPDX-License-Identifier: MIT */
/* Settings of a policy or route that nginx cannot keep: refused by name. */
#ifndef CHECK_H
#define CHECK_H

#include <stdint.h>

#include "module.h"

struct routing;

/* What is wrong with an origin beside its url; NULL when nothing is. */
const char *check_origin(const struct routing *g, uint32_t origin);

/* Can the workers read the route again as their own user? A warning when they cannot. */
void check_readable(ngx_cycle_t *cycle, const struct split_site *site);

/* The cookie's name and attributes must be such that browsers keep it. */
ngx_int_t check_cookie(ngx_conf_t *cf, const struct split_site *site);

#endif
