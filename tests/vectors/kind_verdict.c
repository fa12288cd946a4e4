/* SPDX-License-Identifier: MIT */
/*
 * Kind verdict: JSON Lines of a policy, windows and operator actions; every field of a window's
 * "expect" must match the decision, numbers within 1e-9. A further policy line begins another
 * rollout.
 */
#include "vectors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "split/lines.h"
#include "split/split.h"

typedef struct verdict_run {
    vectors_run *run;
    split_lines *lines;
    split_rollout *rollout;
    split_line line;
    split_rollout_decision last; /* a refused window changes nothing: it is held against this */
    bool has_last;
    char name[80]; /* "x-name" of the policy, or "" */
    char id[120];
} verdict_run;

static bool
same_number(const cJSON *want, double got)
{
    const double off = fabs(want->valuedouble - got);
    return cJSON_IsNumber(want) && (off <= 1e-9 || off <= 1e-9 * fabs(want->valuedouble));
}

static bool
check_number(verdict_run *v, const char *field, const cJSON *want, double got)
{
    if (same_number(want, got))
        return true;
    vectors_case(v->run, v->id, "%s: expected %.12g got %.12g", field, want->valuedouble, got);
    return false;
}

static bool
check_text(verdict_run *v, const char *field, const cJSON *want, const char *got)
{
    if (cJSON_IsString(want) && strcmp(want->valuestring, got) == 0)
        return true;
    vectors_case(v->run, v->id, "%s: expected %s got %s", field,
                 cJSON_IsString(want) ? want->valuestring : "no text", got);
    return false;
}

static bool
check_evidence(verdict_run *v, const cJSON *want, const split_metric_decision *got)
{
    const cJSON *field;
    cJSON_ArrayForEach(field, want)
    {
        const bool warning = strcmp(field->string, "warning") == 0,
                   critical = strcmp(field->string, "critical") == 0;
        if (!warning && !critical && strcmp(field->string, "compliance") != 0) {
            vectors_case(v->run, v->id, "ln_evidence: expected %s got no such bound",
                         field->string);
            return false;
        }
        const double ln = warning    ? got->ln_warning
                          : critical ? got->ln_critical
                                     : got->ln_compliance;
        char name[96];
        snprintf(name, sizeof name, "%.64s %.16s", want->string, field->string);
        if (!check_number(v, name, field, ln))
            return false;
    }
    return true;
}

/* levels, verdicts and ln_evidence are objects by metric. */
static bool
check_metrics(verdict_run *v, const cJSON *want, const split_rollout_decision *d)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, want)
    {
        uint32_t i = 0;
        while (i < d->n_metrics &&
               strcmp(split_rollout_metric(v->rollout, i)->name, item->string) != 0)
            i++;
        if (i == d->n_metrics) {
            vectors_case(v->run, v->id, "%s: expected %s got no such metric", want->string,
                         item->string);
            return false;
        }
        const split_metric_decision *m = &d->metrics[i];
        const bool same = strcmp(want->string, "levels") == 0
                              ? check_text(v, item->string, item, split_level_name((int)m->level))
                          : strcmp(want->string, "verdicts") == 0
                              ? check_text(v, item->string, item, split_verdict_name((int)m->verdict))
                              : check_evidence(v, item, m);
        if (!same)
            return false;
    }
    return true;
}

static bool
check_field(verdict_run *v, const cJSON *want, const split_rollout_decision *d)
{
    const char *field = want->string;
    char detail[512];
    if (strcmp(field, "id") == 0)
        return check_number(v, field, want, (double)d->id);
    if (strcmp(field, "phase") == 0)
        return check_number(v, field, want, d->phase);
    if (strcmp(field, "percent") == 0)
        return check_number(v, field, want, (double)d->percent_e6 / 1e6);
    if (strcmp(field, "bake_s") == 0)
        return check_number(v, field, want, (double)d->bake_us / 1e6);
    if (strcmp(field, "decision") == 0)
        return check_text(v, field, want, split_decision_name((int)d->decision));
    if (strcmp(field, "reason") == 0)
        return check_text(v, field, want, split_rollout_reason(v->rollout, d));
    if (strcmp(field, "levels") == 0 || strcmp(field, "verdicts") == 0 ||
        strcmp(field, "ln_evidence") == 0)
        return check_metrics(v, want, d);
    if (strcmp(field, "detail") == 0) {
        split_rollout_detail(v->rollout, d, detail, sizeof detail);
        return check_text(v, field, want, detail);
    }
    vectors_case(v->run, v->id, "expected a field %s got none of that name", field);
    return false;
}

/* Fields of the decision; "error" is not one. */
static bool
check_fields(verdict_run *v, const cJSON *expect)
{
    const cJSON *field;
    cJSON_ArrayForEach(field, expect)
    {
        if (strcmp(field->string, "error") != 0 && !check_field(v, field, &v->last))
            return false;
    }
    return true;
}

static void
take_window(verdict_run *v, const cJSON *expect)
{
    split_rollout_decision d;
    const int err = split_rollout_step(v->rollout, &v->line.window, &d);
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(expect, "error");
    snprintf(v->id, sizeof v->id, "%s%s%lld", v->name, v->name[0] != '\0' ? "/" : "",
             (long long)v->line.window.id);
    if (err == 0) {
        v->last = d;
        v->has_last = true;
    }
    if (expect == NULL)
        return;
    v->last.id = v->line.window.id;
    if (error != NULL && !check_text(v, "error", error, err != 0 ? split_errname(err) : ""))
        return;
    if (!v->has_last && error == NULL)
        vectors_case(v->run, v->id, "expected a decision got %s", split_errname(err));
    else if (!v->has_last || check_fields(v, expect))
        vectors_case(v->run, v->id, NULL);
}

static void
end_rollout(verdict_run *v)
{
    split_rollout_free(&v->rollout, NULL);
    split_lines_free(&v->lines, NULL);
    v->has_last = false;
}

/* A policy line begins a rollout, also a second one. */
static int
begin_rollout(verdict_run *v)
{
    end_rollout(v);
    return split_lines_new(NULL, NULL, &v->lines);
}

static int
take_policy(verdict_run *v, const cJSON *policy)
{
    split_rollout_options options;
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(policy, "x-name");
    snprintf(v->name, sizeof v->name, "%s", cJSON_IsString(name) ? name->valuestring : "");
    const int err = split_policy_rollout_options(split_lines_policy(v->lines), &options);
    return err != 0 ? err : split_rollout_new(&options, NULL, &v->rollout);
}

static int
take_action(verdict_run *v)
{
    const int err = split_rollout_act(v->rollout, v->line.operation.action);
    return err == SPLIT_ERR_MODE ? 0 : err; /* after the end actions change nothing */
}

/* Read a line with the library, and its expectation with cJSON. */
static int
take_line(verdict_run *v, const char *text, size_t text_len, const cJSON *json, split_error *fault)
{
    const cJSON *policy = cJSON_GetObjectItemCaseSensitive(json, "policy");
    int err = policy != NULL ? begin_rollout(v) : v->lines != NULL ? 0 : SPLIT_ERR_MODE;
    if (err == 0)
        err = split_lines_read(v->lines, text, text_len, &v->line, fault);
    if (err != 0)
        return err;
    switch (v->line.kind) {
    case SPLIT_LINE_POLICY:
        return take_policy(v, policy);
    case SPLIT_LINE_OPERATOR:
        return take_action(v);
    default:
        take_window(v, cJSON_GetObjectItemCaseSensitive(json, "expect"));
        return 0;
    }
}

static bool
check_line(verdict_run *v, const char *text, size_t text_len)
{
    split_error fault = {.size = sizeof fault};
    cJSON *json = cJSON_ParseWithLength(text, text_len);
    const int err = take_line(v, text, text_len, json, &fault);
    cJSON_Delete(json);
    if (err == 0)
        return true;
    char why[512];
    snprintf(why, sizeof why, "%s: %s %s", split_errname(err), fault.path, fault.text);
    vectors_unreadable(v->run, v->name[0] != '\0' ? v->name : NULL, why);
    return false;
}

static void
check(vectors_run *run, const char *text, size_t text_len)
{
    verdict_run v = {.run = run};
    const char *end = text + text_len;
    bool readable = true;
    while (readable && text < end) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        const size_t len = (size_t)((eol != NULL ? eol : end) - text);
        if (len > 0)
            readable = check_line(&v, text, len);
        text += len + 1;
    }
    end_rollout(&v);
}

const vectors_kind vectors_verdict = {"verdict", check};
