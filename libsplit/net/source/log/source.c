/* SPDX-License-Identifier: MIT */
/* An access log, followed as it is written: the requests of both arms since the last poll. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/log/custom.h"
#include "net/source/log/failures.h"
#include "net/source/log/follow.h"
#include "net/source/log/spread.h"
#include "net/source/log/zone.h"
#include "net/source/source.h"

/* What the policy can say of logs: upstreams of the arms, cookies, the format. */
enum {
    FIELD_ARM,
    FIELD_BASELINE,
    FIELD_COOKIE,
    FIELD_VARIANT_COOKIE,
    FIELD_FORMAT,
    FIELD_STATUSES,
    FIELD_ZONE,
    N_FIELDS
};

static const char *const field_names[N_FIELDS] = {"arm",    "baseline", "cookie", "variant_cookie",
                                                  "format", "statuses", "tz"};

typedef struct log_source {
    log_follow follow;
    char *path;
    uint64_t max_read_bytes;
    const char *variant[SPLIT_READING_ARM_COUNT];
    int only_arm;                        /* every request is this arm's; -1: lines tell */
    const char *field[N_FIELDS];         /* NULL: the policy does not say */
    char *list[SPLIT_READING_ARM_COUNT]; /* upstreams; cut into pieces */
    split_log_map *maps;
    split_log_arms arms;
    split_log_rules rules;
    bool has_arm;     /* some line belonged to an arm */
    bool has_latency; /* some line has it */
    bool has_lookups[SPLIT_READING_ARM_COUNT];
    uint32_t statuses[LOG_STATUSES_MAX]; /* of the policy's own */
    char rejected[96]; /* the first line that was not understood, to be reported once */
    split_reading *out;
} log_source;

static int
index_of(const log_source *l, split_log_text arm)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        if (l->variant[a] != NULL && strlen(l->variant[a]) == arm.len &&
            memcmp(l->variant[a], arm.at, arm.len) == 0)
            return a;
    return -1;
}

static int
arm_of(const log_source *l, const split_log_record *r)
{
    return l->only_arm >= 0 ? l->only_arm : index_of(l, split_log_arm(&l->arms, r));
}

/* L5. Each attempt counts for the back end that it was sent to. */
static void
take_attempts(log_source *l, const split_log_record *r)
{
    for (uint32_t i = 1; i < r->n_attempts && l->only_arm < 0; i++) {
        int a = index_of(l, split_log_attempt_arm(&l->arms, r, i));
        if (a >= 0)
            split_log_count_attempt(&l->rules, r, i, &l->out->arm[a]);
    }
}

static void
take_record(void *ctx, const split_log_record *r)
{
    log_source *l = ctx;
    int a = arm_of(l, r);
    take_attempts(l, r);
    if (a < 0)
        return;
    l->has_arm = true;
    split_log_count(&l->rules, r, &l->out->arm[a]);
    if (r->status != 0 && r->latency_us >= 0)
        split__spread_add(&l->out->latency[a], r->latency_us);
}

static void
report(split_arm *arm, split_counter counter)
{
    arm->present |= UINT32_C(1) << counter;
}

/* L4. The log is written: an arm that it does not name had no request, and what its lines tell is
 * known to be zero. */
static void
report_arm(log_source *l, int a)
{
    split_arm *arm = &l->out->arm[a];
    l->has_lookups[a] = l->has_lookups[a] || split_arm_has(arm, SPLIT_COUNTER_LOOKUPS);
    l->out->has_arm[a] = true;
    report(arm, SPLIT_COUNTER_SENT);
    report(arm, SPLIT_COUNTER_OUTCOMES);
    report(arm, SPLIT_COUNTER_ERROR);
    report(arm, SPLIT_COUNTER_USER_ERRORS);
    report(arm, SPLIT_COUNTER_EDGE_REQUESTS);
    report(arm, SPLIT_COUNTER_EDGE_5XX);
    if (l->has_lookups[a]) {
        report(arm, SPLIT_COUNTER_LOOKUPS);
        report(arm, SPLIT_COUNTER_MISSES);
    }
    if (!l->has_latency)
        return;
    report(arm, SPLIT_COUNTER_TIMED);
    for (uint32_t m = 0; m < l->rules.n_metrics; m++)
        if (split_metric_is_latency(&l->rules.metrics[m]))
            arm->over_present |= UINT32_C(1) << m;
}

static void
report_arms(log_source *l)
{
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        l->has_latency = l->has_latency || split_arm_has(&l->out->arm[a], SPLIT_COUNTER_TIMED);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        if (l->variant[a] != NULL && (l->only_arm < 0 || l->only_arm == a))
            report_arm(l, a);
}

/* What people should know although the poll succeeded. */
static void
take_note(log_source *l, const log_sink *sink)
{
    char *note = l->out->note;
    if (l->rejected[0] == '\0')
        memcpy(l->rejected, sink->first_reject, sizeof l->rejected);
    size_t size = sizeof l->out->note;
    if (l->follow.is_missing)
        snprintf(note, size, "%.100s does not exist", l->path);
    else if (sink->is_damaged)
        snprintf(note, size, "%.100s holds gzip data that is damaged", l->path);
    else if (sink->bytes_left == 0)
        snprintf(note, size, "%.60s grows faster than %llu bytes per poll; the rest counts later",
                 l->path, (unsigned long long)l->max_read_bytes);
    else if (sink->n_rejected > 0)
        snprintf(note, size, "%.55s has lines that are not understood, such as: %.55s", l->path,
                 l->rejected);
}

static int
judge(log_source *l, const log_sink *sink, bool first, split_error *error)
{
    if (first)
        return split__net_fault(error, SPLIT_ERR_NO_DATA, "first poll of %.80s%s", l->path,
                                l->follow.is_missing ? ", which does not exist" : "");
    if (sink->n_records == 0 && sink->n_rejected > 0)
        return split__net_fault(error, SPLIT_ERR_PEER,
                                "none of %lld lines of %.50s is understood, first: %.50s",
                                (long long)sink->n_rejected, l->path, sink->first_reject);
    if (sink->n_records == 0)
        return split__net_fault(
            error, SPLIT_ERR_NO_DATA,
            l->follow.is_missing ? "%.120s does not exist" : "nothing new in %.120s", l->path);
    if (!l->has_arm)
        return split__net_fault(
            error, SPLIT_ERR_PEER,
            "none of %lld requests of %.60s can be given to '%.30s'; say in the "
            "policy's sources how",
            (long long)sink->n_records, l->path, l->variant[SPLIT_READING_ARM]);
    report_arms(l);
    return SPLIT_OK;
}

static int
cannot_read(const log_source *l, int code, split_error *error)
{
    if (code == ENOMEM)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    return split__net_fault(error, SPLIT_ERR_IO, "%.80s cannot be read: %s", l->path,
                            code == ESPIPE ? "it is no regular file" : strerror(code));
}

static int
log_read(void *state, split_reading *out, split_error *error)
{
    log_source *l = state;
    log_sink sink = {.take = take_record, .ctx = l, .bytes_left = l->max_read_bytes};
    bool first = !l->follow.is_marked;
    l->out = out;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        split__spread_begin(&out->latency[a]);
    int code = split__follow_look(&l->follow, &sink);
    if (code != 0 && sink.n_records == 0)
        return cannot_read(l, code, error);
    if (code != 0) /* what the files that had the name before gave is not lost */
        split__net_note(out, "%.60s cannot be read: %s; older files of that name were", l->path,
                        strerror(code));
    out->n_rejected = sink.n_rejected;
    code = judge(l, &sink, first, error);
    if (code == SPLIT_OK || code == SPLIT_ERR_NO_DATA)
        take_note(l, &sink);
    return code;
}

static void
log_close(void *state)
{
    log_source *l = state;
    split__follow_close(&l->follow);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        free(l->list[a]);
    free(l->maps);
    free(l->path);
    free(l);
}

static int
take_fields(log_source *l, const split_source_options *o, split_error *error)
{
    for (size_t i = 0; i < o->n_fields; i++) {
        const split_source_field *f = &o->fields[i];
        int k = 0;
        while (k < N_FIELDS && strcmp(f->field, field_names[k]) != 0)
            k++;
        if (k == N_FIELDS)
            return split__net_fault(error, SPLIT_ERR_FIELD,
                                    "log takes 'arm', 'baseline', 'cookie', 'variant_cookie', "
                                    "'format', 'statuses' and 'tz', not '%.60s'",
                                    f->field);
        if (l->field[k] != NULL && strcmp(l->field[k], f->text) != 0)
            return split__net_fault(error, SPLIT_ERR_VALUE,
                                    "log: '%.40s' and '%.40s' are both given as '%s'", l->field[k],
                                    f->text, field_names[k]);
        l->field[k] = f->text;
    }
    if (l->field[FIELD_COOKIE] != NULL && l->field[FIELD_VARIANT_COOKIE] != NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "log: give 'cookie' or 'variant_cookie', not both");
    return SPLIT_OK;
}

static int
take_format(log_source *l, split_error *error)
{
    int i = 0;
    char why[256] = "";
    log_zone zone;
    const char *name = l->field[FIELD_FORMAT];
    l->follow.format = name;
    l->follow.zone = l->field[FIELD_ZONE];
    if (!split__log_zone(l->follow.zone, &zone))
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "log: '%.40s' is no tz; write UTC, +HH:MM, or local and set the "
                                "variable TZ",
                                l->follow.zone);
    log_custom *custom = name == NULL ? NULL : split__log_custom_new(name, why, sizeof why);
    split__log_custom_free(custom);
    while (name != NULL && custom == NULL && strcmp(split_log_format_name(i), "?") != 0 &&
           strcmp(split_log_format_name(i), name) != 0)
        i++;
    if (why[0] != '\0')
        return split__net_fault(error, SPLIT_ERR_VALUE, "log: %s", why);
    if (strcmp(split_log_format_name(i), "?") == 0)
        return split__net_fault(error, SPLIT_ERR_VALUE, "log: there is no format '%.60s'", name);
    return SPLIT_OK;
}

static int
take_statuses(log_source *l, const split_source_options *o, split_error *error)
{
    l->rules.statuses = o->statuses;
    l->rules.n_statuses = o->n_statuses;
    if (l->field[FIELD_STATUSES] == NULL)
        return SPLIT_OK;
    l->rules.statuses = l->statuses;
    if (split__log_failures(l->field[FIELD_STATUSES], l->statuses, &l->rules.n_statuses))
        return SPLIT_OK;
    return split__net_fault(error, SPLIT_ERR_VALUE,
                            "log: '%.60s' are no statuses; write such as 500-599,429",
                            l->field[FIELD_STATUSES]);
}

/* Upstreams of an arm, by the policy; else those called like the variant, or "be_" and the
 * variant. */
static char *
list_of(const log_source *l, int a)
{
    const char *given = l->field[FIELD_ARM + a];
    const char *variant = l->variant[a] != NULL ? l->variant[a] : "";
    size_t size = 2 * strlen(variant) + sizeof ",be_";
    char *list = given != NULL ? strdup(given) : malloc(size);
    if (list != NULL && given == NULL)
        snprintf(list, size, "%s,be_%s", variant, variant);
    return list;
}

static void
cut_list(log_source *l, int a)
{
    char *rest = NULL;
    for (char *one = strtok_r(l->list[a], ", ", &rest); one != NULL;
         one = strtok_r(NULL, ", ", &rest))
        l->maps[l->arms.n_maps++] = (split_log_map){one, l->variant[a]};
}

static int
take_arms(log_source *l, const split_source_options *o)
{
    size_t n = 0;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        l->variant[a] = o->arms[a];
        l->list[a] = list_of(l, a);
        if (l->list[a] == NULL)
            return SPLIT_ERR_NOMEM;
        n += strlen(l->list[a]) / 2 + 1;
    }
    l->maps = calloc(n, sizeof *l->maps);
    if (l->maps == NULL)
        return SPLIT_ERR_NOMEM;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++)
        if (l->variant[a] != NULL)
            cut_list(l, a);
    l->arms.maps = l->maps;
    l->arms.cookie_is_variant = l->field[FIELD_VARIANT_COOKIE] != NULL;
    l->arms.cookie = l->arms.cookie_is_variant        ? l->field[FIELD_VARIANT_COOKIE]
                     : l->field[FIELD_COOKIE] != NULL ? l->field[FIELD_COOKIE]
                                                      : o->cookie;
    l->arms.assign = l->arms.cookie_is_variant ? NULL : o->assign;
    l->arms.assign_ctx = o->assign_ctx;
    return SPLIT_OK;
}

/* "FILE", or "VARIANT=FILE" where every request of the file is one arm's. */
static int
take_place(log_source *l, const split_source_options *o, const char *place, split_error *error)
{
    l->only_arm = -1;
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        size_t n = o->arms[a] != NULL ? strlen(o->arms[a]) : 0;
        if (n > 0 && strncmp(place, o->arms[a], n) == 0 && place[n] == '=') {
            l->only_arm = a;
            place += n + 1;
            break;
        }
    }
    if (*place == '\0')
        return split__net_fault(error, SPLIT_ERR_VALUE, "log: which file? write log:FILE");
    l->path = strdup(place);
    l->follow.path = l->path;
    return l->path != NULL ? SPLIT_OK : split__net_fault(error, SPLIT_ERR_NOMEM, "out of memory");
}

static int
prepare(log_source *l, const split_source_options *o, const char *place, split_error *error)
{
    int rc = take_place(l, o, place, error);
    if (rc == SPLIT_OK)
        rc = take_fields(l, o, error);
    if (rc == SPLIT_OK)
        rc = take_format(l, error);
    if (rc != SPLIT_OK)
        return rc;
    l->max_read_bytes = o->max_read_bytes;
    l->rules = (split_log_rules){.metrics = o->metrics, .n_metrics = o->n_metrics};
    rc = take_statuses(l, o, error);
    if (rc != SPLIT_OK)
        return rc;
    rc = take_arms(l, o);
    return rc == SPLIT_OK ? rc : split__net_fault(error, rc, "%s", split_strerror(rc));
}

static int
log_open(const split_source_options *options, const char *place, void **out_state,
         split_error *error)
{
    log_source *l = calloc(1, sizeof *l);
    if (l == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    int rc = prepare(l, options, place, error);
    if (rc != SPLIT_OK) {
        log_close(l);
        return rc;
    }
    *out_state = l;
    return SPLIT_OK;
}

const split__source_kind split__source_log = {
    .shown = {"log", "FILE", "an access log, followed as it is written"},
    .open = log_open,
    .read = log_read,
    .close = log_close,
};
