/* SPDX-License-Identifier: MIT */
/* The Kubernetes API server of a sink: where it is, who asks, and its answers. */
#ifndef SPLIT_NET_SINK_KUBERNETES_H
#define SPLIT_NET_SINK_KUBERNETES_H

#include <cjson/cJSON.h>

#include "net/sink/kind.h"

typedef struct kube_state {
    char url[512];
    char space[256]; /* the namespace */
    char token_file[512];
    char *token; /* of a kubeconfig */
    char *ca;
    char *certificate;
    char *key;
    char ca_file[512];
} kube_state;

/* The settings, a kubeconfig in JSON, or the account of the pod, in this order. */
int split__kube_open(sink_call *call, void **out_state);
void split__kube_close(void *state);

/* One request; `path` is a format with the namespace and the name of the settings. 0 with any
 * status. */
int split__kube_send(sink_call *call, const char *method, const char *path, const char *type,
                     const char *body, split_http_answer *out);

/* The object of an answer, or NULL after a report; `*out_rc` is SPLIT_OK for 404. */
cJSON *split__kube_object(sink_call *call, const split_http_answer *answer, int *out_rc);

/* The answer to a write. */
int split__kube_written(sink_call *call, const split_http_answer *answer);

/* metadata.resourceVersion as the fence. */
void split__kube_fence(const cJSON *object, split_sink_state *out);

#endif
