/* SPDX-License-Identifier: MIT */
/* Kind evidence: ln E after each window of a case, through split_evidence (evidence.json). */
#include "vectors.h"

#include <math.h>
#include <string.h>

#include "split/split.h"

static bool
read_options(const cJSON *item, split_evidence_options *o)
{
    const cJSON *bound = cJSON_GetObjectItemCaseSensitive(item, "bound");
    const cJSON *side = cJSON_GetObjectItemCaseSensitive(item, "side");
    const cJSON *restarts = cJSON_GetObjectItemCaseSensitive(item, "restarts");
    const cJSON *robust = cJSON_GetObjectItemCaseSensitive(item, "robust");
    uint64_t bake;
    if (!cJSON_IsNumber(bound) || !cJSON_IsString(side) || !cJSON_IsBool(restarts) ||
        !vectors_u64(cJSON_GetObjectItemCaseSensitive(item, "bake_windows"), UINT64_C(1) << 40,
                     &bake))
        return false;
    split_evidence_options_init(o);
    o->bound = bound->valuedouble;
    o->side = strcmp(side->valuestring, "above") == 0 ? SPLIT_EVIDENCE_ABOVE : SPLIT_EVIDENCE_BELOW;
    o->form = cJSON_IsTrue(robust) ? SPLIT_EVIDENCE_ROBUST : SPLIT_EVIDENCE_TRIALS;
    o->restarts = cJSON_IsTrue(restarts);
    o->bake_windows = (int64_t)bake;
    return true;
}

/* One window; false when it ended the case. */
static bool
check_window(vectors_run *run, const char *id, split_evidence *e, const cJSON *window,
             const cJSON *want)
{
    uint64_t nums[2];
    if (!vectors_u64_array(window, UINT64_C(1) << 53, nums, 2) || !cJSON_IsNumber(want)) {
        vectors_unreadable(run, id, "a window is [trials, bad] and has a number in ln_evidence");
        return false;
    }
    const int err = split_evidence_step(e, (int64_t)nums[0], (int64_t)nums[1]);
    const double got = split_evidence_ln(e), off = fabs(got - want->valuedouble);
    if (err == 0 && (off <= 1e-9 || off <= 1e-9 * fabs(want->valuedouble)))
        return true;
    vectors_case(run, id, "window %d: expected %.12g got %.12g %s", (int)split_evidence_windows(e),
                 want->valuedouble, got, err != 0 ? split_errname(err) : "");
    return false;
}

static void
check_one(vectors_run *run, const char *id, const cJSON *item)
{
    const cJSON *windows = cJSON_GetObjectItemCaseSensitive(item, "windows"), *window;
    const cJSON *want = cJSON_GetObjectItemCaseSensitive(item, "ln_evidence");
    split_evidence_options o;
    split_evidence *e = NULL;
    if (!read_options(item, &o) || !cJSON_IsArray(windows) || !cJSON_IsArray(want) ||
        cJSON_GetArraySize(windows) != cJSON_GetArraySize(want)) {
        vectors_unreadable(run, id,
                           "needs bound, side, restarts, bake_windows, windows and ln_evidence");
        return;
    }
    const int err = split_evidence_new(&o, NULL, &e);
    if (err != 0) {
        vectors_case(run, id, "expected evidence got %s", split_errname(err));
        return;
    }
    bool same = true;
    want = want->child;
    cJSON_ArrayForEach(window, windows)
    {
        same = same && check_window(run, id, e, window, want);
        want = want->next;
    }
    if (same)
        vectors_case(run, id, NULL);
    split_evidence_free(&e, NULL);
}

static void
check(vectors_run *run, const char *text, size_t text_len)
{
    vectors_each_case(run, text, text_len, check_one);
}

const vectors_kind vectors_evidence = {"evidence", check};
