/* SPDX-License-Identifier: MIT */
/* What the module changes in requests and answers: the variant's header, the cookies. */
#ifndef FILTER_H
#define FILTER_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* Put the header filter in the chain, and the handler that takes a forged header away. */
ngx_int_t filter_init(ngx_conf_t *cf);

#endif
