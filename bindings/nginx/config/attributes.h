/* SPDX-License-Identifier: MIT */
/* Attributes of the cookies that the module sets, as the configuration writes them. */
#ifndef ATTRIBUTES_H
#define ATTRIBUTES_H

#include "module.h"

/* `cookie [domain=D] [path=/P] [samesite=S] [secure=W] [partitioned] [public];` */
char *attributes_take(ngx_conf_t *cf, struct split_site *site);

/* Does a word begin so? The rest points into it. */
bool attributes_starts(const ngx_str_t *word, const char *with, ngx_str_t *rest);

#endif
