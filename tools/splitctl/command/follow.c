/* SPDX-License-Identifier: MIT */
/* Keep a local file equal to a sink: every router that reads a file becomes one of a fleet. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/net.h"
#include "split/route.h"

#include "cli/cli.h"
#include "cli/load.h"
#include "cli/place.h"
#include "commands.h"
#include "route/board.h"
#include "route/health.h"

#define BACKOFF_MAX_US 10000000

static volatile sig_atomic_t stopped;

static void
on_signal(int number)
{
    stopped = number;
}

typedef struct follower {
    const split_policy *policy;
    const char *route_path;
    const char *command; /* NULL: nothing is run after a change */
    split_us every_us;
    split_route *held; /* the route in the file; NULL for none */
    health health;
    bool failing;
} follower;

static void
fail(follower *f, const char *why)
{
    f->health.n_errors++;
    if (!f->failing)
        fprintf(stderr, "splitctl follow: %s; the route in %s stays\n", why, f->route_path);
    f->failing = true;
}

static void
take(follower *f, split_route **route)
{
    split_route_free(&f->held, NULL);
    f->held = *route;
    *route = NULL;
    f->health.revision = split_route_revision(f->held);
    f->health.changed_wall_us = split_clock_wall();
}

/* A route that may replace the one held, written to the file. */
static void
write_file(follower *f, split_route **route)
{
    split_error error = {.size = sizeof error};
    uint64_t expected = f->held != NULL ? split_route_revision(f->held) : 0;
    int rc = split_route_publish(*route, f->route_path, expected, &error);
    if (rc != SPLIT_OK) {
        fail(f, error.text[0] != '\0' ? error.text : split_strerror(rc));
        return;
    }
    take(f, route);
    printf("revision %llu\n", (unsigned long long)f->health.revision);
    if (f->command != NULL && system(f->command) != 0) /* the shell is the person's own wish */
        fprintf(stderr, "splitctl follow: '%s' fails\n", f->command);
}

/* Newer, of the same split, and sound; otherwise what is held stays. */
static void
consider(follower *f, split_route **route)
{
    int rc = f->held != NULL ? split_route_accept(f->held, *route) : SPLIT_OK;
    bool same = f->held != NULL && rc == SPLIT_OK &&
                split_route_revision(f->held) == split_route_revision(*route);
    f->health.seen_us = split_clock_now();
    if (rc == SPLIT_ERR_REVISION)
        fail(f, "the sink shows an older route, or another one of the same revision");
    else if (rc != SPLIT_OK)
        fail(f, "the sink shows the route of another split");
    else if (!same)
        write_file(f, route);
    if (rc == SPLIT_OK && f->failing) {
        fputs("splitctl follow: the sink is well again\n", stderr);
        f->failing = false;
    }
}

static bool
poll_once(follower *f)
{
    split_route *route = NULL;
    char why[160];
    int rc = board_peek(f->policy, &route);
    if (rc != SPLIT_OK) {
        snprintf(why, sizeof why, "the sink cannot be read: %s", split_strerror(rc));
        fail(f, why);
        return false;
    }
    if (route != NULL)
        consider(f, &route);
    split_route_free(&route, NULL);
    return true;
}

/* Waits a poll, with jitter so that a fleet does not ask at once; longer after failures. */
static void
pause_between(follower *f, uint32_t n_failed)
{
    split_us wait = f->every_us << (n_failed < 4 ? n_failed : 4);
    wait = wait > BACKOFF_MAX_US ? BACKOFF_MAX_US : wait;
    split_us until = split_clock_now() + wait - wait / 10 + (split_us)(rand() % (wait / 5 + 1));
    while (stopped == 0 && split_clock_now() < until) {
        split_us left = until - split_clock_now();
        health_serve(&f->health, left < 50000 ? left : 50000);
    }
}

static int
follow_sink(follower *f, const char *listen)
{
    struct sigaction action = {.sa_handler = on_signal};
    uint32_t n_failed = 0;
    int code = load_route_if_there(f->route_path, &f->held);
    if (code == CTL_OK)
        code = health_open(&f->health, listen);
    if (code != CTL_OK)
        return code;
    f->health.revision = f->held != NULL ? split_route_revision(f->held) : 0;
    f->health.stale_us = 10 * f->every_us;
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    srand((unsigned)split_clock_wall());
    setvbuf(stdout, NULL, _IOLBF, 0);
    while (stopped == 0) {
        n_failed = poll_once(f) ? 0 : n_failed + 1;
        pause_between(f, n_failed);
    }
    health_close(&f->health);
    split_route_free(&f->held, NULL);
    return CTL_OK;
}

int
cmd_follow(int argc, char **argv)
{
    static follower f = {.every_us = 1000000};
    cli_common common = {0};
    char buf[CLI_PATH_MAX];
    const char *to = NULL;
    const char *listen = NULL;
    const cli_option options[] = {
        {"to", 0, CLI_TEXT, "FILE", "the file to keep (required)", &to},
        {"exec", 0, CLI_TEXT, "COMMAND", "run by a shell after each change", &f.command},
        {"every", 0, CLI_DURATION, "TIME", "between two polls (default: 1s)", &f.every_us},
        {"listen", 0, CLI_TEXT, "HOST:PORT", "answer /metrics and /healthz here", &listen},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE --to FILE",
        .about =
            "Keeps a file equal to the primary sink of the policy's \"publish\", until a signal.\n"
            "A route that is damaged, older or of another split is refused. Without the sink\n"
            "the file stays as it is. Several followers make a fleet of any router that reads\n"
            "a file.\n",
        .common = CLI_POLICY,
        .options = options};
    split_policy *policy = NULL;
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (to == NULL || first < argc || f.every_us < 10000)
        return cli_usage_error(argv[0], "give --to FILE, and --every of 10ms or more");
    (void)cli_route_path(&common, buf);
    code = load_policy(cli_policy_path(&common), &policy);
    if (code != CTL_OK)
        return code;
    if (!board_is_on(policy))
        return cli_usage_error(argv[0], "the policy has no \"publish\"");
    f.policy = policy;
    f.route_path = to;
    return follow_sink(&f, listen);
}
