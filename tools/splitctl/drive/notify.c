/* SPDX-License-Identifier: MIT */
/* The policy's notification targets, notified by a thread of its own. */
#include "drive/notify.h"

#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "split/net.h"
#include "split/notify.h"

#include "route/weights.h"

#define QUEUE 64
#define DRAIN_US 10000000 /* what is queued at the end may take so long */
#define EXEC_US 30000000

extern char **environ;

typedef struct queued {
    split_notify_event event;
    split_us at_us;
    int64_t percent_e6;
    char text[320];
} queued;

struct notifier {
    const split_policy *policy;
    split_http *http;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t wake;
    queued queue[QUEUE];
    size_t first;
    size_t n;
    bool stop;
    bool busy;
    split_rollout_decision last;
    bool has_last;
};

static const char *
event_name(split_notify_event event)
{
    switch (event) {
    case SPLIT_NOTIFY_ON_LEVEL:
        return "level";
    case SPLIT_NOTIFY_ON_HOLD:
        return "hold";
    case SPLIT_NOTIFY_ON_ADVANCE:
        return "advance";
    case SPLIT_NOTIFY_ON_ROLLBACK:
        return "rollback";
    default:
        return "complete";
    }
}

/* Wait for a child, and no longer than its time. */
static bool
await_child(pid_t pid)
{
    int status;
    split_us until = split_clock_now() + EXEC_US;
    while (waitpid(pid, &status, WNOHANG) == 0) {
        if (split_clock_now() > until) {
            kill(pid, SIGKILL);
            (void)waitpid(pid, &status, 0);
            return false;
        }
        (void)split_clock_sleep_until(split_clock_now() + 20000);
    }
    return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/* The program gets its arguments, then event, share and text. No shell is involved. */
static bool
run_program(const split_notify_info *info, const split_notice *notice)
{
    char share[16];
    char text[320];
    char event[16];
    char *argv[64];
    size_t n = 0;
    pid_t pid;
    argv[n++] = strdup(info->target);
    for (size_t i = 0; i < info->n_args && n < 60; i++)
        argv[n++] = strdup(info->args[i]);
    size_t n_owned = n;
    snprintf(event, sizeof event, "%s", notice->event);
    snprintf(text, sizeof text, "%s", notice->text);
    weights_print(notice->percent_e6, share);
    argv[n++] = event;
    argv[n++] = share;
    argv[n++] = text;
    argv[n] = NULL;
    bool done =
        posix_spawnp(&pid, info->target, NULL, NULL, argv, environ) == 0 && await_child(pid);
    for (size_t i = 0; i < n_owned; i++)
        free(argv[i]);
    return done;
}

static void
tell_one(notifier *n, size_t index, const queued *q)
{
    split_notify_info info;
    split_error error = {.size = sizeof error, .text = "the program failed"};
    split_sns sns;
    const split_notice notice = {.size = sizeof notice,
                                 .split = split_policy_name(n->policy),
                                 .event = event_name(q->event),
                                 .text = q->text,
                                 .at_us = q->at_us,
                                 .percent_e6 = q->percent_e6};
    int rc = split_policy_notify(n->policy, index, &info);
    if (rc != SPLIT_OK || !(info.on & (uint32_t)q->event))
        return;
    switch (info.type) {
    case SPLIT_NOTIFY_WEBHOOK:
        rc = split_notify_webhook(n->http, info.target, info.token, &notice, &error);
        break;
    case SPLIT_NOTIFY_SLACK:
        rc = split_notify_slack(n->http, info.target, &notice, &error);
        break;
    case SPLIT_NOTIFY_SNS:
        split_sns_init(&sns, info.target);
        rc = split_notify_sns(n->http, &sns, &notice, &error);
        break;
    case SPLIT_NOTIFY_EXEC:
        rc = run_program(&info, &notice) ? SPLIT_OK : SPLIT_ERR_PEER;
        break;
    }
    if (rc != SPLIT_OK) /* the target is not named: its URL may be the secret */
        fprintf(stderr, "splitctl: notify[%zu] (%s): %s\n", index, event_name(q->event),
                error.text);
}

static void *
work(void *ctx)
{
    notifier *n = ctx;
    pthread_mutex_lock(&n->lock);
    for (;;) {
        while (n->n == 0 && !n->stop)
            pthread_cond_wait(&n->wake, &n->lock);
        if (n->n == 0)
            break;
        queued q = n->queue[n->first];
        n->first = (n->first + 1) % QUEUE;
        n->n--;
        n->busy = true;
        pthread_mutex_unlock(&n->lock);
        for (size_t i = 0; i < split_policy_n_notify(n->policy); i++)
            tell_one(n, i, &q);
        pthread_mutex_lock(&n->lock);
        n->busy = false;
    }
    pthread_mutex_unlock(&n->lock);
    return NULL;
}

notifier *
notifier_start(const split_policy *policy)
{
    if (split_policy_n_notify(policy) == 0)
        return NULL;
    notifier *n = calloc(1, sizeof *n);
    if (n == NULL)
        return NULL;
    n->policy = policy;
    pthread_mutex_init(&n->lock, NULL);
    pthread_cond_init(&n->wake, NULL);
    if (split_http_new(NULL, &n->http) == SPLIT_OK &&
        pthread_create(&n->thread, NULL, work, n) == 0)
        return n;
    fputs("splitctl: nobody will be notified: no thread\n", stderr);
    split_http_free(&n->http);
    free(n);
    return NULL;
}

bool
notifier_stop(notifier *n)
{
    if (n == NULL)
        return true;
    split_us until = split_clock_now() + DRAIN_US;
    bool idle = false;
    pthread_mutex_lock(&n->lock);
    n->stop = true;
    pthread_cond_signal(&n->wake);
    pthread_mutex_unlock(&n->lock);
    while (!idle && split_clock_now() < until) {
        pthread_mutex_lock(&n->lock);
        idle = n->n == 0 && !n->busy;
        pthread_mutex_unlock(&n->lock);
        if (!idle)
            (void)split_clock_sleep_until(split_clock_now() + 10000);
    }
    if (!idle) {
        fputs("splitctl: some notices were not delivered in time\n", stderr);
        pthread_detach(n->thread); /* it still uses n: both end with the process */
        return false;
    }
    pthread_join(n->thread, NULL);
    pthread_mutex_destroy(&n->lock);
    pthread_cond_destroy(&n->wake);
    split_http_free(&n->http);
    free(n);
    return true;
}

/* When the queue is full the oldest notice gives way: the newest state matters. */
static void
enqueue(notifier *n, split_notify_event event, int64_t percent_e6, const char *text)
{
    pthread_mutex_lock(&n->lock);
    if (n->n == QUEUE) {
        n->first = (n->first + 1) % QUEUE;
        n->n--;
    }
    queued *q = &n->queue[(n->first + n->n++) % QUEUE];
    *q = (queued){.event = event, .at_us = split_clock_wall(), .percent_e6 = percent_e6};
    snprintf(q->text, sizeof q->text, "%s", text);
    pthread_cond_signal(&n->wake);
    pthread_mutex_unlock(&n->lock);
}

static void
tell_levels(notifier *n, const split_rollout *rollout, const split_rollout_decision *s)
{
    char text[320] = "";
    size_t at = 0;
    for (uint32_t m = 0; m < s->n_metrics && at < sizeof text; m++) {
        split_level before = n->has_last ? n->last.metrics[m].level : SPLIT_LEVEL_OK;
        split_level now = s->metrics[m].level;
        bool bad = now == SPLIT_LEVEL_WARNING || now == SPLIT_LEVEL_CRITICAL;
        bool was = before == SPLIT_LEVEL_WARNING || before == SPLIT_LEVEL_CRITICAL;
        if (now != before && (bad || was))
            at += (size_t)snprintf(text + at, sizeof text - at, "%s%s is %s", at > 0 ? ", " : "",
                                   split_rollout_metric(rollout, m)->name,
                                   split_level_name((int)now));
    }
    if (at > 0)
        enqueue(n, SPLIT_NOTIFY_ON_LEVEL, s->percent_e6, text);
}

/* A hold that time alone will not end. */
static bool
needs_person(const split_rollout_decision *s)
{
    switch (s->reason) {
    case SPLIT_REASON_WARNING:
    case SPLIT_REASON_SPLIT:
    case SPLIT_REASON_LOST_OUTCOMES:
    case SPLIT_REASON_REGRESSION:
    case SPLIT_REASON_SHARED_INCIDENT:
        return true;
    default:
        return s->alert;
    }
}

void
notifier_decision(notifier *n, const split_rollout *rollout, const split_rollout_decision *s)
{
    static const split_notify_event events[] = {SPLIT_NOTIFY_ON_HOLD, SPLIT_NOTIFY_ON_ADVANCE,
                                                SPLIT_NOTIFY_ON_COMPLETE, SPLIT_NOTIFY_ON_ROLLBACK};
    char detail[256];
    if (n == NULL)
        return;
    tell_levels(n, rollout, s);
    bool same = n->has_last && n->last.decision == s->decision && n->last.reason == s->reason &&
                n->last.phase == s->phase && n->last.alert == s->alert;
    bool wanted = s->decision != SPLIT_DECISION_HOLD || needs_person(s);
    if (!same && wanted) {
        split_rollout_detail(rollout, s, detail, sizeof detail);
        enqueue(n, events[s->decision], s->next_percent_e6, detail);
    }
    n->last = *s;
    n->has_last = true;
}
