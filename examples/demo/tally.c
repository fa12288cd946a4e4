/* SPDX-License-Identifier: MIT */
/* Counts of the load generator: a CSV record of each request, and a summary in JSON. */
#include <stdlib.h>
#include <string.h>

#include "load.h"

static int
name_index(struct tally *t, const char *name)
{
    unsigned i;

    for (i = 0; i < t->n_names; i++)
        if (strcmp(t->names[i], name) == 0)
            return (int)i;
    if (!*name || t->n_names == LOAD_SYSTEMS)
        return -1;
    snprintf(t->names[t->n_names], sizeof(t->names[0]), "%s", name);
    return (int)t->n_names++;
}

static void
keep_latency(struct tally *t, int64_t took_us)
{
    if (t->n_took == t->room_took) {
        size_t room = t->room_took ? t->room_took * 2 : 65536;
        int64_t *grown = realloc(t->took, room * sizeof(*grown));

        if (!grown)
            return;
        t->took = grown;
        t->room_took = room;
    }
    t->took[t->n_took++] = took_us;
}

void
load_head(FILE *record)
{
    fputs("wall_us,mono_us,visitor,serial,method,status,variant,served_by,took_us,replayable,"
          "failure\n",
          record);
}

void
load_note(struct tally *t, struct visitor *v, const struct sample *s, FILE *record)
{
    int variant = name_index(t, s->variant);
    int served = name_index(t, s->served);

    t->requests++;
    t->posts += s->post;
    if (s->status >= 200 && s->status < 400 && !*s->failure)
        t->ok++;
    else if (s->status >= 400 && s->status < 500)
        t->client_errors++;
    else if (s->post)
        t->errors_other++;
    else
        t->errors_replayable++;
    if (variant >= 0) {
        t->variant[variant]++;
        v->changes += v->variant >= 0 && v->variant != variant;
        v->variant = variant;
    }
    if (served >= 0)
        t->served[served]++;
    keep_latency(t, s->took_us);
    if (record)
        fprintf(record, "%lld,%lld,%u,%u,%s,%ld,%s,%s,%lld,%d,%s\n", (long long)s->wall_us,
                (long long)s->sent_us, s->visitor, s->serial, s->post ? "POST" : "GET", s->status,
                s->variant, s->served, (long long)s->took_us, !s->post, s->failure);
}

static int
by_size(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static double
percentile_ms(const struct tally *t, double share)
{
    size_t rank = (size_t)(share * (double)t->n_took);

    if (!t->n_took)
        return 0;
    return (double)t->took[rank < t->n_took ? rank : t->n_took - 1] / 1000;
}

static void
print_counts(const struct tally *t, const char *what, const uint64_t *counts, FILE *out)
{
    const char *comma = "";
    unsigned i;

    fprintf(out, ",\"%s\":{", what);
    for (i = 0; i < t->n_names; i++) {
        if (!counts[i])
            continue;
        fprintf(out, "%s\"%s\":%llu", comma, t->names[i], (unsigned long long)counts[i]);
        comma = ",";
    }
    fputc('}', out);
}

void
load_summary(struct tally *t, const struct visitor *visitors, unsigned n_visitors, double seconds,
             FILE *out)
{
    unsigned i, seen = 0, changed = 0;

    for (i = 0; i < n_visitors; i++) {
        seen += visitors[i].variant >= 0;
        changed += visitors[i].changes > 0;
    }
    if (t->n_took)
        qsort(t->took, t->n_took, sizeof(*t->took), by_size);
    fprintf(out,
            "{\"seconds\":%.1f,\"requests\":%llu,\"posts\":%llu,\"ok\":%llu,\"client_errors\":%llu,"
            "\"user_errors_replayable\":%llu,\"user_errors_not_replayable\":%llu,\"late\":%llu,"
            "\"visitors\":%u,\"visitors_changed_variant\":%u",
            seconds, (unsigned long long)t->requests, (unsigned long long)t->posts,
            (unsigned long long)t->ok, (unsigned long long)t->client_errors,
            (unsigned long long)t->errors_replayable, (unsigned long long)t->errors_other,
            (unsigned long long)t->late, seen, changed);
    print_counts(t, "by_variant", t->variant, out);
    print_counts(t, "by_system", t->served, out);
    fprintf(out, ",\"p50_ms\":%.2f,\"p95_ms\":%.2f,\"p99_ms\":%.2f}\n", percentile_ms(t, 0.5),
            percentile_ms(t, 0.95), percentile_ms(t, 0.99));
    fflush(out);
}
