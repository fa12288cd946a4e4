/* SPDX-License-Identifier: MIT */
/* Texts of the rollout's registries, from their X-macros. */
#include "split/rollout.h"

const char *
split_judgement_name(split_judgement judgement)
{
    switch ((int)judgement) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_JUDGEMENT_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_verdict_name(split_verdict verdict)
{
    switch ((int)verdict) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_VERDICT_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_decision_name(split_decision decision)
{
    switch ((int)decision) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_DECISION_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_reason_name(split_reason reason)
{
    switch ((int)reason) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_REASON_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_action_name(split_action action)
{
    switch ((int)action) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_ACTION_MAP(XX)
#undef XX
    default:
        return "";
    }
}
