/* SPDX-License-Identifier: MIT */
/* GET /metrics, /status, /healthz; POST /origin/NAME/ACTION. */
#include <stdlib.h>
#include <string.h>

#include "admin.h"
#include "log.h"
#include "proxy.h"

static enum MHD_Result
send_bytes(struct MHD_Connection *conn, unsigned status, const char *type, char *text, size_t n)
{
    struct MHD_Response *r = MHD_create_response_from_buffer(n, text, MHD_RESPMEM_MUST_FREE);
    enum MHD_Result rc;

    if (!r) {
        free(text);
        return MHD_NO;
    }
    MHD_add_response_header(r, "Content-Type", type);
    MHD_add_response_header(r, "Cache-Control", "no-store");
    rc = MHD_queue_response(conn, status, r);
    MHD_destroy_response(r);
    return rc;
}

static enum MHD_Result
send_line(struct MHD_Connection *conn, unsigned status, const char *line)
{
    char *text;
    int n = asprintf(&text, "%s\n", line);

    return n < 0 ? MHD_NO : send_bytes(conn, status, "text/plain; charset=utf-8", text, (size_t)n);
}

static enum MHD_Result
send_report(struct MHD_Connection *conn, const char *type, struct proxy *p,
            void (*write)(struct proxy *proxy, FILE *out))
{
    char *text = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&text, &n);

    if (!out)
        return MHD_NO;
    write(p, out);
    if (fclose(out) != 0) {
        free(text);
        return MHD_NO;
    }
    return send_bytes(conn, MHD_HTTP_OK, type, text, n);
}

static enum MHD_Result
change_origin(struct proxy *p, struct MHD_Connection *conn, const char *rest)
{
    const char *slash = strrchr(rest, '/');
    char name[65];
    size_t n = slash ? (size_t)(slash - rest) : 0;
    int rc;

    if (!n || n >= sizeof(name))
        return send_line(conn, MHD_HTTP_NOT_FOUND,
                         "write POST /origin/NAME/up, down, auto, observe, approve or reset");
    memcpy(name, rest, n);
    name[n] = '\0';
    rc = router_command(&p->router, name, slash + 1);
    if (rc == SPLIT_ERR_NAME)
        return send_line(conn, MHD_HTTP_NOT_FOUND, "there is no origin of this name");
    if (rc == SPLIT_ERR_ARG)
        return send_line(conn, MHD_HTTP_NOT_FOUND,
                         "the actions are up, down, auto, observe, approve and reset");
    if (rc)
        return send_line(conn, MHD_HTTP_CONFLICT, split_strerror(rc));
    log_say("operator: origin %s %s", name, slash + 1);
    return send_line(conn, MHD_HTTP_OK, "ok");
}

static enum MHD_Result
answer_get(struct proxy *p, struct MHD_Connection *conn, const char *url)
{
    if (!strcmp(url, "/metrics"))
        return send_report(conn, "text/plain; version=0.0.4; charset=utf-8", p, metrics_write);
    if (!strcmp(url, "/status"))
        return send_report(conn, "application/json", p, status_write);
    if (!strcmp(url, "/healthz"))
        return p->stopping ? send_line(conn, MHD_HTTP_SERVICE_UNAVAILABLE, "stopping")
                           : send_line(conn, MHD_HTTP_OK, "ok");
    return send_line(conn, MHD_HTTP_NOT_FOUND, "there are /metrics, /status and /healthz");
}

enum MHD_Result
admin_on_access(void *ctx, struct MHD_Connection *conn, const char *url, const char *method,
                const char *version, const char *data, size_t *n_data, void **state)
{
    static const char seen;

    (void)version;
    (void)data;
    if (!*state) { /* Headers only; a body may follow and is not wanted. */
        *state = (void *)(uintptr_t)&seen;
        return MHD_YES;
    }
    if (*n_data) {
        *n_data = 0;
        return MHD_YES;
    }
    /* A web page in an operator's browser can reach this port too; browsers then send Origin. */
    if (MHD_lookup_connection_value(conn, MHD_HEADER_KIND, "Origin"))
        return send_line(conn, MHD_HTTP_FORBIDDEN, "not for web pages");
    if (!strcmp(method, "POST") && !strncmp(url, "/origin/", 8))
        return change_origin(ctx, conn, url + 8);
    if (!strcmp(method, "GET") || !strcmp(method, "HEAD"))
        return answer_get(ctx, conn, url);
    return send_line(conn, MHD_HTTP_METHOD_NOT_ALLOWED, "GET, or POST /origin/NAME/ACTION");
}
