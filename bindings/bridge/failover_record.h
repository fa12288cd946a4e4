/* SPDX-License-Identifier: MIT */
/* The structs of the failover machine as records. */
#ifndef SPLIT_BRIDGE_FAILOVER_RECORD_H
#define SPLIT_BRIDGE_FAILOVER_RECORD_H

#include "record.h"
#include "split/failover.h"

void splitb_read_token(splitb_reader *r, split_failover_token *token);
void splitb_put_answer(splitb_writer *w, const split_failover_answer *answer);
void splitb_put_events(splitb_writer *w, const split_failover_events *events);
void splitb_put_status(splitb_writer *w, const split_failover_status *status);

#endif
