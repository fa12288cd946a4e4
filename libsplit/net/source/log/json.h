/* SPDX-License-Identifier: MIT */
/* JSON lines of any program: the values at named paths of one object per line. */
#ifndef SPLIT_NET_LOG_JSON_H
#define SPLIT_NET_LOG_JSON_H

#include "net/source/log/format.h"

/* Parses by the description in the state. */
split_log_answer split__log_json_parse(log_state *s, const char *line, size_t n,
                                       split_log_record *out);

#endif
