/* SPDX-License-Identifier: MIT */
/* Building a route: canonical text from a policy and a plan, then read back by the reader's own
 * rules. */
#include "policy/route/write.h"

#include <string.h>

#include "policy/document/clock_text.h"
#include "policy/document/number.h"
#include "policy/document/out.h"
#include "policy/failover/write.h"
#include "policy/policy/data.h"
#include "policy/route/data.h"

static void
write_micros(text_out *out, const char *name, uint64_t micros)
{
    char text[NUMBER_TEXT_BYTES];
    split__out_key(out, name);
    split__number_micros_text(micros, text);
    split__out_raw(out, text);
}

static void
write_duration(text_out *out, const char *name, split_us us)
{
    char text[NUMBER_TEXT_BYTES];
    split__out_key(out, name);
    split__number_duration_text(us, text);
    split__out_name(out, text);
}

static void
write_head(text_out *out, const split_policy *policy, const split_plan *plan, uint64_t revision,
           split_us issued_at_us)
{
    char time[NUMBER_TEXT_BYTES];
    split__number_time_text(issued_at_us - issued_at_us % MICROS, time);
    split__out_raw(out, "{\"schema\":1");
    split__out_key(out, "split");
    split__out_name(out, policy->split.name);
    split__out_key(out, "revision");
    split__out_whole(out, (int64_t)revision);
    split__out_key(out, "issued_at");
    split__out_name(out, time);
    split__out_key(out, "salt");
    split__out_name(out, split_plan_salt(plan));
    split__out_key(out, "mode");
    split__out_name(out, split_mode_name((int)split_plan_mode(plan)));
}

void
split__route_write_home(text_out *out, const split_plan *plan)
{
    split__out_raw(out, "[");
    for (size_t i = 0; i < split_plan_n_variants(plan); i++) {
        split__out_comma(out);
        split__out_whole(out, split_plan_home(plan, i));
    }
    split__out_raw(out, "]");
}

int
split__route_write_ranges(text_out *out, const split_plan *plan)
{
    split_range range;
    split__out_raw(out, "[");
    for (size_t i = 0; i < split_plan_n_ranges(plan); i++) {
        int err = split_plan_range(plan, i, &range);
        if (err != SPLIT_OK)
            return err;
        split__out_comma(out);
        split__out_raw(out, "[");
        split__out_whole(out, range.start);
        split__out_comma(out);
        split__out_whole(out, range.end);
        split__out_comma(out);
        split__out_whole(out, range.variant);
        split__out_raw(out, "]");
    }
    split__out_raw(out, "]");
    return SPLIT_OK;
}

static void
write_variants(text_out *out, const split_policy *policy, const split_plan *plan)
{
    size_t n = split_plan_n_variants(plan);
    split__out_key(out, "variants");
    split__out_raw(out, "[");
    for (size_t i = 0; i < n; i++) {
        split__out_comma(out);
        split__out_name(out, split_policy_variant(policy, i));
    }
    split__out_raw(out, "]");
    split__out_key(out, "default");
    split__out_whole(out, split_plan_default(plan));
    split__out_key(out, "home");
    split__route_write_home(out, plan);
}

static void
write_chains(text_out *out, const split_policy *policy)
{
    const doc_variant *variants = policy->split.variants.items;
    split__out_key(out, "chains");
    split__out_raw(out, "[");
    for (size_t i = 0; i < policy->split.variants.n; i++) {
        split__out_comma(out);
        split__out_raw(out, "[");
        for (size_t j = 0; j < variants[i].chain.n; j++) {
            split__out_comma(out);
            split__out_name(out, ((const doc_name *)variants[i].chain.items)[j].text);
        }
        split__out_raw(out, "]");
    }
    split__out_raw(out, "]");
}

static void
write_origin(text_out *out, const split_origin_info *info, const split_origin_info *defaults)
{
    split__out_key(out, info->name);
    split__out_raw(out, "{");
    split__out_key(out, "url");
    split__out_name(out, info->url);
    if (info->host != NULL) {
        split__out_key(out, "host");
        split__out_name(out, info->host);
    }
    if (info->connect_timeout_us != defaults->connect_timeout_us)
        write_duration(out, "connect_timeout", info->connect_timeout_us);
    if (info->first_byte_timeout_us != defaults->first_byte_timeout_us)
        write_duration(out, "first_byte_timeout", info->first_byte_timeout_us);
    if (info->timeout_us != defaults->timeout_us)
        write_duration(out, "timeout", info->timeout_us);
    split__out_raw(out, "}");
}

static void
write_origins(text_out *out, const split_policy *policy)
{
    const doc_origin *origins = policy->origins.items;
    doc_origin defaults = {0};
    split__origin_table.prepare(NULL, JSON_NONE, &defaults);
    split__out_key(out, "origins");
    split__out_raw(out, "{");
    for (size_t i = 0; i < policy->origins.n; i++)
        write_origin(out, &origins[i].info, &defaults.info);
    split__out_raw(out, "}");
}

static int
write_overrides(text_out *out, const split_plan *plan)
{
    split_override o;
    size_t n = split_plan_n_overrides(plan);
    if (n == 0)
        return SPLIT_OK;
    split__out_key(out, "overrides");
    split__out_raw(out, "{");
    for (size_t i = 0; i < n; i++) {
        int err = split_plan_override(plan, i, &o);
        if (err != SPLIT_OK)
            return err;
        split__out_comma(out);
        split__out_string(out, o.key, o.key_len);
        split__out_raw(out, ":");
        split__out_whole(out, o.variant);
    }
    split__out_raw(out, "}");
    return SPLIT_OK;
}

static void
write_cookie(text_out *out, const split_cookie_info *cookie)
{
    doc_cookie defaults = {0};
    split__cookie_table.prepare(NULL, JSON_NONE, &defaults);
    bool name = strcmp(cookie->name, defaults.info.name) != 0,
         age = cookie->max_age_us != defaults.info.max_age_us;
    if (!name && !age && cookie->idle_us == SPLIT_NEVER && cookie->signed_by == NULL)
        return;
    split__out_key(out, "cookie");
    split__out_raw(out, "{");
    if (name) {
        split__out_key(out, "name");
        split__out_name(out, cookie->name);
    }
    if (age)
        write_duration(out, "max_age", cookie->max_age_us);
    if (cookie->idle_us != SPLIT_NEVER)
        write_duration(out, "idle", cookie->idle_us);
    if (cookie->signed_by != NULL) {
        split__out_key(out, "signed");
        split__out_name(out, cookie->signed_by);
    }
    split__out_raw(out, "}");
}

static int
write_route(text_out *out, const split_policy *policy, const split_plan *plan, uint64_t revision,
            split_us issued_at_us)
{
    write_head(out, policy, plan, revision, issued_at_us);
    write_variants(out, policy, plan);
    split__out_key(out, "ranges");
    int err = split__route_write_ranges(out, plan);
    if (err != SPLIT_OK)
        return err;
    write_chains(out, policy);
    write_origins(out, policy);
    split__failover_write(out, &policy->failover);
    err = write_overrides(out, plan);
    if (policy->split.coverage_e6 != DOC_PERCENT_ALL)
        write_micros(out, "coverage", policy->split.coverage_e6);
    if (policy->split.holdout_e6 != 0)
        write_micros(out, "holdout", policy->split.holdout_e6);
    write_cookie(out, &policy->split.cookie.info);
    split__out_raw(out, "}");
    return err;
}

int
split_route_build(const split_policy *policy, const split_plan *plan, uint64_t revision,
                  split_us issued_at_us, const split_alloc *alloc, split_route **out)
{
    text_out text = {.alloc = alloc};
    if (policy == NULL || plan == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (revision < 1 || revision > ROUTE_REVISION_MAX || issued_at_us < 0 ||
        issued_at_us > NUMBER_TIME_MAX)
        return SPLIT_ERR_VALUE;
    if (strcmp(split_plan_name(plan), policy->split.name) != 0 ||
        split_plan_n_variants(plan) != policy->split.variants.n)
        return SPLIT_ERR_FIELD;
    int err = write_route(&text, policy, plan, revision, issued_at_us);
    if (err == SPLIT_OK && text.failed)
        err = SPLIT_ERR_NOMEM;
    if (err == SPLIT_OK && text.len > SPLIT_DOCUMENT_BYTES_MAX)
        err = SPLIT_ERR_LIMIT;
    if (err == SPLIT_OK)
        err = split_route_load(text.text, text.len, alloc, NULL, 0, NULL, out);
    split__out_free(&text);
    return err;
}
