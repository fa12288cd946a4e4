/* SPDX-License-Identifier: MIT */
/* Stored decisions in /metrics and /status: how many cookies were what, and which keys are in use;
 * of a key only its id. */
#include "counters.h"
#include "stored.h"

void
stored_metrics(const struct stored *s, const struct counters *counters, FILE *out)
{
    static const char *const results[] = {"rejected", "ok"};
    uint32_t i;

    fputs("# HELP split_stored_total Decided requests by what their stored decision turned out to "
          "be.\n# TYPE split_stored_total counter\n",
          out);
    for (i = 0; i < SPLIT_TOKEN_STATUS_COUNT; i++)
        fprintf(out, "split_stored_total{status=\"%s\"} %llu\n", split_token_status_name((int)i),
                (unsigned long long)counters->stored[i]);
    fputs("# HELP split_stored_keys Signing keys in use; 0 while no decision is stored.\n"
          "# TYPE split_stored_keys gauge\n",
          out);
    fprintf(out, "split_stored_keys %zu\n", s->token ? s->keys->n : (size_t)0);
    fputs("# HELP split_stored_key_reads_total Readings of the signing keys.\n"
          "# TYPE split_stored_key_reads_total counter\n",
          out);
    for (i = 0; i < 2; i++)
        fprintf(out, "split_stored_key_reads_total{result=\"%s\"} %llu\n", results[i],
                (unsigned long long)counters->key_reads[i]);
}

/* An object; null while no decision is stored. Ids and names need no escapes. */
void
stored_status(const struct stored *s, const struct counters *counters, FILE *out)
{
    size_t i;

    if (!s->token) {
        fputs("\"stored\":null", out);
        return;
    }
    fprintf(out, "\"stored\":{\"cookie\":\"%s\",\"max_age_s\":%lld,\"idle_s\":", s->name,
            (long long)(s->cookie.max_age_us / 1000000));
    if (s->cookie.idle_us == SPLIT_NEVER)
        fputs("null", out);
    else
        fprintf(out, "%.10g", (double)s->cookie.idle_us / 1e6);
    fputs(",\"keys\":[", out);
    for (i = 0; i < s->keys->n; i++)
        fprintf(out, "%s\"%s\"", i ? "," : "", s->keys->ids[i]);
    fputs("],\"decisions\":{", out);
    for (i = 0; i < SPLIT_TOKEN_STATUS_COUNT; i++)
        fprintf(out, "%s\"%s\":%llu", i ? "," : "", split_token_status_name((int)i),
                (unsigned long long)counters->stored[i]);
    fputs("}}", out);
}
