/* SPDX-License-Identifier: MIT */
/* The Kubernetes API server of a sink: where it is, who asks, and its answers. */
#include "net/sink/kubernetes.h"

#include <openssl/crypto.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/base/fault.h"
#include "net/base/http.h"
#include "net/sink/lock.h"
#include "net/sink/peer.h"
#include "net/sink/setting.h"
#include "split/notify.h"

#define ACCOUNT "/var/run/secrets/kubernetes.io/serviceaccount/"

static const char peer[] = "the API server";

static void
wipe(char *text)
{
    if (text != NULL)
        OPENSSL_cleanse(text, strlen(text));
    free(text);
}

void
split__kube_close(void *state)
{
    kube_state *s = state;
    wipe(s->token);
    wipe(s->key);
    free(s->ca);
    free(s->certificate);
    free(s);
}

static const char *
text_of(const cJSON *object, const char *name)
{
    return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name));
}

/* The entry of a list of {"name", ...} with a name. */
static const cJSON *
find_named(const cJSON *root, const char *list, const char *name)
{
    const cJSON *one;
    cJSON_ArrayForEach(one, cJSON_GetObjectItemCaseSensitive(root, list)) {
        const char *text = text_of(one, "name");
        if (text != NULL && name != NULL && strcmp(text, name) == 0)
            return one;
    }
    return NULL;
}

static void
take_data(const cJSON *object, const char *name, char **out)
{
    size_t len;
    const char *text = text_of(object, name);
    *out = text != NULL ? split__peer_unbase64(text, &len) : NULL;
}

static bool
take_kubeconfig(const cJSON *root, kube_state *s)
{
    const cJSON *context = cJSON_GetObjectItemCaseSensitive(
        find_named(root, "contexts", text_of(root, "current-context")), "context");
    const cJSON *cluster = cJSON_GetObjectItemCaseSensitive(
        find_named(root, "clusters", text_of(context, "cluster")), "cluster");
    const cJSON *user = cJSON_GetObjectItemCaseSensitive(
        find_named(root, "users", text_of(context, "user")), "user");
    const char *server = text_of(cluster, "server");
    const char *space = text_of(context, "namespace");
    const char *token = text_of(user, "token");
    if (server == NULL)
        return false;
    snprintf(s->url, sizeof s->url, "%s", server);
    snprintf(s->space, sizeof s->space, "%s", space != NULL ? space : "default");
    s->token = token != NULL ? strdup(token) : NULL;
    take_data(cluster, "certificate-authority-data", &s->ca);
    take_data(user, "client-certificate-data", &s->certificate);
    take_data(user, "client-key-data", &s->key);
    const char *ca_file = text_of(cluster, "certificate-authority");
    snprintf(s->ca_file, sizeof s->ca_file, "%s", ca_file != NULL ? ca_file : "");
    return true;
}

static int
read_kubeconfig(sink_call *call, const char *setting, kube_state *s)
{
    char path[SINK_PATH_BYTES];
    char *text = NULL;
    if (!split__sink_path(call->options, setting, path))
        return split__net_fault(call->error, SPLIT_ERR_VALUE, "the path of the kubeconfig is long");
    int rc = split__lock_read(call, path, &text);
    if (rc != SPLIT_OK)
        return rc;
    cJSON *root = cJSON_Parse(text != NULL ? text : "");
    wipe(text);
    bool good = take_kubeconfig(root, s);
    cJSON_Delete(root);
    return good ? SPLIT_OK
                : split__net_fault(call->error, SPLIT_ERR_VALUE,
                                   "%.120s is not a kubeconfig in JSON with a current context; "
                                   "kubectl config view --raw --minify -o json writes one",
                                   path);
}

/* What every pod has. */
static int
read_account(sink_call *call, kube_state *s)
{
    char *text = NULL;
    const char *host = getenv("KUBERNETES_SERVICE_HOST");
    const char *port = getenv("KUBERNETES_SERVICE_PORT");
    if (host == NULL || port == NULL)
        return split__net_fault(call->error, SPLIT_ERR_VALUE,
                                "where is the API server? Give kubeconfig or url, or run in a pod");
    bool v6 = strchr(host, ':') != NULL;
    snprintf(s->url, sizeof s->url, "https://%s%s%s:%s", v6 ? "[" : "", host, v6 ? "]" : "", port);
    snprintf(s->token_file, sizeof s->token_file, "file:" ACCOUNT "token");
    snprintf(s->ca_file, sizeof s->ca_file, ACCOUNT "ca.crt");
    int rc = split__lock_read(call, ACCOUNT "namespace", &text);
    snprintf(s->space, sizeof s->space, "%.*s", text != NULL ? (int)strcspn(text, "\r\n") : 7,
             text != NULL ? text : "default");
    free(text);
    return rc;
}

int
split__kube_open(sink_call *call, void **out_state)
{
    const char *url = split__sink_setting(call->options, "url");
    const char *config = split__sink_setting(call->options, "kubeconfig");
    const char *space = split__sink_setting(call->options, "namespace");
    const char *ca = split__sink_setting(call->options, "ca");
    kube_state *s = calloc(1, sizeof *s);
    if (s == NULL)
        return split__sink_no_memory(call);
    snprintf(s->space, sizeof s->space, "default");
    int rc = SPLIT_OK;
    if (config != NULL)
        rc = read_kubeconfig(call, config, s);
    else if (url == NULL)
        rc = read_account(call, s);
    if (rc != SPLIT_OK) {
        split__kube_close(s);
        return rc;
    }
    if (url != NULL)
        snprintf(s->url, sizeof s->url, "%s", url);
    if (space != NULL)
        snprintf(s->space, sizeof s->space, "%s", space);
    if (ca != NULL)
        snprintf(s->ca_file, sizeof s->ca_file, "%s", ca);
    const http_tls tls = {.ca_file = s->ca_file[0] != '\0' ? s->ca_file : NULL,
                          .ca = s->ca,
                          .certificate = s->certificate,
                          .key = s->key};
    split__http_tls(call->http, &tls);
    *out_state = s;
    return SPLIT_OK;
}

/* "Bearer ...", "" where the token setting or a certificate says who it is. The pod's token is
 * read each time: it changes. */
static int
put_token(sink_call *call, char *buf, size_t buf_size)
{
    char secret[SPLIT_SECRET_BYTES];
    const kube_state *s = call->state;
    buf[0] = '\0';
    if (s->token != NULL)
        snprintf(buf, buf_size, "Bearer %s", s->token);
    if (s->token_file[0] == '\0')
        return SPLIT_OK;
    int rc = split_secret_read(s->token_file, secret, call->error);
    if (rc == SPLIT_OK)
        snprintf(buf, buf_size, "Bearer %s", secret);
    OPENSSL_cleanse(secret, sizeof secret);
    return rc;
}

int
split__kube_send(sink_call *call, const char *method, const char *path, const char *type,
                 const char *body, split_http_answer *out)
{
    char url[2048];
    char line[128];
    char token[SPLIT_SECRET_BYTES + 16];
    const kube_state *s = call->state;
    size_t n = strlen(s->url);
    snprintf(url, sizeof url, "%.*s%s", (int)(n > 0 && s->url[n - 1] == '/' ? n - 1 : n), s->url,
             path);
    snprintf(line, sizeof line, "Content-Type: %s", type != NULL ? type : "application/json");
    int rc = put_token(call, token, sizeof token);
    if (rc != SPLIT_OK)
        return rc;
    const peer_request request = {.method = method,
                                  .url = url,
                                  .headers = {"Accept: application/json", line},
                                  .n_headers = body != NULL ? 2 : 1,
                                  .body = body,
                                  .body_len = body != NULL ? strlen(body) : 0,
                                  .token = token[0] != '\0' ? token : NULL};
    rc = split__peer_send(call, peer, &request, out);
    OPENSSL_cleanse(token, sizeof token);
    return rc;
}

/* Its own words: {"message"}. */
static int
refused(sink_call *call, const split_http_answer *answer)
{
    cJSON *root = cJSON_Parse(answer->body);
    const char *why = text_of(root, "message");
    int rc = split__net_fault(call->error, SPLIT_ERR_PEER, "%s refuses (status %d): %.140s", peer,
                              (int)answer->status, why != NULL ? why : "");
    cJSON_Delete(root);
    return rc;
}

cJSON *
split__kube_object(sink_call *call, const split_http_answer *answer, int *out_rc)
{
    *out_rc = SPLIT_OK;
    if (answer->status == 404)
        return NULL;
    cJSON *root = answer->status == 200 ? cJSON_Parse(answer->body) : NULL;
    if (root == NULL)
        *out_rc = refused(call, answer);
    return root;
}

int
split__kube_written(sink_call *call, const split_http_answer *answer)
{
    if (answer->status / 100 == 2)
        return SPLIT_OK;
    if (answer->status == 409)
        return split__net_fault(call->error, SPLIT_ERR_CONFLICT,
                                "another writer was faster; read again");
    return refused(call, answer);
}

void
split__kube_fence(const cJSON *object, split_sink_state *out)
{
    const char *version =
        text_of(cJSON_GetObjectItemCaseSensitive(object, "metadata"), "resourceVersion");
    snprintf(out->fence, sizeof out->fence, "%s", version != NULL ? version : "");
}
