/* SPDX-License-Identifier: MIT */
/*
 * Kind verdict: JSON Lines of a policy, windows and operator actions; every field of a window's "expect" must match the
 * decision, numbers within 1e-9. A further policy line begins another rollout.
 */
#include "vectors.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "split/policy.h"
#include "split/split.h"
#include "vectors_window.h"

typedef struct verdict_run {
    vectors_run *run;
    split_policy *policy;
    split_rollout *rollout;
    vectors_arms arms;
    const char *name; /* "x-name" of the policy, or "" */
    char name_text[80];
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
        const bool warning = strcmp(field->string, "warning") == 0, critical = strcmp(field->string, "critical") == 0;
        if (!warning && !critical && strcmp(field->string, "compliance") != 0) {
            vectors_case(v->run, v->id, "ln_evidence: expected %s got no such bound", field->string);
            return false;
        }
        const double ln = warning ? got->ln_warning : critical ? got->ln_critical : got->ln_compliance;
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
        while (i < d->n_metrics && strcmp(split_rollout_metric(v->rollout, i)->name, item->string) != 0)
            i++;
        if (i == d->n_metrics) {
            vectors_case(v->run, v->id, "%s: expected %s got no such metric", want->string, item->string);
            return false;
        }
        const split_metric_decision *m = &d->metrics[i];
        const bool same = strcmp(want->string, "levels") == 0     ? check_text(v, item->string, item, split_level_name(m->level))
                          : strcmp(want->string, "verdicts") == 0 ? check_text(v, item->string, item, split_verdict_name(m->verdict))
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
        return check_text(v, field, want, split_decision_name(d->decision));
    if (strcmp(field, "reason") == 0)
        return check_text(v, field, want, split_rollout_reason(v->rollout, d));
    if (strcmp(field, "levels") == 0 || strcmp(field, "verdicts") == 0 || strcmp(field, "ln_evidence") == 0)
        return check_metrics(v, want, d);
    if (strcmp(field, "detail") == 0) {
        split_rollout_detail(v->rollout, d, detail, sizeof detail);
        return check_text(v, field, want, detail);
    }
    vectors_case(v->run, v->id, "expected a field %s got none of that name", field);
    return false;
}

static void
take_window(verdict_run *v, const cJSON *line)
{
    const cJSON *expect = cJSON_GetObjectItemCaseSensitive(line, "expect"), *field;
    split_window window;
    split_rollout_decision d;
    int err = vectors_window(line, &v->arms, v->rollout, &window);
    snprintf(v->id, sizeof v->id, "%s%s%lld", v->name, v->name[0] != '\0' ? "/" : "", (long long)window.id);
    if (err == 0)
        err = split_rollout_step(v->rollout, &window, &d);
    if (expect == NULL)
        return;
    const cJSON *error = cJSON_GetObjectItemCaseSensitive(expect, "error");
    if (err != 0 || error != NULL) {
        if (error == NULL)
            vectors_case(v->run, v->id, "expected a decision got %s", split_errname(err));
        else if (check_text(v, "error", error, err != 0 ? split_errname(err) : ""))
            vectors_case(v->run, v->id, NULL);
        return;
    }
    cJSON_ArrayForEach(field, expect)
    {
        if (!check_field(v, field, &d))
            return;
    }
    vectors_case(v->run, v->id, NULL);
}

static bool
take_action(verdict_run *v, const cJSON *line, const cJSON *what)
{
    for (int a = 0; cJSON_IsString(what) && a < SPLIT_ACTIONS; a++)
        if (strcmp(what->valuestring, split_action_name((split_action)a)) == 0) {
            const int err = split_rollout_act(v->rollout, (split_action)a);
            return err == 0 || err == SPLIT_ERR_MODE; /* after the end actions change nothing */
        }
    vectors_unreadable(v->run, NULL, line != NULL ? "an operator line with an unknown action" : "");
    return false;
}

static void
end_rollout(verdict_run *v)
{
    split_rollout_free(&v->rollout, NULL);
    split_policy_free(&v->policy, NULL);
}

static bool
take_policy(verdict_run *v, const cJSON *policy)
{
    split_error fault = {.size = sizeof fault};
    split_rollout_options options;
    char *text = cJSON_PrintUnformatted(policy);
    end_rollout(v);
    int err = text != NULL ? split_policy_load(text, strlen(text), NULL, &fault, 1, NULL, &v->policy) : SPLIT_ERR_NOMEM;
    cJSON_free(text);
    if (err == 0)
        err = split_policy_rollout_options(v->policy, &options);
    if (err == 0)
        err = split_rollout_new(&options, NULL, &v->rollout);
    if (err == 0)
        err = vectors_arms_of(v->policy, &v->arms);
    const cJSON *name = cJSON_GetObjectItemCaseSensitive(policy, "x-name");
    snprintf(v->name_text, sizeof v->name_text, "%s", cJSON_IsString(name) ? name->valuestring : "");
    v->name = v->name_text;
    if (err == 0)
        return true;
    fprintf(stderr, "%s: %s\n", fault.path, fault.text);
    vectors_unreadable(v->run, NULL, split_errname(err));
    return false;
}

static bool
take_line(verdict_run *v, const cJSON *line)
{
    const cJSON *policy = cJSON_GetObjectItemCaseSensitive(line, "policy");
    const cJSON *what = cJSON_GetObjectItemCaseSensitive(line, "do");
    if (policy != NULL)
        return take_policy(v, policy);
    if (v->rollout == NULL) {
        vectors_unreadable(v->run, NULL, "the first line is no policy");
        return false;
    }
    if (what != NULL)
        return take_action(v, line, what);
    take_window(v, line);
    return true;
}

static void
check(vectors_run *run, const char *text, size_t text_len)
{
    verdict_run v = {.run = run, .name = ""};
    const char *end = text + text_len;
    bool readable = true;
    while (readable && text < end) {
        const char *eol = memchr(text, '\n', (size_t)(end - text));
        const size_t len = (size_t)((eol != NULL ? eol : end) - text);
        if (len > 0) {
            cJSON *line = cJSON_ParseWithLength(text, len);
            readable = cJSON_IsObject(line) && take_line(&v, line);
            if (line == NULL)
                vectors_unreadable(run, NULL, "a line is not valid JSON");
            cJSON_Delete(line);
        }
        text += len + 1;
    }
    end_rollout(&v);
}

const vectors_kind vectors_verdict = {"verdict", check};
