/* SPDX-License-Identifier: MIT */
/* Common pieces of the writers of exports. */
#ifndef SPLIT_POLICY_EXPORT_JOB_H
#define SPLIT_POLICY_EXPORT_JOB_H

#include "policy/document/out.h"
#include "split/export.h"

typedef struct export_job {
    const split_plan *plan;
    const split_export_options *options;
    const char *key;
    text_out *out;
} export_job;

/* printf into the text; pieces longer than 400 bytes are cut, so keys never go through it. */
void split__export_print(export_job *job, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Whether every byte of the key can be written as text on one line. */
bool split__export_is_plain(const char *text, size_t n);

/* Range and override by index, which exist. */
split_range split__export_range(const split_plan *plan, size_t index);
split_override split__export_override(const split_plan *plan, size_t index);

#endif
