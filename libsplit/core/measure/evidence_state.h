/* SPDX-License-Identifier: MIT */
/* The evidence process as rollout.c embeds it; public face in split/evidence.h. */
#ifndef SPLIT_CORE_EVIDENCE_STATE_H
#define SPLIT_CORE_EVIDENCE_STATE_H

#include "split/evidence.h"

#define SPLIT__BETS 8

struct split_evidence {
    double ln_m[SPLIT__BETS]; /* ln M_j (with restarts: ln of the sum over start times; empty before
                                 window 1) */
    double cost[SPLIT__BETS]; /* ln(1 + p0 (r_j - 1)) for `cost_bound` */
    double cost_bound;
    double bound;
    double ln;       /* ln E after the last window */
    int64_t windows; /* k */
    int64_t bake_windows;
    int32_t side, form;
    bool restarts;
};

/* Start a process whose options are known to be good. */
void split__evidence_start(struct split_evidence *e, double bound, split_evidence_side side,
                           split_evidence_form form, bool restarts, int64_t bake_windows);

/* One window whose counts and bound are known to be good. */
void split__evidence_take(struct split_evidence *e, double bound, int64_t n, int64_t bad);

#endif
