/* SPDX-License-Identifier: MIT */
/* What a person wants to see of a rollout, gathered window by window; draw.c, draw_json.c and
 * report*.c show it. */
#ifndef SPLITCTL_VIEW_H
#define SPLITCTL_VIEW_H

#include "split/policy.h"
#include "split/rollout.h"

#include "cli/exit_code.h"
#include "journal/display.h"

#define VIEW_HISTORY 64
#define VIEW_EVENTS 32

/* How a rollout ended: XX(name, number, text of the journal). */
#define VIEW_OUTCOME_MAP(XX)                                                                       \
    XX(GOES_ON, 0, "")                                                                             \
    XX(COMPLETE, 1, "COMPLETE")                                                                    \
    XX(ROLLBACK, 2, "ROLLBACK")                                                                    \
    XX(ABANDONED, 3, "ABANDONED")

/* Who judges what is shown: XX(name, number, text). */
#define VIEW_HEADING_MAP(XX)                                                                       \
    XX(NONE, 0, "")                                                                                \
    XX(DRIVEN, 1, "a run drives")                                                                  \
    XX(LEFT_ALONE, 2, "nothing drives")                                                            \
    XX(WATCHED, 3, "watching only")                                                                \
    XX(ENDED, 4, "ended")

#define XX(name, number, text) VIEW_OUTCOME_##name = number,
typedef enum view_outcome { VIEW_OUTCOME_MAP(XX) } view_outcome;
#undef XX
#define XX(name, number, text) VIEW_HEADING_##name = number,
typedef enum view_heading { VIEW_HEADING_MAP(XX) } view_heading;
#undef XX

typedef struct view_event {
    split_us at_us; /* wall clock */
    char text[160];
} view_event;

typedef struct view {
    const split_policy *policy;
    const split_rollout *rollout;
    split_rollout_options options;
    split_rollout_info info;
    int64_t n_windows;
    bool is_silent;                  /* the sources had nothing for the last window */
    split_window window;             /* the newest */
    split_rollout_decision decision; /* its */
    window_display display;
    double value[SPLIT_METRICS_MAX][VIEW_HISTORY]; /* share of bad events of the new arm, -1 without
                                                      data; newest last */
    double realised[VIEW_HISTORY];                 /* share of requests, percent; -1 without data */
    size_t n_history;
    view_event events[VIEW_EVENTS]; /* newest last */
    size_t n_events;
    split_us ended_us; /* wall clock; 0 while it goes on */
    view_outcome outcome;
    view_heading heading;
} view;

int view_open(view *v, const split_policy *policy, const split_rollout *rollout);

/* A judged window. */
void view_window(view *v, const split_window *w, const split_rollout_decision *s,
                 const window_display *display);
void view_event_add(view *v, split_us at_us, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Share of requests that went to the new arm, in percent, and the half width of its noise band (2
 * sigma); false without requests of both arms. */
bool view_split(const split_window *w, double *out_percent, double *out_noise);

/* "< 1%", "> 300ms". */
const char *view_bound(const split_metric *metric, split_bound_index bound, char buf[32]);

/* What an arm counted of a metric, in percent as people say it: bad events, or good ones where low
 * is bad (a hit rate). False without data; `out_n`, the trials, may be NULL. */
bool view_percent(const split_metric *m, uint32_t index, const split_arm *arm, double *out_percent,
                  int64_t *out_n);

/* The percentile that a latency metric is about; -1 unknown, SPLIT_NEVER above the source's
 * scale. */
split_us view_percentile(const window_display *d, const split_metric *m, split_reading_arm arm);

/* What the metric shows for an arm in the newest window: "0.15 %", "182 ms", "87.1 %", or "-". */
const char *view_value(const view *v, uint32_t metric, split_reading_arm arm, char buf[32]);

const char *view_state_name(int32_t state);
const char *view_mode_name(int32_t mode);
const char *view_alarm_name(split_reading_alarm_state state);

const char *view_outcome_name(int outcome);
const char *view_heading_name(int heading);

/* How the journal says that it ended; what it says otherwise is abandoned. */
view_outcome view_outcome_of(const char *text);

/* What happens next and why, one sentence. */
void view_next(const view *v, char *buf, size_t buf_size);

/* Exit code of a state: 0 healthy, 3 hold, 4 critical, 5 rolled back, 6 no data. */
int view_exit_code(const view *v);

#endif
