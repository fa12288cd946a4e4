/* SPDX-License-Identifier: MIT */
/* Whether a published route is in force. */
#include "drive/effect.h"

#include <stdio.h>
#include <string.h>

#include "split/evidence.h"
#include "split/net.h"

#include "drive/fleet.h"
#include "cli/text.h"
#include "route/weights.h"

#define PATIENCE_US 5000000
#define ROUTERS_STEP_US 10000
#define PROBE_STEP_US 100000
#define PROBE_VISITORS 20
#define PROBE_ALPHA 0.001

static void
confirmed(effect *e)
{
    e->took = split_clock_now() - e->began;
}

static int
routers_missed(const effect *e, const fleet *f, const split_reading *reading)
{
    fprintf(stderr, "splitctl: the routers did not confirm revision %llu: ",
            (unsigned long long)e->revision);
    if (f->n_answered < f->n)
        fprintf(stderr, "%zu of %zu answer; check the others\n", f->n_answered, f->n);
    else if (reading->has_revision)
        fprintf(stderr, "the lowest in force is %llu; check that they read this route\n",
                (unsigned long long)reading->revision);
    else
        fputs("these sources name no revision\n", stderr);
    return CTL_TIMEOUT;
}

int
effect_routers(effect *e, const cli_texts *specs)
{
    static fleet f; /* large */
    static split_reading reading;
    char took[32];
    split_us until = split_clock_now() + PATIENCE_US;
    if (e->policy == NULL)
        fputs("splitctl: which counts are whose is in the policy alone\n", stderr);
    if (e->policy == NULL ||
        fleet_open(&f, e->policy, e->route_path, specs, 0, FLEET_PACED) != CTL_OK) {
        fputs("splitctl: the routers could not be asked\n", stderr);
        return CTL_TIMEOUT;
    }
    f.wait_us = PATIENCE_US / 5; /* a router that hangs does not hide those that answer */
    bool done = false;
    do {
        (void)fleet_read(&f, &reading);
        done = f.n_answered == f.n && reading.has_revision && reading.revision >= e->revision;
        if (done || f.n_answered == 0)
            break;
    } while (split_clock_sleep_until(split_clock_now() + ROUTERS_STEP_US) == SPLIT_OK &&
             split_clock_now() < until);
    int code = done ? CTL_OK : routers_missed(e, &f, &reading);
    if (done) {
        confirmed(e);
        if (!e->quiet)
            printf("in force on all %zu routers %s after the command\n", f.n,
                   text_span(e->took, took));
    }
    fleet_close(&f);
    return code;
}

/* What a batch of visitors saw. */
typedef struct batch {
    int n_asked;
    int n_new;     /* that the variant served */
    int n_unnamed; /* answers that name no variant */
    char error[256];
} batch;

static void
ask_batch(split_http *http, const char *url, const char *variant, batch *out)
{
    split_http_answer answer;
    split_error error = {.size = sizeof error};
    const split_http_request r = {.size = sizeof r, .url = url, .want_header = "x-split-variant"};
    *out = (batch){0};
    while (out->n_asked < PROBE_VISITORS && out->error[0] == '\0') {
        if (split_http_send(http, &r, &answer, &error) != SPLIT_OK) {
            snprintf(out->error, sizeof out->error, "%s", error.text);
            return;
        }
        out->n_asked++;
        out->n_new += strcmp(answer.header, variant) == 0 ? 1 : 0;
        out->n_unnamed += answer.header[0] == '\0' ? 1 : 0;
    }
}

/* Not more of them than the share allows; of no share, none. */
static bool
fits(const batch *b, int64_t percent_e6)
{
    double low;
    double high;
    if (b->error[0] != '\0' || b->n_unnamed > 0)
        return false;
    if (percent_e6 == 0)
        return b->n_new == 0;
    return split_evidence_interval(b->n_asked, b->n_new, PROBE_ALPHA, &low, &high) == SPLIT_OK &&
           low <= (double)percent_e6 / 1e8;
}

static int
probe_missed(const effect *e, const batch *b, const char *variant)
{
    char share[16];
    if (b->error[0] != '\0')
        fprintf(stderr, "splitctl: the probe did not confirm: %s\n", b->error);
    else if (b->n_unnamed > 0)
        fprintf(stderr,
                "splitctl: the probe did not confirm: %d of %d answers name no variant "
                "(x-split-variant); is it a page behind the routers?\n",
                b->n_unnamed, b->n_asked);
    else
        fprintf(stderr,
                "splitctl: the probe did not confirm: %d of %d new visitors still go to '%s', "
                "which shall have %s %%; see that this router reads this route\n",
                b->n_new, b->n_asked, variant, weights_print(e->percent_e6, share));
    return CTL_TIMEOUT;
}

int
effect_probe(effect *e, const char *url)
{
    const char *variant = e->variant;
    split_http_options options;
    split_http *http = NULL;
    char took[32];
    batch b = {0};
    split_http_options_init(&options);
    options.tries = 1;
    options.connect_timeout_us = PATIENCE_US / 5;
    options.timeout_us = PATIENCE_US / 2;
    split_us until = split_clock_now() + PATIENCE_US;
    if (split_http_new(&options, &http) != SPLIT_OK)
        return CTL_TIMEOUT;
    do {
        ask_batch(http, url, variant, &b);
        if (fits(&b, e->percent_e6) || b.error[0] != '\0')
            break;
    } while (split_clock_sleep_until(split_clock_now() + PROBE_STEP_US) == SPLIT_OK &&
             split_clock_now() < until);
    split_http_free(&http);
    if (!fits(&b, e->percent_e6))
        return probe_missed(e, &b, variant);
    confirmed(e);
    if (!e->quiet)
        printf("probe: %d of %d new visitors go to '%s', %s after the command\n", b.n_new,
               b.n_asked, variant, text_span(e->took, took));
    return CTL_OK;
}
