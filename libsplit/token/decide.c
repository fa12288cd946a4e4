/* SPDX-License-Identifier: MIT */
/* A visitor's decision from the gates, the stored decision, or the plan, in this order
 * (design/stored.md T6-T8). */
#include <string.h>

#include "split/error.h"
#include "token/token_data.h"

static uint32_t
find_variant(const split_plan *plan, const char *const *names, const char *name, uint32_t *out)
{
    for (uint32_t i = 0; i < split_plan_n_variants(plan); i++) {
        if (names[i] == NULL || strcmp(names[i], name) != 0)
            continue;
        *out = i;
        return split_plan_buckets(plan, i) > 0 ? SPLIT_TOKEN_VALID : SPLIT_TOKEN_DRAINED;
    }
    return SPLIT_TOKEN_GONE;
}

/* A used value is written again when a quarter of its idle life has gone, so that it lives on
 * without a cookie in each answer. */
static bool
is_renewal_due(const split_token *token, const split_stored *stored, int64_t now_s)
{
    return token->idle_s != INT64_MAX && now_s - stored->seen_s >= (token->idle_s + 3) / 4;
}

static void
set_renewal(split_stored *out, const char *variant, uint64_t revision, int64_t issued_s,
            int64_t now_s)
{
    memset(out, 0, sizeof *out);
    out->revision = revision;
    out->issued_s = issued_s;
    out->seen_s = now_s > issued_s ? now_s : issued_s;
    memcpy(out->variant, variant, strlen(variant));
}

typedef struct visit {
    const split_token *token;
    const split_plan *plan;
    const char *const *names;
    int64_t now_s;
    uint64_t revision;
} visit;

/* The plan decides; its answer is what the visitor keeps from now on. */
static int
draw(const visit *v, const char *key, size_t key_len, split_assignment *out,
     split_stored *out_renew)
{
    int err = split_assign(v->plan, key, key_len, out);
    const char *name = err == 0 ? v->names[out->variant] : NULL;
    if (name != NULL && strlen(name) <= SPLIT_NAME_BYTES_MAX)
        set_renewal(out_renew, name, v->revision, v->now_s, v->now_s);
    return err;
}

static void
use_stored(const visit *v, const split_stored *stored, uint32_t variant, split_assignment *out,
           split_stored *out_renew)
{
    *out = (split_assignment){variant, SPLIT_NO_BUCKET, SPLIT_RULE_STORED};
    if (is_renewal_due(v->token, stored, v->now_s))
        set_renewal(out_renew, stored->variant, stored->revision, stored->issued_s, v->now_s);
}

int
split_token_decide(const split_token *token, const split_plan *plan, const char *const *names,
                   size_t n_names, const char *text, size_t text_len, const char *key,
                   size_t key_len, split_us unix_us, uint64_t revision, split_assignment *out,
                   uint32_t *out_status, split_stored *out_renew)
{
    const visit v = {token, plan, names, unix_us < 0 ? 0 : unix_us / 1000000, revision};
    split_stored stored;
    uint32_t status = SPLIT_TOKEN_ABSENT, variant = 0;
    bool decided = false;
    if (token == NULL || plan == NULL || names == NULL || n_names != split_plan_n_variants(plan) ||
        out == NULL || out_status == NULL || out_renew == NULL)
        return SPLIT_ERR_ARG;
    if (split_plan_mode(plan) != SPLIT_MODE_STICKY)
        return SPLIT_ERR_MODE;
    memset(out_renew, 0, sizeof *out_renew);
    *out_status = SPLIT_TOKEN_OVERRULED;
    int err = split_assign_gate(plan, key, key_len, out, &decided);
    if (err == SPLIT_ERR_KEY) {
        *out_status = SPLIT_TOKEN_ABSENT;
        *out = (split_assignment){split_plan_default(plan), SPLIT_NO_BUCKET, SPLIT_RULE_DEFAULT};
        return SPLIT_OK;
    }
    if (err != 0 || decided)
        return err;
    err = split_token_read(token, text, text_len, key, key_len, unix_us, &stored, &status);
    if (err == 0 && status == SPLIT_TOKEN_VALID)
        status = find_variant(plan, names, stored.variant, &variant);
    if (err == 0 && status == SPLIT_TOKEN_VALID)
        use_stored(&v, &stored, variant, out, out_renew);
    else if (err == 0)
        err = draw(&v, key, key_len, out, out_renew);
    if (err == 0)
        *out_status = status;
    return err;
}
