/* SPDX-License-Identifier: MIT */
/* State of a rollout and the steps it is judged in; public face in split/rollout.h. */
#ifndef SPLIT_CORE_ROLLOUT_STATE_H
#define SPLIT_CORE_ROLLOUT_STATE_H

#include "core/measure/evidence_state.h"
#include "split/rollout.h"

#define SPLIT__RECENT 30 /* windows of the pooled level (R14) */
#define SPLIT__LOST 5    /* windows of the lost-outcomes share (R11) */
#define SPLIT__OFF 3     /* successive windows that end a breach (R7) */

/* A sum over the last windows, kept as a ring. */
typedef struct split__recent {
    int64_t n[SPLIT__RECENT];
    int64_t bad[SPLIT__RECENT][SPLIT_BOUND_COUNT];
    uint32_t at, len;
} split__recent;

/* Something that is proven, stays so, and ends after SPLIT__OFF windows off it. */
typedef struct split__latch {
    bool set;
    uint32_t off; /* successive windows off it */
} split__latch;

typedef struct split__metric {
    split_metric def;
    struct split_evidence warning, critical, compliance, baseline, relative;
    split_shown shown;
    split__recent recent;
    split__latch breach;    /* warning proven */
    split__latch legacy;    /* the legacy arm's critical proven */
    split__latch worse;     /* relative evidence proven */
    bool critical_proven;   /* never without breach.set */
    uint32_t over_critical; /* bit i: the i-th last reported window was over the critical bound */
    int64_t breach_id;      /* window in which the warning was proven */
    int64_t phase_n, baseline_n;
    int64_t bake_n, bake_bad[SPLIT_BOUND_COUNT];
    int64_t missing;                             /* successive windows without a report */
    split_metric_counts counts, baseline_counts; /* of this window */
    split_level level, window_level;
} split__metric;

typedef struct split__sent {
    int64_t sent[SPLIT__LOST], outcomes[SPLIT__LOST];
    uint32_t at, len;
} split__sent;

struct split_rollout {
    split_rollout_options opt; /* its pointers are cleared */
    split_phase phases[SPLIT_PHASES_MAX];
    uint32_t phase;
    split_decision ended; /* HOLD while it runs */
    bool paused, abort, advance, skip_wait;
    bool any_window;
    int64_t last_id;
    uint64_t taken; /* bit i: the id last_id - i was taken */
    split_rollout_refused refused;
    struct split_evidence above, below; /* the split check */
    split__latch split;
    split__sent sent, baseline_sent;
    split_us bake_us;
    uint32_t bake_restarts;
    int64_t windows, covered;
    bool has_data, shared, restarted; /* about this window */
    split__metric metrics[1];         /* opt.n_metrics of them */
};

/* Start of a phase: everything that is "fresh per phase" (R3). */
void split__rollout_begin_phase(struct split_rollout *ro);

/* The bake restarts after a proven breach ended (R13). */
void split__rollout_restart_bake(struct split_rollout *ro);

/* ln evidence bounds in force (R5, R6). */
double split__rollout_breach_bound(const struct split_rollout *ro);
double split__rollout_gate_bound(const struct split_rollout *ro);
double split__rollout_split_bound(void);

/* Share of the new arm in a window, and whether both arms can be compared at it. */
double split__rollout_share(const struct split_rollout *ro, const split_window *w);
bool split__rollout_compares(const struct split_rollout *ro, const split_window *w);

/* Take a checked window into the metrics, the split check and the lost outcomes. */
void split__rollout_take_metrics(struct split_rollout *ro, const split_window *w);
void split__rollout_take_split(struct split_rollout *ro, const split_window *w);

/* Sums of the last windows; false when there are not enough of them. */
bool split__rollout_lost(const split__sent *s, int64_t *out_sent, int64_t *out_lost);

/* Whether a metric must have data and proof, now (R12). */
bool split__rollout_gates(const split__metric *m);

/* Whether the gate is content with a metric by the judgement in force (R15). */
bool split__rollout_compliant(const struct split_rollout *ro, const split__metric *m);
split_verdict split__rollout_verdict(const struct split_rollout *ro, const split__metric *m);

/* The bound of the compliance evidence: target, or warning when lenient. */
split_bound_index split__rollout_gate_index(const struct split_rollout *ro);

/* Decide by first match (R9) and move the clock; writes decision, reason, reason_metric, alert,
 * override_used. */
void split__rollout_decide(struct split_rollout *ro, split_rollout_decision *out);

/* Everything else of the decision, after the window was judged. */
void split__rollout_report(const struct split_rollout *ro, split_rollout_decision *out);

#endif
