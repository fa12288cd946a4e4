/* SPDX-License-Identifier: MIT */
/* Failover parameters: one row a parameter, read into the core's options, and written to routes
 * where they differ. */
#ifndef SPLIT_POLICY_FAILOVER_TABLE_H
#define SPLIT_POLICY_FAILOVER_TABLE_H

#include "policy/document/field.h"
#include "split/failover.h"

typedef struct doc_failover {
    doc_item item;
    int preset;
    split_failover_options options; /* without origins and chains */
} doc_failover;

extern const object_table split__failover_table;

/* Fill origins and chains of failover options; `chains` has one list of origin indices (doc_name) a
 * variant. */
void split__failover_link(loader *l, const doc_failover *failover, const doc_list *origins,
                          const doc_list *chains, size_t n_chains, split_failover_options *out);

#endif
