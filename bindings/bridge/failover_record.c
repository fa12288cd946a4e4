/* SPDX-License-Identifier: MIT */
/* The structs of the failover machine as records; the order of the numbers is listed in
 * failover.h. */
#include "failover_record.h"

#include <string.h>

void
splitb_read_token(splitb_reader *r, split_failover_token *token)
{
    memset(token, 0, sizeof *token);
    token->seq = splitb_read_u64(r);
    token->origin_id = splitb_read_u64(r);
    token->key = splitb_read_u64(r);
    token->tried = splitb_read_u64(r);
    token->issued_at_us = splitb_read_us(r);
    token->gen = splitb_read_u32(r);
    token->slot = (uint8_t)splitb_read_int(r, 0, UINT8_MAX);
    token->kind = (uint8_t)splitb_read_int(r, 0, UINT8_MAX);
    token->chain = (uint8_t)splitb_read_int(r, 0, UINT8_MAX);
    token->n_attempts = (uint8_t)splitb_read_int(r, 0, UINT8_MAX);
    token->flags = (uint8_t)splitb_read_int(r, 0, UINT8_MAX);
}

void
splitb_put_answer(splitb_writer *w, const split_failover_answer *answer)
{
    const split_failover_token *token = &answer->token;
    splitb_put(w, answer->origin);
    splitb_put(w, answer->assigned);
    splitb_put(w, answer->kind);
    splitb_put(w, answer->reason);
    splitb_put(w, answer->flags);
    splitb_put_us(w, answer->deadline_us);
    splitb_put_u64(w, token->seq);
    splitb_put_u64(w, token->origin_id);
    splitb_put_u64(w, token->key);
    splitb_put_u64(w, token->tried);
    splitb_put_us(w, token->issued_at_us);
    splitb_put(w, token->gen);
    splitb_put(w, token->slot);
    splitb_put(w, token->kind);
    splitb_put(w, token->chain);
    splitb_put(w, token->n_attempts);
    splitb_put(w, token->flags);
}

static void
put_event(splitb_writer *w, const split_failover_event *event)
{
    splitb_put(w, event->origin);
    splitb_put(w, event->from);
    splitb_put(w, event->to);
    splitb_put(w, event->cause);
    splitb_put_us(w, event->at_us);
    splitb_put_us(w, event->run_span_us);
    splitb_put_us(w, event->open_us);
    const uint32_t rest[] = {event->gen,      event->epoch,     event->level, event->run,
                             event->hard_run, event->run_keys,  event->total, event->bad,
                             event->bad_keys, event->probe_ok,  event->lost,  event->permille,
                             event->latched,  event->transition};
    for (size_t i = 0; i < sizeof rest / sizeof rest[0]; i++)
        splitb_put(w, rest[i]);
}

void
splitb_put_events(splitb_writer *w, const split_failover_events *events)
{
    splitb_put(w, events->n);
    splitb_put(w, events->n_dropped);
    for (uint32_t i = 0; i < events->n; i++)
        put_event(w, &events->items[i]);
}

void
splitb_put_status(splitb_writer *w, const split_failover_status *status)
{
    splitb_put_u64(w, status->id);
    const uint32_t middle[] = {status->state,    status->mode,      status->level,
                               status->gen,      status->epoch,     status->in_service,
                               status->degraded, status->latched,   status->permille,
                               status->step,     status->run,       status->hard_run,
                               status->run_keys, status->total,     status->bad,
                               status->bad_keys, status->probe_ok,  status->lost,
                               status->n_leases, status->in_flight, status->in_flight_cap};
    for (size_t i = 0; i < sizeof middle / sizeof middle[0]; i++)
        splitb_put(w, middle[i]);
    splitb_put_us(w, status->in_state_us);
    splitb_put_us(w, status->open_left_us);
    splitb_put(w, (double)status->n_issued);
    splitb_put(w, (double)status->n_reported);
    splitb_put(w, (double)status->n_stale);
}
