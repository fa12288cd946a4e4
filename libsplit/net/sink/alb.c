/* SPDX-License-Identifier: MIT */
/*
 * Sink kind "alb": the weights of a rule's (or a listener's default) forward action. There is no
 * fence at AWS: what was read is compared again just before the write.
 */
#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/aws/aws.h"
#include "net/base/fault.h"
#include "net/sink/setting.h"
#include "net/sink/weights.h"

#define SCALE 1000
#define WEIGHT_MAX 999
#define TRIES 4

typedef struct alb_state {
    char region[AWS_REGION_BYTES];
    bool rule; /* or a listener */
} alb_state;

/* What one forward action says. */
typedef struct forward {
    double weights[SPLIT_VARIANTS_MAX];
    bool sticky;
    int sticky_s;
} forward;

static int
open_alb(sink_call *call, void **out_state)
{
    static const char start[] = "arn:aws:elasticloadbalancing:";
    const char *arn = split__sink_setting(call->options, "arn");
    alb_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return split__sink_no_memory(call);
    s->rule = arn != NULL && strstr(arn, ":listener-rule/") != NULL;
    if (arn == NULL || strncmp(arn, start, strlen(start)) != 0 ||
        !split__aws_region(arn + strlen(start), s->region) ||
        (!s->rule && strstr(arn, ":listener/") == NULL)) {
        free(s);
        return split__net_fault(call->error, SPLIT_ERR_VALUE,
                                "'%.120s' is not the ARN of a load balancer's rule or listener",
                                arn != NULL ? arn : "");
    }
    *out_state = s;
    return SPLIT_OK;
}

static int
send_form(sink_call *call, const char *action, const char *form, bool asks, split_http_answer *out)
{
    const alb_state *s = call->state;
    const aws_call aws = {.service = "Elastic Load Balancing",
                          .name = "elasticloadbalancing",
                          .action = action,
                          .region = s->region,
                          .endpoint_env = "AWS_ENDPOINT_URL_ELASTIC_LOAD_BALANCING_V2",
                          .chain = call->chain,
                          .headers = {"Content-Type: application/x-www-form-urlencoded"},
                          .n_headers = 1,
                          .body = form,
                          .tries = TRIES,
                          .repeatable = asks};
    return split__aws_send(call->http, &aws, out, call->error);
}

/* The text of the first <name> after `from` and before `end`; false when there is none. */
static bool
element(const char *from, const char *end, const char *name, char *buf, size_t buf_size)
{
    char mark[64];
    snprintf(mark, sizeof mark, "<%s>", name);
    const char *at = strstr(from, mark);
    if (at == NULL || (end != NULL && at >= end))
        return false;
    at += strlen(mark);
    snprintf(buf, buf_size, "%.*s", (int)strcspn(at, "<"), at);
    return true;
}

/* All <member>s of <TargetGroups>. False when one is of no variant. */
static bool
take_groups(const sink_call *call, const char *from, const char *end, forward *out)
{
    char arn[512];
    char weight[32];
    for (const char *p = strstr(from, "<TargetGroupArn>"); p != NULL && p < end;
         p = strstr(p + 1, "<TargetGroupArn>")) {
        const char *next = strstr(p, "</member>");
        if (!element(p, next, "TargetGroupArn", arn, sizeof arn))
            return false;
        size_t v = split__sink_variant(call->options, arn);
        if (v == SIZE_MAX)
            return false;
        /* The weight may stand on either side of the ARN in its member. */
        const char *member = p;
        while (member > from && strncmp(member, "<member>", 8) != 0)
            member--;
        out->weights[v] =
            element(member, next, "Weight", weight, sizeof weight) ? strtod(weight, NULL) : 1;
    }
    return true;
}

static int
take_forward(sink_call *call, const char *body, forward *out)
{
    char text[32];
    const char *config = strstr(body, "<ForwardConfig>");
    const char *end = config != NULL ? strstr(config, "</ForwardConfig>") : NULL;
    *out = (forward){.sticky = false};
    if (end == NULL || strstr(end + 1, "<ForwardConfig>") != NULL ||
        strstr(body, "<Type>authenticate") != NULL)
        return split__net_fault(call->error, SPLIT_ERR_PEER,
                                "the rule has no single forward action to target groups, so its "
                                "weights cannot be set without losing something");
    if (!take_groups(call, config, end, out))
        return split__net_fault(call->error, SPLIT_ERR_PEER,
                                "the rule forwards to a target group that is in no variant's "
                                "targets");
    out->sticky = element(config, end, "Enabled", text, sizeof text) && strcmp(text, "true") == 0;
    if (element(config, end, "DurationSeconds", text, sizeof text))
        out->sticky_s = atoi(text);
    return SPLIT_OK;
}

static int
describe(sink_call *call, forward *out)
{
    const alb_state *s = call->state;
    char *form = NULL;
    split_http_answer answer;
    char *arn = curl_easy_escape(NULL, split__sink_setting(call->options, "arn"), 0);
    if (arn == NULL ||
        asprintf(&form, "Action=Describe%s&Version=2015-12-01&%s.member.1=%s",
                 s->rule ? "Rules" : "Listeners", s->rule ? "RuleArns" : "ListenerArns", arn) < 0)
        form = NULL;
    curl_free(arn);
    if (form == NULL)
        return split__sink_no_memory(call);
    int rc = send_form(call,
                       s->rule ? "elasticloadbalancing:DescribeRules"
                               : "elasticloadbalancing:DescribeListeners",
                       form, true, &answer);
    free(form);
    return rc == SPLIT_OK ? take_forward(call, answer.body, out) : rc;
}

static void
put_fence(const sink_call *call, const forward *f, char fence[SPLIT_SINK_FENCE_BYTES])
{
    uint64_t hash = UINT64_C(14695981039346656037); /* FNV-1a over the weights */
    for (size_t v = 0; v < call->options->n_variants; v++)
        hash = (hash ^ (uint64_t)f->weights[v]) * UINT64_C(1099511628211);
    snprintf(fence, SPLIT_SINK_FENCE_BYTES, "%016llx", (unsigned long long)hash);
}

static int
fetch(sink_call *call, sink_found *out)
{
    forward f;
    int rc = describe(call, &f);
    if (rc != SPLIT_OK)
        return rc;
    out->state.exists = true;
    put_fence(call, &f, out->state.fence);
    split__weights_shares(f.weights, call->options->n_variants, &out->state);
    return SPLIT_OK;
}

static void
put_text(FILE *out, const char *name, const char *text)
{
    char *value = curl_easy_escape(NULL, text, 0);
    fprintf(out, "&%s=%s", name, value != NULL ? value : "");
    curl_free(value);
}

/* The form of ModifyRule or ModifyListener; NULL without memory. */
static char *
form_of(const sink_call *call, const forward *was, const uint32_t *weights)
{
    const alb_state *s = call->state;
    const char *list = s->rule ? "Actions" : "DefaultActions";
    char name[128];
    char *text = NULL;
    size_t len;
    FILE *out = open_memstream(&text, &len);
    if (out == NULL)
        return NULL;
    fprintf(out, "Action=Modify%s&Version=2015-12-01&%s.member.1.Type=forward",
            s->rule ? "Rule" : "Listener", list);
    put_text(out, s->rule ? "RuleArn" : "ListenerArn", split__sink_setting(call->options, "arn"));
    for (size_t v = 0; v < call->options->n_variants; v++) {
        snprintf(name, sizeof name,
                 "%s.member.1.ForwardConfig.TargetGroups.member.%zu.TargetGroupArn", list, v + 1);
        put_text(out, name, split__sink_target(call->options, v));
        fprintf(out, "&%s.member.1.ForwardConfig.TargetGroups.member.%zu.Weight=%u", list, v + 1,
                weights[v] > WEIGHT_MAX ? WEIGHT_MAX : weights[v]);
    }
    if (was->sticky)
        fprintf(out,
                "&%s.member.1.ForwardConfig.TargetGroupStickinessConfig.Enabled=true"
                "&%s.member.1.ForwardConfig.TargetGroupStickinessConfig.DurationSeconds=%d",
                list, list, was->sticky_s);
    if (fclose(out) != 0) {
        free(text);
        return NULL;
    }
    return text;
}

static int
store(sink_call *call, const split_route *route, const char *fence)
{
    forward was;
    uint32_t weights[SPLIT_VARIANTS_MAX];
    char now[SPLIT_SINK_FENCE_BYTES];
    split_http_answer answer;
    int rc = split__weights_of(call, route, SCALE, weights);
    if (rc == SPLIT_OK)
        rc = describe(call, &was);
    if (rc != SPLIT_OK)
        return rc;
    put_fence(call, &was, now);
    if (strcmp(now, fence) != 0)
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "another writer was faster; read again");
    char *form = form_of(call, &was, weights);
    if (form == NULL)
        return split__sink_no_memory(call);
    rc = send_form(call,
                   ((const alb_state *)call->state)->rule ? "elasticloadbalancing:ModifyRule"
                                                          : "elasticloadbalancing:ModifyListener",
                   form, false, &answer);
    free(form);
    return rc;
}

const sink_kind split__sink_alb = {.open = open_alb, .fetch = fetch, .store = store, .close = free};
