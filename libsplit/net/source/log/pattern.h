/* SPDX-License-Identifier: MIT */
/* Lines of an nginx log_format that is given as its own text. */
#ifndef SPLIT_NET_LOG_PATTERN_H
#define SPLIT_NET_LOG_PATTERN_H

#include "net/source/log/format.h"

/* Parses by the description in the state. */
split_log_answer split__log_pattern_parse(log_state *s, const char *line, size_t n,
                                          split_log_record *out);

#endif
