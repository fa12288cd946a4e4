/* SPDX-License-Identifier: MIT */
/* CloudWatch: counts of whole periods, each one read once, and alarms (design/sources.md 3). */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/aws.h"
#include "net/source/cloudwatch/cloudwatch.h"
#include "net/source/cloudwatch/alarms.h"
#include "net/source/cloudwatch/answer.h"
#include "net/source/cloudwatch/counts.h"
#include "net/source/cloudwatch/place.h"
#include "net/source/cloudwatch/plan.h"
#include "net/source/cloudwatch/request.h"
#include "net/source/cloudwatch/suspects.h"
#include "net/source/cloudwatch/text.h"
#include "net/source/source.h"
#include "common/sized.h"

#define PREFLIGHT_PERIODS 15
#define FAILED_PAUSE_US 1000000 /* a refusal is not asked for again sooner */

typedef struct cloudwatch_source {
    split_source_options options;
    split_http *http;
    aws_chain *chain;
    cw_place place;
    cw_plan plan;
    bool has_mark;
    bool has_looked;      /* the first poll was answered */
    split_us mark;        /* wall clock; everything before it is read */
    split_reading alarms; /* the newest that are known */
    split_us deadline_us; /* monotonic: of this poll */
    split_us failed_us;   /* monotonic: when the last answer was an error; 0 for none */
    split_error failure;
} cloudwatch_source;

/* Attempts are counted here: a POST that only asks may be repeated, also when it was throttled. */
static aws_call
make_call(const cloudwatch_source *c, const char *action, const char *target, const char *body)
{
    return (aws_call){.service = "CloudWatch",
                      .name = "monitoring",
                      .action = action,
                      .region = c->place.region,
                      .endpoint_env = "AWS_ENDPOINT_URL_CLOUDWATCH",
                      .chain = c->chain,
                      .headers = {"Content-Type: application/x-amz-json-1.0", target},
                      .n_headers = 2,
                      .body = body,
                      .tries = c->options.http->tries,
                      .repeatable = true};
}

static int
no_memory(split_error *error)
{
    return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
}

/* A poll must not take longer than a window, however many pages it has. */
static int
check_pages(const cloudwatch_source *c, int page, split_error *error)
{
    if (page == CW_PAGES_MAX)
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "CloudWatch: the answer has more than %d pages", CW_PAGES_MAX);
    if (page > 0 && split_clock_now() > c->deadline_us)
        return split__net_fault(error, SPLIT_ERR_NET,
                                "CloudWatch: its pages take longer than a window");
    return SPLIT_OK;
}

static int
ask_page(const cloudwatch_source *c, cw_plan *plan, cw_points *points, const char *token,
         char **out_token, char *note, split_error *error)
{
    split_http_answer answer;
    char *body = split__cw_ask_metrics(plan, points, token);
    if (body == NULL)
        return no_memory(error);
    const aws_call call =
        make_call(c, "cloudwatch:GetMetricData",
                  "X-Amz-Target: GraniteServiceVersion20100801.GetMetricData", body);
    int rc = split__aws_send(c->http, &call, &answer, error);
    free(body);
    if (rc != SPLIT_OK)
        return rc;
    return split__cw_take_metrics(plan, &answer, points, out_token, note,
                                  sizeof((split_reading *)0)->note, error);
}

/* All pages over the span of `points`, or an error and nothing of them. */
static int
ask_metrics(const cloudwatch_source *c, cw_plan *plan, cw_points *points, char *note,
            split_error *error)
{
    char *token = NULL;
    int rc = SPLIT_OK;
    for (size_t i = 0; i < plan->n_series; i++)
        plan->series[i].complete = false;
    for (int page = 0; rc == SPLIT_OK && page <= CW_PAGES_MAX; page++) {
        char *next = NULL;
        rc = check_pages(c, page, error);
        if (rc == SPLIT_OK)
            rc = ask_page(c, plan, points, token, &next, note, error);
        free(token);
        token = next;
        if (next == NULL)
            break;
    }
    free(token);
    return rc == SPLIT_OK ? split__cw_check_whole(plan, error) : rc;
}

static int
ask_alarm_page(cloudwatch_source *c, cw_suspects *suspects, const char *token, char **out_token,
               split_error *error)
{
    split_http_answer answer;
    char *body = split__cw_ask_alarms(c->place.prefix, token);
    if (body == NULL)
        return no_memory(error);
    const aws_call call =
        make_call(c, "cloudwatch:DescribeAlarms",
                  "X-Amz-Target: GraniteServiceVersion20100801.DescribeAlarms", body);
    int rc = split__aws_send(c->http, &call, &answer, error);
    free(body);
    return rc == SPLIT_OK ? split__cw_take_alarms(&answer, &c->alarms, suspects, out_token, error)
                          : rc;
}

/* An alarm tells why it changed its state last; what it watches may have had data since. */
static void
look_for_data(cloudwatch_source *c, cw_suspects *suspects)
{
    cw_points points;
    char note[sizeof((split_reading *)0)->note] = "";
    split_us end = split__cw_floor(split_clock_wall(), CW_SUSPECT_PERIOD_US);
    split_us start = end - CW_SUSPECT_PERIODS * CW_SUSPECT_PERIOD_US;
    if (suspects->plan.n_series > 0 &&
        split__cw_points_new(suspects->plan.n_series, start, CW_SUSPECT_PERIOD_US,
                             CW_SUSPECT_PERIODS, &points) == SPLIT_OK) {
        (void)ask_metrics(c, &suspects->plan, &points, note, NULL);
        split__cw_points_free(&points);
    }
    split__cw_suspects_close(suspects, &c->alarms);
}

/* W7. Alarms are shown, not judged: that they are unknown must not keep a failure from being
 * proven. */
static void
ask_alarms(cloudwatch_source *c, char *note, size_t note_size)
{
    split_error error = {.size = sizeof error};
    char *token = NULL;
    cw_suspects suspects = {.plan = {.n_series = 0}};
    int rc = SPLIT_OK;
    split_reading_init(&c->alarms);
    for (int page = 0; rc == SPLIT_OK && page <= CW_PAGES_MAX; page++) {
        char *next = NULL;
        rc = check_pages(c, page, &error);
        if (rc == SPLIT_OK)
            rc = ask_alarm_page(c, &suspects, token, &next, &error);
        free(token);
        token = next;
        if (next == NULL)
            break;
    }
    free(token);
    look_for_data(c, &suspects);
    if (rc == SPLIT_OK)
        return;
    split_reading_init(&c->alarms);
    if (note[0] == '\0')
        snprintf(note, note_size, "alarms: %.150s", error.text);
}

/* The period after the newest that has settled. Reads come a window apart; so that a little
 * unsteadiness does not make them see none and then two, the first poll stays clear of the ends of
 * periods. */
static void
set_mark(cloudwatch_source *c, split_us now)
{
    split_us phase = (now - c->place.settle) % c->place.period;
    if (phase < c->place.period / 8 || phase > c->place.period - c->place.period / 8)
        c->place.settle += c->place.period / 4;
    c->mark = split__cw_floor(now - c->place.settle, c->place.period);
    c->has_mark = true;
}

/* Names what never had a datapoint: most often a name or a dimension is wrong. */
static void
note_unseen(const cloudwatch_source *c, char *note, size_t note_size)
{
    size_t n = 0;
    const cw_series *first = NULL;
    const cw_series *zero = NULL;
    char name[112];
    for (size_t i = 0; i < c->plan.n_series; i++) {
        const cw_series *s = &c->plan.series[i];
        bool unseen = !s->seen && !s->text.sparse;
        first = unseen && first == NULL ? s : first;
        zero = !s->seen && s->text.sparse && zero == NULL ? s : zero;
        n += unseen ? 1 : 0;
    }
    if ((n == 0 && zero == NULL) || note[0] != '\0')
        return;
    split__cw_print(n > 0 ? &first->text : &zero->text, name, sizeof name);
    if (n == 0)
        snprintf(note, note_size, "%.90s had no datapoint yet and counts as 0; is its name right?",
                 name);
    else if (n == 1)
        snprintf(note, note_size, "no datapoints of %.110s", name);
    else
        snprintf(note, note_size, "no datapoints of %.90s and %zu more", name, n - 1);
}

/* W6. Credentials, region and names are tried out on periods that are not counted. */
static int
look_first(cloudwatch_source *c, split_reading *out, split_error *error)
{
    cw_points points;
    int rc = SPLIT_OK;
    if (!c->has_mark)
        set_mark(c, split_clock_wall());
    if (c->plan.n_series > 0) {
        rc = split__cw_points_new(c->plan.n_series, c->mark - PREFLIGHT_PERIODS * c->place.period,
                                  c->place.period, PREFLIGHT_PERIODS, &points);
        if (rc != SPLIT_OK)
            return no_memory(error);
        rc = ask_metrics(c, &c->plan, &points, out->note, error);
        split__cw_points_free(&points);
    }
    if (rc != SPLIT_OK)
        return rc;
    c->has_looked = true;
    note_unseen(c, out->note, sizeof out->note);
    return split__net_fault(error, SPLIT_ERR_NO_DATA, "first poll of CloudWatch");
}

/* W1. The mark moves only when everything up to its new place was read. */
static int
read_periods(cloudwatch_source *c, size_t n_periods, split_reading *out, split_error *error)
{
    cw_points points;
    int rc = split__cw_points_new(c->plan.n_series, c->mark, c->place.period, n_periods, &points);
    if (rc != SPLIT_OK)
        return no_memory(error);
    if (c->plan.n_series > 0)
        rc = ask_metrics(c, &c->plan, &points, out->note, error);
    if (rc == SPLIT_OK) {
        bool any =
            split__cw_count(&c->plan, &points, c->options.metrics, c->options.n_metrics, out);
        c->mark += (split_us)n_periods * c->place.period;
        note_unseen(c, out->note, sizeof out->note);
        if (!any)
            rc = split__net_fault(error, SPLIT_ERR_NO_DATA, "CloudWatch has no data");
    }
    split__cw_points_free(&points);
    return rc;
}

static void
put_alarms(const cloudwatch_source *c, split_reading *out)
{
    out->has_alarms = c->alarms.has_alarms;
    out->n_alarms = c->alarms.n_alarms;
    out->n_alarms_unknown = c->alarms.n_alarms_unknown;
    out->n_alarm_names = c->alarms.n_alarm_names;
    memcpy(out->alarm_names, c->alarms.alarm_names, sizeof out->alarm_names);
}

static int
ask(cloudwatch_source *c, split_reading *out, split_error *error)
{
    split_us settled = split__cw_floor(split_clock_wall() - c->place.settle, c->place.period);
    int rc;
    if (!c->has_looked) {
        rc = look_first(c, out, error);
    } else if (settled <= c->mark) {
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "CloudWatch's next period is not over");
    } else {
        int64_t n = (settled - c->mark) / c->place.period;
        int64_t most = c->plan.n_series > 0 ? (int64_t)(CW_POINTS_MAX / c->plan.n_series) : n;
        rc = read_periods(c, (size_t)(n < most ? n : most), out, error);
    }
    if (c->place.wants_alarms && (rc == SPLIT_OK || rc == SPLIT_ERR_NO_DATA))
        ask_alarms(c, out->note, sizeof out->note);
    return rc;
}

static int
cloudwatch_read(void *state, split_reading *out, split_error *error)
{
    cloudwatch_source *c = state;
    split_us now = split_clock_now();
    if (c->failed_us == 0 || now - c->failed_us >= FAILED_PAUSE_US) {
        c->deadline_us = now + c->options.window_us;
        int rc = ask(c, out, &c->failure);
        bool failed = rc != SPLIT_OK && rc != SPLIT_ERR_NO_DATA;
        c->failure.code = rc;
        c->failed_us = failed ? split_clock_now() : 0;
    }
    put_alarms(c, out);
    if (error != NULL && c->failure.code != SPLIT_OK)
        split__error_give(error, &c->failure);
    return c->failure.code;
}

/* W5. Periods that began before now are of the traffic before. */
static void
cloudwatch_mark(void *state)
{
    cloudwatch_source *c = state;
    split_us now = split_clock_wall();
    split_us next = split__cw_floor(now + c->place.period - 1, c->place.period);
    if (c->has_mark && next > c->mark)
        c->mark = next;
}

static void
cloudwatch_close(void *state)
{
    cloudwatch_source *c = state;
    split_http_free(&c->http);
    split__aws_chain_free(&c->chain);
    split__cw_plan_free(&c->plan);
    free(c);
}

/* Better said now than after the first window. */
static int
find_credentials(cloudwatch_source *c, split_error *error)
{
    const aws_identity *who;
    split_error why = {.size = sizeof why};
    int rc = split__aws_chain_new(&c->chain);
    if (rc != SPLIT_OK)
        return no_memory(error);
    rc = split__aws_chain_get(c->chain, &who, &why);
    if (rc == SPLIT_OK)
        return rc;
    return split__net_fault(error, rc == SPLIT_ERR_NO_DATA ? SPLIT_ERR_VALUE : rc, "cloudwatch: %s",
                            why.text);
}

static int
prepare(cloudwatch_source *c, const char *place, split_error *error)
{
    split_http_options http = *c->options.http;
    int rc = split__cw_place_read(place, &c->place, error);
    if (rc == SPLIT_OK)
        rc = split__cw_plan(&c->options, c->place.region, &c->plan, error);
    if (rc != SPLIT_OK)
        return rc;
    if (c->plan.n_series == 0 && !c->place.wants_alarms)
        return split__net_fault(error, SPLIT_ERR_FIELD,
                                "the policy names nothing at cloudwatch for %s; write a metric's "
                                "sources.cloudwatch",
                                c->place.region);
    if (c->options.window_us < c->place.period)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "cloudwatch: windows of %.3g s are shorter than its period of "
                                "%.3g s; set rollout.window, or ?period=",
                                (double)c->options.window_us / 1e6, (double)c->place.period / 1e6);
    rc = find_credentials(c, error);
    if (rc != SPLIT_OK)
        return rc;
    http.tries = 1;
    rc = split_http_new(&http, &c->http);
    return rc == SPLIT_OK ? rc : split__net_fault(error, rc, "%s", split_strerror(rc));
}

static int
cloudwatch_open(const split_source_options *options, const char *place, void **out_state,
                split_error *error)
{
    cloudwatch_source *c = calloc(1, sizeof *c);
    if (c == NULL)
        return no_memory(error);
    c->options = *options;
    c->failure.size = sizeof c->failure;
    split_reading_init(&c->alarms);
    int rc = prepare(c, place, error);
    if (rc != SPLIT_OK) {
        cloudwatch_close(c);
        return rc;
    }
    *out_state = c;
    return SPLIT_OK;
}

const split__source_kind split__source_cloudwatch = {{"cloudwatch", "REGION", "Amazon CloudWatch"},
                                                     cloudwatch_open,
                                                     cloudwatch_read,
                                                     cloudwatch_close,
                                                     cloudwatch_mark};
