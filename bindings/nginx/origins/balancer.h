/* SPDX-License-Identifier: MIT */
/* The balancer of an `upstream { split_origins NAME; }`: its peers are the policy's origins. */
#ifndef BALANCER_H
#define BALANCER_H

#include <ngx_config.h>
#include <ngx_core.h>
#include <ngx_http.h>

/* The directive `split_origins NAME;`. */
char *balancer_directive(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

#endif
