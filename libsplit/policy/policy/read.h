/* SPDX-License-Identifier: MIT */
/* Readers of policy fields that are more than one plain value, and rules inside one object. */
#ifndef SPLIT_POLICY_POLICY_READ_H
#define SPLIT_POLICY_POLICY_READ_H

#include "policy/policy/data.h"

extern const char
    *const split__notify_types[]; /* in the order of split_notify_type, ends with NULL */

void split__read_overrides(loader *l, const field *f, uint32_t node, void *object);
void split__read_sources(loader *l, const field *f, uint32_t node, void *object);
void split__read_baseline(loader *l, const field *f, uint32_t node, void *object);
void split__read_command(loader *l, const field *f, uint32_t node, void *object);
void split__read_events(loader *l, const field *f, uint32_t node, void *object);

void split__check_rollout(loader *l, uint32_t node, void *object, bool clean);
void split__check_notify(loader *l, uint32_t node, void *object, bool clean);

#endif
