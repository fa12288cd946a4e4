/* SPDX-License-Identifier: MIT */
/* What the kinds of sink need, and what they cannot express. */
#ifndef SPLIT_POLICY_POLICY_SINK_RULES_H
#define SPLIT_POLICY_POLICY_SINK_RULES_H

#include "policy/policy/data.h"

/* Settings as bits, in the order of the sentence that names what is missing. */
enum {
    SINK_PATH = 1 << 0,
    SINK_URL = 1 << 1,
    SINK_USER = 1 << 2,
    SINK_PASSWORD = 1 << 3,
    SINK_TOKEN = 1 << 4,
    SINK_CA = 1 << 5,
    SINK_BUCKET = 1 << 6,
    SINK_REGION = 1 << 7,
    SINK_KEY = 1 << 8,
    SINK_ARN = 1 << 9,
    SINK_NAME = 1 << 10,
    SINK_NAMESPACE = 1 << 11,
    SINK_KUBECONFIG = 1 << 12,
    SINK_FUNCTION = 1 << 13,
    SINK_ALIAS = 1 << 14,
    SINK_TEXTS = 15, /* how many of them are plain texts */
    SINK_COMMAND = 1 << 15,
    SINK_SOCKETS = 1 << 16,
    SINK_TARGETS = 1 << 17,
    SINK_SETTINGS = 18
};

typedef struct sink_rule {
    const char *text;
    unsigned form; /* split_sink_form */
    unsigned needed;
    unsigned allowed; /* besides what is needed */
} sink_rule;

extern const sink_rule split__sink_rules[]; /* by split_sink_kind */
extern const char *const split__sink_settings[SINK_SETTINGS];

/* One primary, and nothing that a sink cannot express. */
void split__policy_link_sinks(loader *l, split_policy *policy);

/* Rules of one sink: what its kind needs and does not have; fills its list of fields. */
void split__check_sink(loader *l, uint32_t node, void *object, bool clean);

#endif
