/* SPDX-License-Identifier: MIT */
/* GET /status: what is in force, as one JSON object. Names are [A-Za-z0-9._-] and need no escapes.
 */
#include <stdio.h>

#include "admin.h"
#include "proxy.h"

static void
write_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"' || *text == '\\')
            fputc('\\', out);
        if ((unsigned char)*text >= ' ')
            fputc(*text, out);
    }
    fputc('"', out);
}

static void
write_variants(const struct routing *now, FILE *out)
{
    size_t v;

    fputs("\"variants\":[", out);
    for (v = 0; v < now->n_variants; v++)
        fprintf(out, "%s{\"name\":\"%s\",\"buckets\":%u,\"share_ppm\":%.0f}", v ? "," : "",
                now->variants[v], (unsigned)split_plan_buckets(now->plan, v),
                (double)split_plan_buckets(now->plan, v) * 1e6 / SPLIT_BUCKETS);
    fputs("],", out);
}

void
status_write(struct proxy *p, FILE *out)
{
    const struct routing *now = p->router.now;

    router_tick(&p->router);
    fprintf(out,
            "{\"version\":\"%s\",\"split\":\"%s\",\"revision\":%llu,\"source\":", split_version(),
            split_route_name(now->route), (unsigned long long)now->revision);
    write_text(out, now->revision ? p->options.route : p->options.policy);
    fprintf(out, ",\"stopping\":%s,\"requests_in_progress\":%u,\"visitor_connections\":%u,",
            p->stopping ? "true" : "false", p->n_requests, server_connections(&p->visitors));
    write_variants(now, out);
    origins_status(&p->router, out);
    fputc(',', out);
    stored_status(&p->router.stored, &p->counters, out);
    fputs("}\n", out);
}
