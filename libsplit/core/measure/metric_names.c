/* SPDX-License-Identifier: MIT */
/* Texts of the metric and level registries, from their X-macros. */
#include "split/threshold.h"

const char *
split_counter_name(split_counter counter)
{
    switch ((int)counter) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_COUNTER_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_metric_kind_name(split_metric_kind kind)
{
    switch ((int)kind) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_METRIC_KIND_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_op_name(split_op op)
{
    switch ((int)op) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_OP_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_missing_name(split_missing missing)
{
    switch ((int)missing) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_MISSING_MAP(XX)
#undef XX
    default:
        return "";
    }
}

const char *
split_level_name(split_level level)
{
    switch ((int)level) {
#define XX(name, number, text)                                                                     \
    case number:                                                                                   \
        return text;
        SPLIT_LEVEL_MAP(XX)
#undef XX
    default:
        return "";
    }
}
