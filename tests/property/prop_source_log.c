/* SPDX-License-Identifier: MIT */
/* A random writer with random rotations against what it wrote: nothing is lost, nothing counts
 * twice. SPLIT_TEST_ROUNDS=N for another number of rounds. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "log_writer.h"
#include "plans.h"

#define ROUNDS 60
#define STEPS 300
#define OLD_MAX 3
#define ROTATIONS_BACK 7 /* the source keeps eight renamed files open */

static const char *const variants[] = {"new", "legacy", "third"};
static const int statuses[] = {200, 200, 200, 404, 500, 503, 499};
static const int times[] = {0, 1, 199, 200, 201, 300, 301, 500, 501, 59999, 70000};

/* What the writer wrote since the last poll that answered. */
typedef struct expected {
    int64_t sent[2];
    int64_t errors[2];
    int64_t over[2][3];
    int64_t slow_sum[2];
    int64_t rejected;
    int64_t lines;
} expected;

typedef struct world {
    log_writer w;
    uint64_t seed;
    split_source *source;
    split_metric metric;
    expected e;
    char partial[LOG_WRITER_LINE]; /* begun in the live file, not ended */
    size_t partial_len, partial_at;
    expected partial_counts;
    char old[OLD_MAX][96]; /* rotated files that still get lines */
    int old_number[OLD_MAX];
    size_t n_old;
    int n_rotated;
    int n_truncated;
    int64_t total;
} world;

static uint64_t
below(world *x, uint64_t n)
{
    return test_random(&x->seed) % n;
}

/* One line and what it counts for. */
static size_t
draw_line(world *x, char line[LOG_WRITER_LINE], expected *e)
{
    size_t v = below(x, 3);
    int status = statuses[below(x, 7)];
    int ms = times[below(x, 11)];
    e->lines++;
    if (below(x, 40) == 0) {
        e->rejected++;
        return (size_t)snprintf(line, LOG_WRITER_LINE, "\x01garbage %d\n", (int)below(x, 1000));
    }
    if (v < 2 && status != 499) {
        e->sent[v]++;
        e->errors[v] += status >= 500 ? 1 : 0;
        e->over[v][0] += ms >= 200 ? 1 : 0;
        e->over[v][1] += ms > 300 ? 1 : 0;
        e->over[v][2] += ms > 500 ? 1 : 0;
    }
    return log_writer_line(line, variants[v], status, ms);
}

static void
add(expected *to, const expected *from)
{
    for (int v = 0; v < 2; v++) {
        to->sent[v] += from->sent[v];
        to->errors[v] += from->errors[v];
        for (int b = 0; b < 3; b++)
            to->over[v][b] += from->over[v][b];
    }
    to->rejected += from->rejected;
    to->lines += from->lines;
}

static void
end_partial(world *x)
{
    if (x->partial_len == 0)
        return;
    log_writer_append(x->w.path, x->partial + x->partial_at, x->partial_len - x->partial_at);
    add(&x->e, &x->partial_counts);
    x->partial_len = 0;
}

static void
begin_partial(world *x)
{
    end_partial(x);
    x->partial_counts = (expected){0};
    x->partial_len = draw_line(x, x->partial, &x->partial_counts);
    x->partial_at = 1 + below(x, x->partial_len - 1);
    log_writer_append(x->w.path, x->partial, x->partial_at);
}

static void
write_lines(world *x, const char *path)
{
    char line[LOG_WRITER_LINE];
    for (uint64_t n = 1 + below(x, 20); n > 0; n--) {
        size_t len = draw_line(x, line, &x->e);
        log_writer_append(path, line, len);
    }
}

static void
look(world *x)
{
    static split_reading r;
    split_error error = {.size = sizeof error};
    int rc = split_source_read(x->source, &r, &error);
    if (x->e.lines == 0) {
        cr_assert_eq(rc, SPLIT_ERR_NO_DATA, "%d", rc);
        return;
    }
    if (x->e.lines == x->e.rejected) { /* the fault is reported; there are no counts */
        cr_assert_eq(rc, SPLIT_ERR_PEER);
        x->e = (expected){0};
        return;
    }
    if (rc == SPLIT_ERR_PEER && x->total == 0 && x->e.sent[0] + x->e.sent[1] == 0) {
        x->e = (expected){0};
        return;
    }
    cr_assert_eq(rc, 0, "%d %s", rc, error.text);
    for (int v = 0; v < 2; v++) {
        const split_arm *arm = &r.arm[v];
        cr_assert_eq(split_arm_get(arm, SPLIT_COUNTER_SENT), x->e.sent[v], "arm %d: %d not %d", v,
                     (int)split_arm_get(arm, SPLIT_COUNTER_SENT), (int)x->e.sent[v]);
        cr_assert_eq(split_arm_get(arm, SPLIT_COUNTER_OUTCOMES), x->e.sent[v]);
        cr_assert_eq(split_arm_get(arm, SPLIT_COUNTER_ERROR), x->e.errors[v]);
        for (int b = 0; b < 3; b++)
            cr_assert_eq(arm->over[b], x->e.over[v][b]);
        int64_t shown = 0;
        for (uint32_t i = 0; i < r.latency[v].n_edges; i++)
            shown += r.latency[v].count[i];
        cr_assert_eq(shown, x->e.sent[v]);
        x->total += x->e.sent[v];
    }
    cr_assert_eq(r.n_rejected, x->e.rejected);
    x->e = (expected){0};
}

static void
drop_oldest(world *x)
{
    x->n_old--;
    memmove(x->old, x->old + 1, x->n_old * sizeof x->old[0]);
    memmove(x->old_number, x->old_number + 1, x->n_old * sizeof x->old_number[0]);
}

/* The file gets another name; the logger goes on in it for a while, or not. */
static void
rotate(world *x)
{
    char name[64];
    end_partial(x);
    if (access(x->w.path, F_OK) != 0)
        return;
    look(x); /* two rotations between two polls are another property */
    write_lines(x, x->w.path);
    snprintf(name, sizeof name, "access.log.%d", ++x->n_rotated);
    const char *path = log_writer_path(&x->w, name);
    while (x->n_old > 0 && x->old_number[0] <= x->n_rotated - ROTATIONS_BACK)
        drop_oldest(x);
    cr_assert_eq(rename(x->w.path, path), 0);
    if (below(x, 4) == 0) {
        cr_assert_eq(unlink(path), 0);
        return;
    }
    if (x->n_old == OLD_MAX)
        drop_oldest(x);
    x->old_number[x->n_old] = x->n_rotated;
    snprintf(x->old[x->n_old++], sizeof x->old[0], "%s", path);
}

/* What was copied away is not ours: all of it was read. */
static void
copy_and_truncate(world *x)
{
    end_partial(x);
    if (access(x->w.path, F_OK) != 0)
        return;
    look(x);
    cr_assert_eq(truncate(x->w.path, 0), 0);
    x->n_truncated++;
}

static void
step(world *x)
{
    uint64_t what = below(x, 20);
    if (what < 9) {
        end_partial(x);
        write_lines(x, x->w.path);
    } else if (what < 12) {
        begin_partial(x);
    } else if (what < 17) {
        look(x);
    } else if (what == 17) {
        rotate(x);
    } else if (what == 18) {
        copy_and_truncate(x);
    } else if (x->n_old > 0) {
        write_lines(x, x->old[below(x, x->n_old)]);
    }
}

static int64_t
round_of(uint64_t seed)
{
    static world x;
    split_source_options o;
    char spec[160];
    x = (world){.seed = seed};
    log_writer_begin(&x.w);
    cr_assert_eq(split_metric_init(&x.metric, SPLIT_METRIC_LATENCY), 0);
    log_writer_options(&o, spec, x.w.path);
    o.metrics = &x.metric;
    o.n_metrics = 1;
    if (below(&x, 2) == 0)
        write_lines(&x, x.w.path);
    if (below(&x, 2) == 0)
        begin_partial(&x);
    x.e = (expected){0};
    cr_assert_eq(split_source_new(&o, &x.source, NULL), 0);
    look(&x);
    for (int i = 0; i < STEPS; i++)
        step(&x);
    end_partial(&x);
    look(&x);
    split_source_free(&x.source);
    log_writer_end(&x.w);
    return x.total;
}

Test(prop_source_log, whatever_rotation_does_every_line_counts_once, .timeout = 600)
{
    const char *text = getenv("SPLIT_TEST_ROUNDS");
    int rounds = text != NULL ? atoi(text) : ROUNDS;
    uint64_t seed = test_seed("prop_source_log", 31);
    int64_t total = 0;
    for (int i = 0; i < rounds; i++)
        total += round_of(test_random(&seed));
    fprintf(stderr, "%d rounds, %lld requests, each counted once\n", rounds, (long long)total);
}
