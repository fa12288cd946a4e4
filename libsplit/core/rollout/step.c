/* SPDX-License-Identifier: MIT */
/* One closed window: refuse or take it, judge it, move on (design/verdicts.md R2, R9, R16). */
#include <string.h>

#include "core/rollout/state.h"

/* Ids up to this far back are distinguished as duplicate or late; older ones are late. */
#define MEMORY_IDS 64

static int
id_check(const struct split_rollout *ro, int64_t id)
{
    if (id < 0 || id > SPLIT_COUNT_MAX)
        return SPLIT_ERR_WINDOW;
    if (!ro->any_window || id > ro->last_id)
        return SPLIT_OK;
    const int64_t back = ro->last_id - id;
    return back < MEMORY_IDS && (ro->taken >> back & 1) != 0 ? SPLIT_ERR_DUPLICATE : SPLIT_ERR_LATE;
}

static bool
plain_counts_ok(const split_arm *arm)
{
    for (int c = 0; c < SPLIT_COUNTER_COUNT; c++) {
        const int64_t v = split_arm_get(arm, (split_counter)c);
        if (v < 0 || v > SPLIT_COUNT_MAX)
            return false;
    }
    return true;
}

/* Read every metric of both arms into the state's scratch members; they are rewritten by each
 * window. */
static int
read_counts(struct split_rollout *ro, const split_window *w)
{
    if (w->share_ppm < -1 || w->share_ppm > 1000000 || !plain_counts_ok(&w->arm))
        return SPLIT_ERR_WINDOW;
    if (w->has_baseline && !plain_counts_ok(&w->baseline))
        return SPLIT_ERR_WINDOW;
    const split_arm *baseline = w->has_baseline ? &w->baseline : NULL;
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++) {
        split__metric *m = &ro->metrics[i];
        int err = split_metric_count(&m->def, i, &w->arm, &m->counts);
        if (err == SPLIT_OK)
            err = split_metric_count(&m->def, i, baseline, &m->baseline_counts);
        if (err != SPLIT_OK)
            return err;
    }
    return SPLIT_OK;
}

static int
refuse(struct split_rollout *ro, int err)
{
    if (err == SPLIT_ERR_DUPLICATE)
        ro->refused.duplicate++;
    else if (err == SPLIT_ERR_LATE)
        ro->refused.late++;
    else
        ro->refused.impossible++;
    return err;
}

/* Remember the id; windows in the gap before it never came. */
static void
take_id(struct split_rollout *ro, int64_t id)
{
    const int64_t ahead = ro->any_window ? id - ro->last_id : 1;
    ro->taken = ahead < MEMORY_IDS ? ro->taken << ahead | 1 : 1;
    ro->last_id = id;
    ro->any_window = true;
    if (split_rollout_has_ended(ro))
        return;
    ro->windows += ahead;
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++)
        ro->metrics[i].missing += ahead - 1;
}

/* A window has data when every metric that must have some reported, and at least one did (R12). */
static bool
window_has_data(const struct split_rollout *ro)
{
    bool any = false;
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++) {
        const split__metric *m = &ro->metrics[i];
        any = any || m->counts.present;
        if (!m->counts.present && m->def.gate && m->def.missing != SPLIT_MISSING_IGNORE)
            return false;
    }
    return any;
}

static void
end_breaches(struct split_rollout *ro)
{
    for (uint32_t i = 0; i < ro->opt.n_metrics; i++)
        if (ro->metrics[i].breach.off >= SPLIT__OFF) {
            split__rollout_restart_bake(ro);
            return;
        }
}

/* After ADVANCE the next window belongs to the next phase; after COMPLETE and ROLLBACK nothing acts
 * any more. */
static void
move_on(struct split_rollout *ro, split_decision decision)
{
    if (decision == SPLIT_DECISION_ADVANCE) {
        ro->phase++;
        split__rollout_begin_phase(ro);
    } else if (decision != SPLIT_DECISION_HOLD) {
        ro->ended = decision;
    }
}

static void
set_next(const struct split_rollout *ro, split_rollout_decision *out)
{
    out->next_phase = split_rollout_phase(ro);
    out->next_percent_e6 = split_rollout_percent_e6(ro);
}

int
split_rollout_step(split_rollout *rollout, const split_window *window, split_rollout_decision *out)
{
    if (rollout == NULL || window == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    int err = id_check(rollout, window->id);
    if (err == SPLIT_OK)
        err = read_counts(rollout, window);
    if (err != SPLIT_OK)
        return refuse(rollout, err);
    take_id(rollout, window->id);
    rollout->restarted = false;
    rollout->shared = false;
    rollout->has_data = window_has_data(rollout);
    split__rollout_take_metrics(rollout, window);
    memset(out, 0, offsetof(split_rollout_decision, metrics));
    out->id = window->id;
    out->phase = rollout->phase;
    out->percent_e6 = rollout->phases[rollout->phase].percent_e6;
    out->reason_metric = -1;
    if (split_rollout_has_ended(rollout)) {
        out->decision = SPLIT_DECISION_HOLD;
        out->reason = SPLIT_REASON_ENDED;
        split__rollout_report(rollout, out);
    } else {
        split__rollout_take_split(rollout, window);
        rollout->covered += rollout->has_data;
        end_breaches(rollout);
        split__rollout_decide(rollout, out);
        split__rollout_report(rollout, out);
        move_on(rollout, out->decision);
    }
    set_next(rollout, out);
    return SPLIT_OK;
}
