/* SPDX-License-Identifier: MIT */
/* $split_variant and its companions. */
#ifndef VARIABLES_H
#define VARIABLES_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

ngx_int_t variables_add(ngx_conf_t *cf);

#endif
