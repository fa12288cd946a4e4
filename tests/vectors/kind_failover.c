/* SPDX-License-Identifier: MIT */
/* Kind failover: traces, an array of {id, chains, config, steps}; each step carries what it
 * expects. A case is a trace. */
#include "vectors.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "failover_config.h"
#include "split/split.h"

#define MAX_REQUESTS 65536
#define MAX_ATTEMPTS 16

/* A request's attempts by number, for reports that come later. */
typedef struct asked {
    const char *id;
    uint32_t n_attempts;
    split_failover_token tokens[MAX_ATTEMPTS];
} asked;

typedef struct trace {
    vectors_run *run;
    const char *id;
    int step;
    const char *origins[SPLIT_FAILOVER_ORIGINS_MAX];
    split_failover_chain chains[SPLIT_FAILOVER_CHAINS_MAX];
    const char *chain_names[SPLIT_FAILOVER_CHAINS_MAX];
    size_t n_origins, n_chains;
    split_failover *fo;
    split_failover_events events;
    asked *requests;
    size_t n_requests;
    bool failed;
} trace;

#define FAIL(t, ...) (vectors_case((t)->run, (t)->id, __VA_ARGS__), (t)->failed = true, false)

static const char *
text(const cJSON *object, const char *name)
{
    const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, name);
    return cJSON_IsString(item) ? item->valuestring : "";
}

static bool
flag(const cJSON *object, const char *name)
{
    return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(object, name));
}

static int32_t
index_of(const char *const *names, size_t n, const char *name)
{
    for (size_t i = 0; i < n; i++)
        if (strcmp(names[i], name) == 0)
            return (int32_t)i;
    return -1;
}

static const char *
origin_name(const trace *t, int32_t index)
{
    return index < 0 ? "none" : t->origins[index];
}

static bool
read_chain(trace *t, const cJSON *item)
{
    const cJSON *member;
    if (t->n_chains >= SPLIT_FAILOVER_CHAINS_MAX ||
        cJSON_GetArraySize(item) > SPLIT_FAILOVER_CHAIN_MAX)
        return false;
    split_failover_chain *chain = &t->chains[t->n_chains];
    t->chain_names[t->n_chains++] = item->string;
    cJSON_ArrayForEach(member, item)
    {
        if (!cJSON_IsString(member) || t->n_origins >= SPLIT_FAILOVER_ORIGINS_MAX)
            return false;
        int32_t index = index_of(t->origins, t->n_origins, member->valuestring);
        if (index < 0) {
            index = (int32_t)t->n_origins;
            t->origins[t->n_origins++] = member->valuestring;
        }
        chain->origins[chain->n_origins++] = (uint32_t)index;
    }
    return chain->n_origins > 0;
}

static bool
make_machine(trace *t, const cJSON *item)
{
    const cJSON *chain;
    split_failover_options o;
    cJSON_ArrayForEach(chain, cJSON_GetObjectItemCaseSensitive(item, "chains"))
    {
        if (!read_chain(t, chain))
            return FAIL(t, "expected chains of origin names got something else");
    }
    split_failover_options_init(&o);
    const char *bad = failover_config_take(&o, cJSON_GetObjectItemCaseSensitive(item, "config"));
    if (bad != NULL)
        return FAIL(t, "expected a known config field got %s", bad);
    o.origins = t->origins;
    o.n_origins = t->n_origins;
    o.chains = t->chains;
    o.n_chains = t->n_chains;
    const int err = split_failover_new(&o, NULL, &t->fo);
    return err == 0 || FAIL(t, "expected a machine got %s", split_errname(err));
}

static bool
same_attempt(trace *t, const cJSON *expect, int32_t origin, const char *kind)
{
    if (cJSON_IsNull(expect) || expect == NULL)
        return origin < 0 || FAIL(t, "step %d: expected no origin got %s %s", t->step,
                                  origin_name(t, origin), kind);
    if (origin < 0 || strcmp(text(expect, "origin"), t->origins[origin]) != 0 ||
        strcasecmp(text(expect, "kind"), kind) != 0)
        return FAIL(t, "step %d: expected %s %s got %s %s", t->step, text(expect, "origin"),
                    text(expect, "kind"), origin_name(t, origin), kind);
    return true;
}

static bool
same_events(trace *t, const cJSON *expected)
{
    if (cJSON_GetArraySize(expected) != (int)t->events.n)
        return FAIL(t, "step %d: expected %d events got %u%s%s", t->step,
                    cJSON_GetArraySize(expected), t->events.n, t->events.n > 0 ? ", first " : "",
                    t->events.n > 0 ? split_failover_cause_name((int)t->events.items[0].cause) : "");
    for (uint32_t i = 0; i < t->events.n; i++) {
        const split_failover_event *e = &t->events.items[i];
        const cJSON *row = cJSON_GetArrayItem(expected, (int)i);
        const char *got[] = {t->origins[e->origin], split_failover_state_name((int)e->from),
                             split_failover_state_name((int)e->to), split_failover_cause_name((int)e->cause)};
        for (int f = 0; f < 4; f++) {
            const char *want = cJSON_GetStringValue(cJSON_GetArrayItem(row, f));
            if (want == NULL || strcasecmp(want, got[f]) != 0)
                return FAIL(t, "step %d event %u: expected %s got %s", t->step, i,
                            want == NULL ? "text" : want, got[f]);
        }
    }
    return true;
}

static bool
same_state(trace *t, const cJSON *after)
{
    const cJSON *item;
    cJSON_ArrayForEach(item, after)
    {
        split_failover_status s;
        uint64_t level, gen;
        const int32_t origin = index_of(t->origins, t->n_origins, item->string);
        const char *state = cJSON_GetStringValue(cJSON_GetArrayItem(item, 0));
        if (origin < 0 || state == NULL ||
            split_failover_origin_status(t->fo, (uint32_t)origin, &s) != 0 ||
            !vectors_u64(cJSON_GetArrayItem(item, 1), UINT32_MAX, &level) ||
            !vectors_u64(cJSON_GetArrayItem(item, 2), UINT32_MAX, &gen))
            return FAIL(t, "step %d: expected a state of %s got something else", t->step,
                        item->string);
        if (strcasecmp(state, split_failover_state_name((int)s.state)) != 0 || level != s.level ||
            gen != s.gen)
            return FAIL(t, "step %d: expected %s %s level %u gen %u got %s level %u gen %u",
                        t->step, item->string, state, (unsigned)level, (unsigned)gen,
                        split_failover_state_name((int)s.state), s.level, s.gen);
    }
    return true;
}

static asked *
find_request(trace *t, const char *id)
{
    for (size_t i = t->n_requests; i > 0; i--)
        if (strcmp(t->requests[i - 1].id, id) == 0)
            return &t->requests[i - 1];
    return NULL;
}

static bool
run_route(trace *t, const cJSON *step, split_us now)
{
    split_failover_answer answer;
    uint64_t key;
    const int32_t chain = index_of(t->chain_names, t->n_chains, text(step, "chain"));
    if (chain < 0 || !vectors_u64(cJSON_GetObjectItemCaseSensitive(step, "key"), 1ull << 53, &key))
        return FAIL(t, "step %d: expected chain and key got something else", t->step);
    const split_failover_request req = {.key = key,
                                        .chain = (uint32_t)chain,
                                        .safe = flag(step, "safe"),
                                        .replayable = flag(step, "replayable")};
    const int err = split_failover_route(t->fo, now, &req, &answer, &t->events);
    if (err != 0)
        return FAIL(t, "step %d: expected an answer got %s", t->step, split_errname(err));
    asked *a = &t->requests[t->n_requests++];
    a->id = text(step, "id");
    a->n_attempts = answer.origin >= 0;
    a->tokens[0] = answer.token;
    return same_attempt(t, cJSON_GetObjectItemCaseSensitive(step, "expect"), answer.origin,
                        split_failover_kind_name((int)answer.kind));
}

static bool
same_follow_up(trace *t, const cJSON *expect, const split_failover_followup *got, asked *a)
{
    const cJSON *next = cJSON_GetObjectItemCaseSensitive(expect, "next");
    const char *credit = split_failover_credit_name((int)got->credit);
    if (strcasecmp(text(expect, "credit"), credit) != 0)
        return FAIL(t, "step %d: expected credit %s got %s", t->step, text(expect, "credit"),
                    credit);
    if (got->next == SPLIT_FAILOVER_NEXT_ATTEMPT) {
        if (a->n_attempts < MAX_ATTEMPTS)
            a->tokens[a->n_attempts++] = got->attempt.token;
        if (cJSON_IsObject(next))
            return same_attempt(t, next, got->attempt.origin,
                                split_failover_kind_name((int)got->attempt.kind));
    }
    if (!cJSON_IsString(next) ||
        strcasecmp(next->valuestring, split_failover_next_name((int)got->next)) != 0)
        return FAIL(t, "step %d: expected next %s got %s", t->step,
                    cJSON_IsString(next) ? next->valuestring : "an attempt",
                    split_failover_next_name((int)got->next));
    return true;
}

static bool
run_report(trace *t, const cJSON *step, split_us now)
{
    split_failover_followup got;
    uint64_t attempt = 1, push_back = 0;
    const cJSON *pause = cJSON_GetObjectItemCaseSensitive(step, "retry_after_ms");
    const cJSON *number = cJSON_GetObjectItemCaseSensitive(step, "attempt");
    asked *a = find_request(t, text(step, "id"));
    int klass = 0;
    while (klass < SPLIT_FAILOVER_CLASS_COUNT &&
           strcasecmp(split_failover_class_name((int)(split_failover_class)klass), text(step, "class")) != 0)
        klass++;
    if ((number != NULL && !vectors_u64(number, MAX_ATTEMPTS, &attempt)) || a == NULL ||
        attempt < 1 || attempt > a->n_attempts || klass == SPLIT_FAILOVER_CLASS_COUNT ||
        (pause != NULL && !vectors_u64(pause, 1ull << 43, &push_back)))
        return FAIL(t, "step %d: expected a report of a known attempt got something else", t->step);
    const split_failover_outcome outcome = {.klass = (split_failover_class)klass,
                                            .committed = flag(step, "committed"),
                                            .push_back_us = (split_us)push_back * 1000};
    const split_failover_token token = a->tokens[attempt - 1];
    const int err = split_failover_report(t->fo, now, &token, &outcome, &got, &t->events);
    if (err != 0)
        return FAIL(t, "step %d: expected a credit got %s", t->step, split_errname(err));
    return same_follow_up(t, cJSON_GetObjectItemCaseSensitive(step, "expect"), &got, a);
}

static bool
run_admin(trace *t, const cJSON *step, split_us now)
{
    static const char *const words[] = {"AUTO",    "FORCE_UP", "FORCE_DOWN",
                                        "OBSERVE", "approve",  "reset"};
    const int32_t action = index_of(words, 6, text(step, "do"));
    const int32_t origin = index_of(t->origins, t->n_origins, text(step, "origin"));
    if (action < 0 || origin < 0)
        return FAIL(t, "step %d: expected an operator's word got something else", t->step);
    const int err = split_failover_admin(t->fo, now, (uint32_t)origin,
                                         (split_failover_action)action, &t->events);
    return err == 0 || FAIL(t, "step %d: expected success got %s", t->step, split_errname(err));
}

static bool
run_step(trace *t, const cJSON *step)
{
    uint64_t at;
    bool good;
    if (!vectors_u64(cJSON_GetObjectItemCaseSensitive(step, "at_ms"), 1ull << 43, &at))
        return FAIL(t, "step %d: expected at_ms got something else", t->step);
    const split_us now = (split_us)at * 1000;
    if (strcmp(text(step, "op"), "route") == 0)
        good = run_route(t, step, now);
    else if (strcmp(text(step, "op"), "report") == 0)
        good = run_report(t, step, now);
    else if (strcmp(text(step, "op"), "admin") == 0)
        good = run_admin(t, step, now);
    else
        return FAIL(t, "step %d: expected route, report or admin got '%s'", t->step,
                    text(step, "op"));
    return good && same_events(t, cJSON_GetObjectItemCaseSensitive(step, "events")) &&
           same_state(t, cJSON_GetObjectItemCaseSensitive(step, "after"));
}

static void
run_trace(vectors_run *run, const char *id, const cJSON *item)
{
    trace t = {.run = run, .id = id};
    const cJSON *steps = cJSON_GetObjectItemCaseSensitive(item, "steps"), *step;
    t.requests = calloc((size_t)cJSON_GetArraySize(steps) + 1, sizeof *t.requests);
    bool good = t.requests != NULL && make_machine(&t, item);
    cJSON_ArrayForEach(step, steps)
    {
        good = good && run_step(&t, step);
        t.step++;
    }
    if (good)
        vectors_case(run, id, NULL);
    split_failover_free(&t.fo, NULL);
    free(t.requests);
}

static void
check(vectors_run *run, const char *file_text, size_t text_len)
{
    cJSON *root = vectors_parse(run, file_text, text_len);
    const cJSON *cases =
                    cJSON_IsObject(root) ? cJSON_GetObjectItemCaseSensitive(root, "cases") : root,
                *item;
    if (root != NULL && !cJSON_IsArray(cases))
        vectors_unreadable(run, NULL, "expected an array of traces");
    cJSON_ArrayForEach(item, cases)
    {
        const char *id = text(item, "id");
        if (id[0] == '\0' || !cJSON_IsArray(cJSON_GetObjectItemCaseSensitive(item, "steps")))
            vectors_unreadable(run, id, "a trace needs id, chains, config and steps");
        else
            run_trace(run, id, item);
    }
    cJSON_Delete(root);
}

const vectors_kind vectors_failover = {"failover", check};
