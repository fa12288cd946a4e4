/* SPDX-License-Identifier: MIT */
/* `split NAME { }` and `split_zone`. */
#ifndef SETTINGS_H
#define SETTINGS_H

#include "module.h"

char *settings_zone(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *settings_split(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);
char *settings_use(ngx_conf_t *cf, ngx_command_t *cmd, void *conf);

/* When all of http { } is read: memory for every split, and what only now can be checked. */
char *settings_finish(ngx_conf_t *cf, struct main_conf *main);

#endif
