/* SPDX-License-Identifier: MIT */
/* What policies and routes share: faults of the last open, options into boxes, origins as
 * records. */
#ifndef SPLIT_BRIDGE_DOCUMENT_BOX_H
#define SPLIT_BRIDGE_DOCUMENT_BOX_H

#include "box.h"
#include "document.h"
#include "record.h"
#include "split/policy.h"

#define SPLITB_FAULTS_MAX 32

typedef struct splitb_fault_list {
    size_t n_all;
    split_error items[SPLITB_FAULTS_MAX];
} splitb_fault_list;

/* Faults listed, at most SPLITB_FAULTS_MAX. */
size_t splitb_faults_listed(const splitb_fault_list *list);
void splitb_put_faults(splitb_writer *w, const splitb_fault_list *list);
void splitb_put_origin(splitb_writer *w, const split_origin_info *origin);
int splitb_give_text(const char *text, const char **out_text, size_t *out_text_len);

/* Make a plan or machine of these options in a box. */
int splitb_plan_fill(splitb_plan *into, const split_plan_options *options);
int splitb_failover_fill(splitb_failover *into, const split_failover_options *options);

/* A zero-terminated copy of a path, which the caller frees; NULL with an error code in *err. */
char *splitb_path_copy(const char *text, size_t text_len, int *err);

/* The plan inside a box, or NULL. */
const split_plan *splitb_plan_core(const splitb_plan *plan);
splitb_box *splitb_plan_box(splitb_plan *plan);

#endif
