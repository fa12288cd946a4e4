/* SPDX-License-Identifier: MIT */
/* The attempts of a request, as nginx lists them: "A, B : C". */
#ifndef SPLIT_NET_LOG_ATTEMPTS_H
#define SPLIT_NET_LOG_ATTEMPTS_H

#include "net/source/log/format.h"

/* The next list of values without quotes: words that `,` or ` : ` join. */
split_log_text split__log_list(const char **p, const char *end);

/* Put a list of upstreams, or of their statuses, into the record's attempts. */
void split__log_upstreams(split_log_text list, split_log_record *out);
void split__log_statuses(split_log_text list, split_log_record *out);

#endif
