/* SPDX-License-Identifier: MIT */
/* What a policy holds, as its field tables fill it. */
#ifndef SPLIT_POLICY_DOCUMENT_H
#define SPLIT_POLICY_DOCUMENT_H

#include "split/failover.h"
#include "split/plan.h"
#include "split/policy.h"
#include "split/rollout.h"
#include "policy/document/parts.h"
#include "policy/failover/table.h"

#define DOC_SOURCES_MAX 32
#define DOC_NOTIFY_MAX 16
#define DOC_SINKS_MAX 32
#define DOC_SOCKETS_MAX 64
#define DOC_ARGS_MAX 16

typedef struct doc_variant {
    doc_item item;
    const char *name;
    uint64_t weight_micros;
    doc_list chain; /* doc_name, linked to origins; empty: the origin of the variant's name */
} doc_variant;

typedef struct doc_split {
    doc_item item;
    const char *name;
    const char *salt; /* NULL: the name */
    int mode;
    doc_list variants; /* doc_variant */
    const char *default_name;
    doc_list overrides; /* split_override, linked */
    uint64_t coverage_e6;
    uint64_t holdout_e6;
    doc_cookie cookie;
} doc_split;

typedef struct doc_metric {
    doc_item item;
    split_metric core;
    const char *name;
    int kind;
    int missing;
    uint64_t percentile_e6;
    const char *bad;
    const char *of;
    doc_list sources; /* split_source_info */
} doc_metric;

typedef struct doc_phase {
    doc_item item;
    uint64_t percent_e6;
    split_us bake_us;
} doc_phase;

typedef struct doc_rollout {
    doc_item item;
    bool present;
    const char *variant;
    const char *baseline;
    bool no_baseline; /* "baseline": null */
    uint64_t alpha_micros;
    uint64_t gate_alpha_micros;
    uint64_t relative_micros;
    uint64_t min_sample;
    uint64_t rollback_to_e6;
    int judgement;
    split_us window_us;
    split_us no_data_patience_us;
    split_us warning_patience_us;
    doc_list phases;
} doc_rollout;

typedef struct doc_notify {
    doc_item item;
    int type;
    const char *url;
    const char *topic;
    const char *token;
    doc_list command; /* const char * */
    uint32_t on;
} doc_notify;

/* A text of "targets": what a variant is called at the sink. */
typedef struct doc_target {
    doc_item item;
    const char *text;
} doc_target;

typedef struct doc_sink {
    doc_item item;
    int kind;
    bool primary;
    split_us timeout_us;
    const char *path, *url, *user, *password, *token, *ca, *bucket, *region, *key, *arn, *name,
        *name_space, *kubeconfig, *function, *alias;
    doc_list command; /* const char * */
    doc_list sockets; /* const char * */
    doc_list targets; /* doc_target */
    doc_list fields;  /* split_sink_field, linked */
} doc_sink;

typedef struct doc_money {
    doc_item item;
    const char *prices;
    uint64_t budget_monthly_micros;
} doc_money;

struct split_policy {
    doc_item item;
    arena arena;
    const char *text;
    size_t text_len;
    uint64_t schema;
    doc_split split;
    doc_list origins; /* doc_origin */
    doc_failover failover;
    doc_list metrics; /* doc_metric */
    doc_rollout rollout;
    doc_list notify; /* doc_notify */
    doc_list sinks;  /* doc_sink */
    doc_money cost;
    /* Linked: ready for the core. */
    split_plan_options plan_options;
    split_failover_options failover_options;
    split_rollout_options rollout_options;
    size_t variant; /* of the rollout */
    size_t baseline;
};

extern const object_table split__policy_table;
extern const object_table split__rollout_table;
extern const object_table split__metric_table;
extern const object_table split__notify_table;
extern const object_table split__sink_table;

#endif
