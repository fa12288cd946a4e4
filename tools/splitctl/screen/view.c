/* SPDX-License-Identifier: MIT */
/* What a person wants to see of a rollout, gathered window by window. */
#include "screen/view.h"

#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/text.h"
#include "route/weights.h"

int
view_open(view *v, const split_policy *policy, const split_rollout *rollout)
{
    memset(v, 0, sizeof *v);
    v->policy = policy;
    v->rollout = rollout;
    v->display.revision = -1;
    v->display.n_alarms = -1;
    if (split_policy_rollout_options(policy, &v->options) == SPLIT_OK &&
        split_policy_rollout(policy, &v->info) == SPLIT_OK)
        return CTL_OK;
    fputs("splitctl: the policy has no rollout\n", stderr);
    return CTL_BAD_INPUT;
}

bool
view_split(const split_window *w, double *out_percent, double *out_noise)
{
    double new = (double)split_arm_get(&w->arm, SPLIT_COUNTER_SENT);
    double all = new + (double)split_arm_get(&w->baseline, SPLIT_COUNTER_SENT);
    if (all <= 0)
        return false;
    double share = new / all;
    *out_percent = 100 * share;
    *out_noise = 200 * sqrt(share * (1 - share) / all);
    return true;
}

static void
push(double *history, size_t n, double value)
{
    if (n == VIEW_HISTORY)
        memmove(history, history + 1, (VIEW_HISTORY - 1) * sizeof *history);
    history[n == VIEW_HISTORY ? n - 1 : n] = value;
}

static void
add_history(view *v)
{
    double percent;
    double noise;
    for (uint32_t m = 0; m < v->decision.n_metrics; m++) {
        const split_metric_counts *c = &v->decision.metrics[m].counts;
        bool known = c->present && c->n > 0;
        push(v->value[m], v->n_history,
             known ? (double)c->bad[SPLIT_BOUND_TARGET] / (double)c->n : -1);
    }
    push(v->realised, v->n_history, view_split(&v->window, &percent, &noise) ? percent : -1);
    if (v->n_history < VIEW_HISTORY)
        v->n_history++;
}

static void
add_changes(view *v, const split_rollout_decision *before, split_us at)
{
    const split_rollout_decision *s = &v->decision;
    const char *reason = split_rollout_reason(v->rollout, s);
    char share[16];
    if (v->n_windows > 1 && before->decision == s->decision && before->reason == s->reason &&
        before->phase == s->phase)
        return;
    view_event_add(v, at, "%s %% %s%s%s%s", weights_print(s->percent_e6, share),
                   split_decision_name((int)s->decision), reason[0] != '\0' ? " (" : "", reason,
                   reason[0] != '\0' ? ")" : "");
}

void
view_window(view *v, const split_window *w, const split_rollout_decision *s,
            const window_display *display)
{
    split_rollout_decision before = v->decision;
    v->n_windows++;
    v->window = *w;
    v->decision = *s;
    v->display = *display;
    add_history(v);
    add_changes(v, &before, w->start_us + v->options.window_us);
}

void
view_event_add(view *v, split_us at_us, const char *format, ...)
{
    va_list args;
    if (v->n_events == VIEW_EVENTS) {
        memmove(v->events, v->events + 1, (VIEW_EVENTS - 1) * sizeof v->events[0]);
        v->n_events--;
    }
    /* kept in the order of time: actions are read after the windows that followed them */
    size_t at = v->n_events++;
    for (; at > 0 && v->events[at - 1].at_us > at_us; at--)
        v->events[at] = v->events[at - 1];
    view_event *e = &v->events[at];
    e->at_us = at_us;
    va_start(args, format);
    vsnprintf(e->text, sizeof e->text, format, args);
    va_end(args);
}

static const char *
print_share(int64_t value_e6, char buf[32])
{
    char share[16];
    snprintf(buf, 32, "%s%%", weights_print(value_e6, share));
    return buf;
}

const char *
view_bound(const split_metric *metric, split_bound_index bound, char buf[32])
{
    const split_bound *b = split_metric_bound(metric, bound);
    char value[32];
    if (split_metric_is_latency(metric))
        snprintf(value, sizeof value, "%gms", (double)b->value / 1000);
    else
        print_share(b->value, value);
    snprintf(buf, 32, "%s %.24s", split_op_name((int)b->op), value);
    return buf;
}

split_us
view_percentile(const window_display *d, const split_metric *m, split_reading_arm arm)
{
    if (!split_metric_is_latency(m))
        return -1;
    if (m->percentile_e6 == 50000000)
        return d->p50[arm];
    if (m->percentile_e6 == 95000000)
        return d->p95[arm];
    return m->percentile_e6 == 99000000 ? d->p99[arm] : -1;
}

bool
view_percent(const split_metric *m, uint32_t index, const split_arm *arm, double *out_percent,
             int64_t *out_n)
{
    split_metric_counts c;
    if (split_metric_count(m, index, arm, &c) != SPLIT_OK || !c.present || c.n == 0)
        return false;
    bool low_is_bad = m->target.op == SPLIT_OP_GT || m->target.op == SPLIT_OP_GE;
    double bad = 100.0 * (double)c.bad[SPLIT_BOUND_TARGET] / (double)c.n;
    *out_percent = low_is_bad ? 100 - bad : bad;
    if (out_n != NULL)
        *out_n = c.n;
    return true;
}

const char *
view_value(const view *v, uint32_t metric, split_reading_arm arm, char buf[32])
{
    const split_metric *m = split_rollout_metric(v->rollout, metric);
    double percent;
    if (!view_percent(m, metric, arm == SPLIT_READING_ARM ? &v->window.arm : &v->window.baseline,
                      &percent, NULL))
        return "-";
    split_us us = view_percentile(&v->display, m, arm);
    if (us == SPLIT_NEVER)
        snprintf(buf, 32, "over scale");
    else if (us >= 0)
        snprintf(buf, 32, "%.*f ms", us < 10000 ? 1 : 0, (double)us / 1000);
    else
        snprintf(buf, 32, "%.2f %%%s", percent, split_metric_is_latency(m) ? " over" : "");
    return buf;
}

const char *
view_state_name(int32_t state)
{
    static const char *const names[] = {"closed", "open", "half-open", "hold", "ramp"};
    return state < 0 || state > 4 ? "unknown" : names[state];
}

const char *
view_mode_name(int32_t mode)
{
    static const char *const names[] = {"auto", "force-up", "force-down", "observe"};
    return mode < 0 || mode > 3 ? "unknown" : names[mode];
}

void
view_next(const view *v, char *buf, size_t buf_size)
{
    const split_rollout_decision *s = &v->decision;
    char share[16];
    if (v->n_windows == 0)
        snprintf(buf, buf_size, "the first window has not ended yet");
    else if (v->outcome != VIEW_OUTCOME_GOES_ON || s->decision == SPLIT_DECISION_COMPLETE ||
             s->decision == SPLIT_DECISION_ROLLBACK)
        snprintf(buf, buf_size, "nothing: the rollout has ended");
    else if (s->decision == SPLIT_DECISION_ADVANCE)
        snprintf(buf, buf_size, "%s %% to '%s'", weights_print(s->next_percent_e6, share),
                 split_policy_variant(v->policy, v->info.variant));
    else
        split_rollout_detail(v->rollout, s, buf, buf_size);
}

int
view_exit_code(const view *v)
{
    const split_rollout_decision *s = &v->decision;
    int code = CTL_OK;
    if (v->n_windows == 0 || v->is_silent || s->reason == SPLIT_REASON_NO_DATA)
        return CTL_NO_DATA;
    if (s->decision == SPLIT_DECISION_ROLLBACK || v->outcome == VIEW_OUTCOME_ROLLBACK)
        return CTL_ROLLED_BACK;
    for (uint32_t m = 0; m < s->n_metrics; m++) {
        if (s->metrics[m].level == SPLIT_LEVEL_CRITICAL)
            return CTL_CRITICAL;
        if (s->metrics[m].level == SPLIT_LEVEL_WARNING)
            code = CTL_HOLD;
    }
    bool waits = s->reason == SPLIT_REASON_BAKE || s->reason == SPLIT_REASON_NONE ||
                 s->reason == SPLIT_REASON_ENDED;
    return code == CTL_OK && !waits ? CTL_HOLD : code;
}

const char *
view_alarm_name(split_reading_alarm_state state)
{
    return state == SPLIT_READING_ALARM_RINGS ? "alarm" : "unknown";
}

const char *
view_outcome_name(int outcome)
{
    switch (outcome) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        VIEW_OUTCOME_MAP(XX)
#undef XX
    default:
        return "?";
    }
}

const char *
view_heading_name(int heading)
{
    switch (heading) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        VIEW_HEADING_MAP(XX)
#undef XX
    default:
        return "?";
    }
}

view_outcome
view_outcome_of(const char *text)
{
    for (int i = VIEW_OUTCOME_GOES_ON; i < VIEW_OUTCOME_ABANDONED; i++)
        if (strcmp(text, view_outcome_name(i)) == 0)
            return (view_outcome)i;
    return VIEW_OUTCOME_ABANDONED;
}
