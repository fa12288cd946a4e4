/* SPDX-License-Identifier: MIT */
/* JSON of what is in force. Names are [A-Za-z0-9._-] and need no escapes. */
#include <string.h>

#include "module.h"
#include "page/metrics.h"
#include "route/routing.h"
#include "visitor/keys.h"

static void
write_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text != '\0'; text++) {
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
    fputs("\"variants\":[", out);
    for (uint32_t v = 0; v < now->n_variants; v++)
        fprintf(out, "%s{\"name\":\"%s\",\"buckets\":%u,\"share_ppm\":%.0f}", v > 0 ? "," : "",
                now->variants[v], (unsigned)split_plan_buckets(now->plan, v),
                (double)split_plan_buckets(now->plan, v) * 1e6 / SPLIT_BUCKETS);
    fputs("],", out);
}

static void
write_origin(const char *name, const split_failover_status *s, FILE *out)
{
    fprintf(out,
            "{\"name\":\"%s\",\"state\":\"%s\",\"mode\":\"%s\",\"level\":%u,\"generation\":%u,"
            "\"in_service\":%s,\"degraded\":%s,\"latched\":%s,\"admits_permille\":%u,\"run\":%u,"
            "\"window_total\":%u,\"window_bad\":%u,\"probes_ok\":%u,\"probes_lost\":%u,"
            "\"in_state_us\":%lld,\"open_left_us\":%lld,\"attempts\":%llu,\"reported\":%llu,"
            "\"stale\":%llu}",
            name, split_failover_state_name((int)s->state), split_failover_mode_name((int)s->mode),
            s->level, s->gen, s->in_service ? "true" : "false", s->degraded ? "true" : "false",
            s->latched ? "true" : "false", s->permille, s->run, s->total, s->bad, s->probe_ok,
            s->lost, (long long)s->in_state_us, (long long)s->open_left_us,
            (unsigned long long)s->n_issued, (unsigned long long)s->n_reported,
            (unsigned long long)s->n_stale);
}

static void
write_origins(const struct split_site *site, const split_failover *fo, FILE *out)
{
    split_failover_status status;
    const char *comma = "";
    fputs("\"origins\":[", out);
    for (uint32_t i = 0; i < split_failover_n_origins(fo) && i < NAMES_MAX; i++) {
        int32_t at = site->now->of_machine[i];
        if (at < 0 || split_failover_origin_status(fo, i, &status) != 0)
            continue;
        fputs(comma, out);
        write_origin(site->now->origins[at].info.name, &status, out);
        comma = ",";
    }
    fputs("],", out);
}

/* Null while no decision is stored; of a key only its id. */
static void
write_stored(const struct stored *s, const struct zone_memory *mem, FILE *out)
{
    if (s->token == NULL) {
        fputs("\"stored\":null", out);
        return;
    }
    fprintf(out, "\"stored\":{\"cookie\":\"%s\",\"max_age_s\":%lld,\"idle_s\":", s->name,
            (long long)(s->max_age_us / 1000000));
    if (s->idle_us == SPLIT_NEVER)
        fputs("null", out);
    else
        fprintf(out, "%.10g", (double)s->idle_us / 1e6);
    fputs(",\"keys\":[", out);
    for (size_t i = 0; i < s->keys->n; i++)
        fprintf(out, "%s\"%s\"", i > 0 ? "," : "", s->keys->ids[i]);
    fputs("],\"decisions\":{", out);
    for (uint32_t i = 0; i < SPLIT_TOKEN_STATUS_COUNT; i++)
        fprintf(out, "%s\"%s\":%llu", i > 0 ? "," : "", split_token_status_name((int)i),
                (unsigned long long)mem->stored[i]);
    fputs("}}", out);
}

void
status_json(struct split_site *site, struct zone_memory *copy, FILE *out)
{
    const struct routing *now = site->now;
    fprintf(out,
            "{\"version\":\"%s\",\"split\":\"%s\",\"revision\":%llu,\"source\":", split_version(),
            split_route_name(now->route), (unsigned long long)metrics_revision(site, copy));
    write_text(out,
               (const char *)(now->revision > 0 ? site->route_path.data : site->policy_path.data));
    fputc(',', out);
    write_variants(now, out);
    write_origins(site, zone_machine(copy), out);
    write_stored(&site->stored, copy, out);
    fputs("}\n", out);
}
