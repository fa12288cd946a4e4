/* SPDX-License-Identifier: MIT */
/* The location of the operator: counters, JSON, and the word on an origin. */
#ifndef STATUS_H
#define STATUS_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* The directive `split_status [NAME];`. */
char *status_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#endif
