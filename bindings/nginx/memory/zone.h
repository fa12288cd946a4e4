/* SPDX-License-Identifier: MIT */
/* Memory that all workers share: failover machine, counters, names. It outlives a reload of the
 * configuration, a worker, and a change of nginx's binary. */
#ifndef ZONE_H
#define ZONE_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include <split/assign.h>
#include <split/failover.h>
#include <split/meter.h>
#include <split/token.h>

#define ZONE_NAMES 64
#define ZONE_NAME_BYTES 65
#define ZONE_EDGES 64
#define ZONE_WORKERS 256
#define ZONE_MACHINE_BYTES 65536
#define ZONE_METER_BYTES 131072
#define ZONE_BYTES_DEFAULT 1048576

/* Why a request does not count for its arm. */
enum left_out {
    LEFT_RAMP,
    LEFT_HOLD,
    LEFT_OPERATOR,
    LEFT_DRILL,
    LEFT_FOREIGN_PROBE, /* A probe of another origin although its own one is well. */
    LEFT_CAP,           /* Its own origin has as many requests in flight as it may. */
    LEFT_NEUTRAL,       /* The attempt proved nothing: the visitor left first. */
    LEFT_REASONS
};

/* Attempts of one variant at one origin, and answers that this origin served. */
struct pair {
    uint64_t attempts[SPLIT_FAILOVER_KIND_COUNT];
    uint64_t outcomes[SPLIT_FAILOVER_CLASS_COUNT];
    uint64_t latency[ZONE_EDGES + 1];
    uint64_t latency_sum_us;
    uint64_t answers[6]; /* [status / 100]; 0: aborted. */
};

/* A worker and the revision that it routes by. */
struct zone_worker {
    int64_t pid; /* 0: free. */
    uint64_t revision;
};

struct zone_memory {
    char made_by[96]; /* Version and layout: anything else is made again, never trusted. */
    uint64_t bytes;
    pthread_mutex_t lock; /* Robust: whoever finds its holder dead learns so. */
    split_us since_us;    /* Wall clock, from which everything counts. */
    uint64_t seed;
    uint64_t metrics_mark;     /* Of the metrics that the meter was made for. */
    uint64_t generation;       /* One more with each machine put in place. */
    uint64_t machine_revision; /* Revision of the route that made it, plus one; 0: none yet. */
    uint64_t used;             /* Bytes given away behind this struct. */
    uint64_t pairs_lost;       /* Attempts that found no room for their pair. */
    uint64_t torn;             /* Times that a worker died inside the lock. */
    uint64_t must_renew;       /* Since then nobody made the machine again. */
    split_even even;           /* Of the even mode: exact shares over all workers. */
    struct zone_worker workers[ZONE_WORKERS];
    uint32_t n_variants, n_origins, n_edges, n_metrics;
    split_us edges_us[ZONE_EDGES]; /* Rising; the policy's latency bounds are among them. */
    split_metric metrics[SPLIT_METRICS_MAX];
    char variants[ZONE_NAMES][ZONE_NAME_BYTES];
    char origins[ZONE_NAMES][ZONE_NAME_BYTES];
    uint64_t origin_mark[ZONE_NAMES];           /* Of the url that an origin's state belongs to. */
    uint32_t pairs[ZONE_NAMES][ZONE_NAMES + 1]; /* Offsets; 0: none yet. The last: no origin. */
    uint64_t left_out[ZONE_NAMES][LEFT_REASONS];
    uint64_t edge[ZONE_NAMES][2];        /* Answers to visitors; those of 500 and above. */
    uint64_t user_errors[ZONE_NAMES][2]; /* [..][replayable]. */
    uint64_t give_ups[SPLIT_FAILOVER_NEXT_COUNT];
    uint64_t events[ZONE_NAMES][SPLIT_FAILOVER_CAUSE_COUNT];
    uint64_t reloads[2];      /* Refused, taken: routes, however many workers read them. */
    uint64_t reloads_mark[2]; /* Of the last one of each. */
    uint64_t stored[SPLIT_TOKEN_STATUS_COUNT];
    uint64_t key_reads[2]; /* Failed, done. */
    uint64_t machine[ZONE_MACHINE_BYTES / 8];
    uint64_t meter[ZONE_METER_BYTES / 8];
    uint64_t heap[];
};

struct zone {
    struct zone_memory *mem;
    size_t bytes;
};

/* Bytes that a zone needs for so many variants and origins. */
size_t zone_needs(size_t n_variants, size_t n_origins);

/*
 * The memory of this name: that of the master before, or fresh. False when the system has none.
 * Fresh memory has a lock and nothing else.
 */
bool zone_map(struct zone *zone, const char *name, size_t bytes);
void zone_unmap(struct zone *zone);

/* When the holder before died inside, what it changed may be half done: `must_renew` says so. */
void zone_lock(struct zone_memory *mem);
void zone_unlock(struct zone_memory *mem);

static inline split_failover *
zone_machine(struct zone_memory *mem)
{
    return (split_failover *)(void *)mem->machine;
}

static inline split_meter *
zone_meter(struct zone_memory *mem)
{
    return (split_meter *)(void *)mem->meter;
}

/* The pair of a variant and an origin, made when it is new; under the lock. NULL: no room. */
struct pair *zone_pair(struct zone_memory *mem, uint32_t variant, uint32_t origin);

/* The same without the lock and without making it. */
struct pair *zone_pair_there(struct zone_memory *mem, uint32_t variant, uint32_t origin);

/* Place of a name, made when it is new; the last place is shared when there are too many. */
uint32_t zone_variant(struct zone_memory *mem, const char *name);
uint32_t zone_origin(struct zone_memory *mem, const char *name);

/* Add one to a counter that has no lock. */
static inline void
zone_count(uint64_t *counter)
{
    __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED);
}

#endif
