/* SPDX-License-Identifier: MIT */
/* The table of metrics of a view: level, both systems, bounds, sample, proof, history. */
#include "screen/draw_metrics.h"

#include <limits.h>
#include <string.h>

#include "screen/draw.h"
#include "cli/text.h"
#include "screen/layout.h"

static style
level_style(split_level level)
{
    switch (level) {
    case SPLIT_LEVEL_OK:
        return STYLE_GOOD;
    case SPLIT_LEVEL_WARNING:
    case SPLIT_LEVEL_OFF_TARGET:
        return STYLE_WARN;
    case SPLIT_LEVEL_CRITICAL:
        return STYLE_BAD;
    default:
        return STYLE_DIM;
    }
}

static style
verdict_style(split_verdict verdict)
{
    if (verdict == SPLIT_VERDICT_COMPLIANCE)
        return STYLE_GOOD;
    if (verdict == SPLIT_VERDICT_WARNING)
        return STYLE_WARN;
    return verdict == SPLIT_VERDICT_CRITICAL ? STYLE_BAD : STYLE_PLAIN;
}

/* "compliance-proven", or one word where there is little room. */
static const char *
verdict_text(split_verdict verdict, draw_layout layout)
{
    static const char *const words[SPLIT_VERDICT_COUNT] = {"undecided", "met", "WARNING",
                                                           "CRITICAL", "no data"};
    return layout >= DRAW_NORMAL || verdict >= SPLIT_VERDICT_COUNT
               ? split_verdict_name((int)verdict)
               : words[verdict];
}

static const char *
arm_name(const view *v, bool baseline)
{
    return split_policy_variant(v->policy, baseline ? v->info.baseline : v->info.variant);
}

typedef struct columns {
    draw_layout layout;
    int name;
    int arm; /* of one system */
    int proof;
    bool baseline; /* there is one, and room for it */
} columns;

static columns
find_columns(const canvas *c, const view *v)
{
    columns k = {.layout = draw_layout_of(c), .name = 12, .arm = 13, .proof = 18};
    int most = k.layout == DRAW_WIDE ? 40 : 16;
    if (k.layout < DRAW_NORMAL) {
        k.arm = 11;
        k.proof = 10;
        most = c->width < 46 ? 11 : 13;
    }
    for (uint32_t m = 0; m < v->decision.n_metrics; m++) {
        size_t n = strlen(split_rollout_metric(v->rollout, m)->name) + 1;
        if ((int)n > k.name)
            k.name = (int)n < most ? (int)n : most;
    }
    if (k.name > most)
        k.name = most;
    k.baseline = k.layout > DRAW_TINY && split_policy_variant(v->policy, v->info.baseline) != NULL;
    return k;
}

static void
draw_head(canvas *c, const view *v, const columns *k)
{
    canvas_cell(c, STYLE_DIM, k->name, "metric");
    canvas_cell(c, STYLE_DIM, 11, "level");
    canvas_cell(c, STYLE_DIM, k->arm, arm_name(v, false));
    if (k->baseline)
        canvas_cell(c, STYLE_DIM, k->arm, arm_name(v, true));
    if (k->layout == DRAW_WIDE) {
        canvas_cell(c, STYLE_DIM, 10, "target");
        canvas_cell(c, STYLE_DIM, 10, "warning");
        canvas_cell(c, STYLE_DIM, 10, "critical");
    }
    if (k->layout >= DRAW_NORMAL)
        canvas_cell(c, STYLE_DIM, 9, "sample");
    canvas_cell(c, STYLE_DIM, k->proof, "proof");
    if (k->layout == DRAW_WIDE)
        canvas_put(c, STYLE_DIM, "history");
    canvas_end_line(c);
}

static void
draw_metric(canvas *c, const view *v, uint32_t m, const columns *k)
{
    const split_metric *metric = split_rollout_metric(v->rollout, m);
    const split_metric_decision *d = &v->decision.metrics[m];
    char text[32];
    canvas_cell(c, STYLE_PLAIN, k->name, metric->name);
    canvas_cell(c, level_style(d->level), 11, split_level_name((int)d->level));
    canvas_cell(c, STYLE_PLAIN, k->arm, view_value(v, m, SPLIT_READING_ARM, text));
    if (k->baseline)
        canvas_cell(c, STYLE_PLAIN, k->arm, view_value(v, m, SPLIT_READING_BASELINE, text));
    if (k->layout == DRAW_WIDE)
        for (int b = 0; b < SPLIT_BOUND_COUNT; b++)
            canvas_cell(c, STYLE_DIM, 10, view_bound(metric, (split_bound_index)b, text));
    if (k->layout >= DRAW_NORMAL)
        canvas_cell(c, STYLE_PLAIN, 9, text_count(d->counts.n, text));
    canvas_cell(c, verdict_style(d->verdict), k->proof, verdict_text(d->verdict, k->layout));
    if (k->layout == DRAW_WIDE)
        canvas_spark(c, c->width > 0 ? canvas_room(c) : 40, v->value[m], v->n_history);
    canvas_end_line(c);
}

/* How urgently a metric must be seen when not all of them can be. */
static int
urgency(const split_metric_decision *d)
{
    static const int of_level[] = {
        [SPLIT_LEVEL_OK] = 0,       [SPLIT_LEVEL_OFF_TARGET] = 2, [SPLIT_LEVEL_WARNING] = 4,
        [SPLIT_LEVEL_CRITICAL] = 6, [SPLIT_LEVEL_LOW_SAMPLE] = 1, [SPLIT_LEVEL_NO_DATA] = 3};
    int level = (size_t)d->level < sizeof of_level / sizeof *of_level ? of_level[d->level] : 0;
    int proof = d->verdict == SPLIT_VERDICT_CRITICAL  ? 7
                : d->verdict == SPLIT_VERDICT_WARNING ? 5
                : d->verdict == SPLIT_VERDICT_NO_DATA ? 3
                                                      : 0;
    return level > proof ? level : proof;
}

/* The least urgency that is shown when only `rows` fit, and how many of exactly that one. */
static int
least_shown(const view *v, int rows, int *out_of_it)
{
    for (int u = 7; u >= 0; u--) {
        int n = 0;
        for (uint32_t m = 0; m < v->decision.n_metrics; m++)
            n += urgency(&v->decision.metrics[m]) == u;
        *out_of_it = rows < n ? rows : n;
        rows -= *out_of_it;
        if (rows == 0)
            return u;
    }
    return 0;
}

void
draw_metrics(canvas *c, const view *v, int rows)
{
    columns k = find_columns(c, v);
    int n = (int)v->decision.n_metrics;
    int room = rows - 1; /* below the head */
    int least = 0;
    int of_it = INT_MAX;
    draw_head(c, v, &k);
    if (n > room) {
        room = room > 2 ? room - 1 : 1;
        least = least_shown(v, room, &of_it);
    }
    for (uint32_t m = 0; m < v->decision.n_metrics; m++) {
        int u = urgency(&v->decision.metrics[m]);
        if (u > least || (u == least && of_it-- > 0))
            draw_metric(c, v, m, &k);
    }
    if (n <= room)
        return;
    canvas_put(c, STYLE_DIM, "%d more metrics, none of them worse", n - room);
    canvas_end_line(c);
}
