/* SPDX-License-Identifier: MIT */
/* The policy's names as they hold for one arm and region. */
#ifndef SPLIT_NET_CLOUDWATCH_NAMES_H
#define SPLIT_NET_CLOUDWATCH_NAMES_H

#include "split/source.h"

/* Names of roles (fields.h), of "percentiles", and of what $arm stands for. All texts are owned. */
typedef struct cw_names {
    split_source_field *field;
    bool *percent; /* by field: the text is an average in percent */
    size_t n;
    size_t room;
} cw_names;

/*
 * Names for arm `a` in `region`: those with the suffix ".arm" or ".baseline" go before plain ones,
 * those for another region are left out, "latency" becomes counts over the metric's bounds.
 */
int split__cw_names(const split_source_options *o, const char *region, int a, cw_names *out,
                    split_error *error);
void split__cw_names_free(cw_names *names);

#endif
