/* SPDX-License-Identifier: MIT */
/* What the documents hold, as the field tables fill it; and the tables that policy and route share.
 */
#ifndef SPLIT_POLICY_DOCUMENT_H
#define SPLIT_POLICY_DOCUMENT_H

#include "split/failover.h"
#include "split/plan.h"
#include "split/policy.h"
#include "split/rollout.h"
#include "policy/document/out.h"
#include "policy/document/table.h"

#define DOC_ORIGINS_MAX 64
#define DOC_CHAIN_MAX 8
#define DOC_SOURCES_MAX 32
#define DOC_NOTIFY_MAX 16
#define DOC_SINKS_MAX 32
#define DOC_SOCKETS_MAX 64
#define DOC_ARGS_MAX 16
#define DOC_DAY_US (INT64_C(86400) * 1000000)
#define DOC_PERCENT_ALL UINT64_C(100000000) /* 100 % in millionths of a percent */
#define DOC_NO_INDEX SIZE_MAX

typedef struct doc_variant {
    doc_item item;
    const char *name;
    uint64_t weight_micros;
    doc_list chain; /* doc_name, linked to origins; empty: the origin of the variant's name */
} doc_variant;

typedef struct doc_override {
    doc_item item;
    const char *variant;
} doc_override;

typedef struct doc_cookie {
    doc_item item;
    split_cookie_info info;
} doc_cookie;

typedef struct doc_cost {
    doc_item item;
    uint64_t per_million_requests_micros;
    uint64_t monthly_micros;
} doc_cost;

typedef struct doc_origin {
    doc_item item;
    split_origin_info info;
    doc_cost cost;
} doc_origin;

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

typedef struct doc_failover {
    doc_item item;
    int preset;
    split_failover_options options; /* without origins and chains */
} doc_failover;

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
extern const object_table split__origin_table;
extern const object_table split__cookie_table;
extern const object_table split__failover_table;
extern const object_table split__rollout_table;
extern const object_table split__metric_table;
extern const object_table split__notify_table;
extern const object_table split__sink_table;

/* Defaults of the objects that a policy may leave out. */
void split__prepare_policy(loader *l, split_policy *policy);

/* Second pass over a loaded policy: names become indices, core options are filled and offered to
 * the core. */
void split__policy_link(loader *l, split_policy *policy);

/* Fill the core's metrics, phases and rollout options. */
void split__policy_link_rollout(loader *l, split_policy *policy);

/* Fill origins and chains of failover options; `chains` has one list of origin indices (doc_name) a
 * variant. */
void split__failover_link(loader *l, const doc_failover *failover, const doc_list *origins,
                          const doc_list *chains, size_t n_chains, split_failover_options *out);

/* Write the "failover" object of a route, unless everything has its default. */
void split__failover_write(text_out *out, const doc_failover *failover);

/* Load a document from a file: reads it and calls `load`. */
typedef int (*document_load_fn)(const char *text, size_t text_len, const split_alloc *alloc,
                                split_error *faults, size_t n_faults, size_t *out_n_faults,
                                void *out);
int split__document_load_file(const char *path, document_load_fn load, const split_alloc *alloc,
                              split_error *faults, size_t n_faults, size_t *out_n_faults,
                              void *out);

/* Read a whole file of at most SPLIT_DOCUMENT_BYTES_MAX + 1 bytes. Returns 0, SPLIT_ERR_IO with
 * errno set, SPLIT_ERR_NOMEM. */
int split__file_read(const char *path, const split_alloc *alloc, char **out_text, size_t *out_len);

/* End of a load: the code of the first fault, or NOMEM when memory was refused. */
int split__load_result(const loader *l, int err);

#endif
