/* SPDX-License-Identifier: MIT */
/* What a proxy counted between two reads. */
#ifndef SPLIT_NET_PROXY_COMPARE_H
#define SPLIT_NET_PROXY_COMPARE_H

#include "net/source/proxy/totals.h"

/* Put what was counted from `before` to `now` into the reading; `now` becomes what the next read is
 * compared with. 0, SPLIT_ERR_NO_DATA or SPLIT_ERR_PEER with a sentence (design: C1 to C5). */
int split__proxy_compare(proxy_source *p, split_reading *out, split_error *error);

#endif
