/* SPDX-License-Identifier: MIT */
/* Walks an object by its field table, and records what does not fit. */
#ifndef SPLIT_POLICY_DOCUMENT_TABLE_H
#define SPLIT_POLICY_DOCUMENT_TABLE_H

#include "policy/document/field.h"

/* Fill `object` from the node. Faults are recorded; the object is usable when none was. */
void split__table_load(loader *l, const object_table *table, uint32_t node, void *object);

#endif
