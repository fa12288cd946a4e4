/* SPDX-License-Identifier: MIT */
/* A tally as a table or as JSON. */
#include "logs/show.h"

#include <stdio.h>
#include <string.h>

#include "split/net.h"

#include "cli/text.h"

static int64_t
all_requests(const tally *t)
{
    int64_t n = 0;
    for (size_t i = 0; i < t->n_arms; i++)
        n += t->arms[i].n;
    return n;
}

static double
percent(int64_t part, int64_t whole)
{
    return whole > 0 ? 100.0 * (double)part / (double)whole : 0.0;
}

static void
print_ms(const tally_times *times, int p)
{
    int64_t ms = tally_percentile_ms(times, p);
    if (ms < 0)
        printf(" %7s", "-");
    else
        printf(" %7lld", (long long)ms);
}

static void
print_row(const tally_arm *a, int64_t all)
{
    char count[32];
    printf("%-16s %12s %7.2f", a->name, text_count(a->n, count), percent(a->n, all));
    printf(" %7.2f %7.2f", percent(a->n_4xx, a->n), percent(a->n_5xx, a->n));
    print_ms(a->all, 50);
    print_ms(a->all, 95);
    print_ms(a->all, 99);
    if (a->lookups > 0)
        printf(" %7.2f", percent(a->hits, a->lookups));
    else
        printf(" %7s", "-");
    print_ms(a->misses, 95);
    putchar('\n');
}

void
show_table(const tally *t)
{
    int64_t all = all_requests(t);
    printf("%-16s %12s %7s %7s %7s %7s %7s %7s %7s %7s\n", "arm", "requests", "share%", "4xx%",
           "5xx%", "p50 ms", "p95 ms", "p99 ms", "hit%", "miss p95");
    for (size_t i = 0; i < t->n_arms; i++)
        print_row(&t->arms[i], all);
}

static void
print_time(split_us wall)
{
    char time[SPLIT_TIME_BYTES];
    fputs(split_time_print(wall, time) == SPLIT_OK ? time : "-", stdout);
}

static bool
has_latency(const tally *t)
{
    for (size_t i = 0; i < t->n_arms; i++)
        if (t->arms[i].all->n > 0)
            return true;
    return false;
}

void
show_summary(const tally *t, const log_scan *s, size_t n_files)
{
    char lines[32];
    int64_t left = 0;
    for (size_t i = 0; i < t->n_arms; i++)
        left += t->arms[i].left;
    printf("\n%zu file%s, %s lines, format %s, ", n_files, n_files == 1 ? "" : "s",
           text_count(s->n_lines, lines), s->format != NULL ? s->format : "unknown");
    print_time(t->first_us);
    fputs(" to ", stdout);
    print_time(t->last_us);
    putchar('\n');
    if (!has_latency(t) && s->n_records > 0)
        puts("no latency in this format");
    if (left > 0)
        printf("%s requests without a status: the visitor left first\n", text_count(left, lines));
    if (s->n_rejected > 0)
        printf("%s lines rejected, first: %s\n", text_count(s->n_rejected, lines), s->first_reject);
    if (t->too_many_arms)
        printf("more than %d arms; the rest is counted as (other)\n", TALLY_ARMS_MAX - 1);
}

static void
json_ms(const char *name, const tally_times *times, int p)
{
    int64_t ms = tally_percentile_ms(times, p);
    if (ms < 0)
        printf(",\"%s\":null", name);
    else
        printf(",\"%s\":%lld", name, (long long)ms);
}

static void
json_arm(const tally_arm *a, int64_t all)
{
    fputs("{\"name\":", stdout);
    text_json(stdout, a->name, strlen(a->name));
    printf(",\"requests\":%lld,\"share_percent\":%.6g,\"left_first\":%lld,\"status_4xx\":%lld,"
           "\"status_5xx\":%lld,"
           "\"error_percent\":%.6g",
           (long long)a->n, percent(a->n, all), (long long)a->left, (long long)a->n_4xx,
           (long long)a->n_5xx, percent(a->n_5xx, a->n));
    json_ms("p50_ms", a->all, 50);
    json_ms("p95_ms", a->all, 95);
    json_ms("p99_ms", a->all, 99);
    printf(",\"lookups\":%lld,\"hits\":%lld,\"refresh_hits\":%lld", (long long)a->lookups,
           (long long)a->hits, (long long)a->refreshed);
    json_ms("hit_p50_ms", a->hit_times, 50);
    json_ms("hit_p95_ms", a->hit_times, 95);
    json_ms("hit_p99_ms", a->hit_times, 99);
    json_ms("miss_p50_ms", a->misses, 50);
    json_ms("miss_p95_ms", a->misses, 95);
    json_ms("miss_p99_ms", a->misses, 99);
    putchar('}');
}

static void
json_arms(const tally *t)
{
    int64_t all = all_requests(t);
    fputs("\"arms\":[", stdout);
    for (size_t i = 0; i < t->n_arms; i++) {
        if (i > 0)
            putchar(',');
        json_arm(&t->arms[i], all);
    }
    putchar(']');
}

void
show_json(const tally *t, const log_scan *s, size_t n_files)
{
    printf("{\"files\":%zu,\"format\":\"%s\",\"lines\":%lld,\"records\":%lld,\"rejected\":%lld,"
           "\"first_reject\":",
           n_files, s->format != NULL ? s->format : "", (long long)s->n_lines,
           (long long)s->n_records, (long long)s->n_rejected);
    text_json(stdout, s->first_reject, strlen(s->first_reject));
    fputs(",\"from\":\"", stdout);
    print_time(t->first_us);
    fputs("\",\"to\":\"", stdout);
    print_time(t->last_us);
    fputs("\",", stdout);
    json_arms(t);
    puts("}");
}

void
show_minute(const tally *t, split_us minute, bool json)
{
    int64_t all = all_requests(t);
    if (json) {
        fputs("{\"minute\":\"", stdout);
        print_time(minute);
        fputs("\",", stdout);
        json_arms(t);
        puts("}");
        return;
    }
    for (size_t i = 0; i < t->n_arms; i++) {
        print_time(minute);
        fputs("  ", stdout);
        print_row(&t->arms[i], all);
    }
}
