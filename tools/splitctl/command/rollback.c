/* SPDX-License-Identifier: MIT */
/* The way back, at once: needs the policy or the route in force, and neither sources nor the
 * journal. */
#include <cjson/cJSON.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "split/net.h"

#include "cli/cli.h"
#include "cli/place.h"
#include "commands.h"
#include "drive/effect.h"
#include "journal/own.h"
#include "cli/load.h"
#include "drive/operator.h"
#include "route/board_show.h"
#include "route/publish.h"
#include "cli/text.h"
#include "route/weights.h"
#include "journal/read.h"
#include "journal/write.h"

#define ATTEMPTS 5 /* an emergency wins over another writer */
#define RETRY_US 2000000
#define TEXT_MAX ((size_t)SPLIT_DOCUMENT_BYTES_MAX)

typedef struct way_back {
    const cli_common *common;
    const split_policy *policy; /* NULL: the route alone is used */
    const char *policy_path;
    const char *wanted; /* --variant */
    char split[128];
    char name[128];  /* of the variant */
    char other[128]; /* who serves in its place */
    const char *route_path;
    cli_texts sources;
    const char *probe_url;
    size_t variant;
    int64_t percent_e6;
    int64_t before_e6; /* -1: not known */
    split_us began;    /* monotonic */
    publication done;
    effect effect;
    bool recorded;
} way_back;

static int
publish_once(way_back *w)
{
    route_state state;
    int code = route_state_read_any(w->policy, w->route_path, &state);
    if (code != CTL_OK)
        return code;
    state.silent = true;
    w->before_e6 = route_state_percent(&state, w->variant);
    const publish_note note = {.by = operator_name(w->common),
                               .why = operator_reason(w->common, "rollback by hand")};
    code = publish_percent(w->policy, w->route_path, &state, w->variant, w->percent_e6, &note,
                           &w->done);
    route_state_free(&state);
    return code;
}

/* What a router would read now is what was meant. */
static int
read_back(way_back *w)
{
    route_state state;
    if (board_is_on(w->policy))
        return CTL_OK; /* each sink was read back */
    int code = route_state_read(w->policy, w->route_path, &state);
    if (code != CTL_OK)
        return CTL_NOT_PUBLISHED;
    bool same = state.revision == w->done.revision;
    if (!same) {
        w->before_e6 = route_state_percent(&state, w->variant);
        fprintf(stderr, "splitctl: %s was changed again by another writer\n", w->route_path);
    }
    route_state_free(&state);
    return same ? CTL_OK : CTL_NOT_PUBLISHED;
}

/* Somebody who publishes now is outrun; nothing else gets better by trying again. */
static int
publish_and_read_back(way_back *w)
{
    int code = publish_once(w);
    for (int i = 1;
         i < ATTEMPTS && code == CTL_NOT_PUBLISHED && w->done.refused == SPLIT_ERR_CONFLICT &&
         split_clock_now() - w->began < RETRY_US;
         i++)
        code = publish_once(w);
    if (code == CTL_NOT_PUBLISHED)
        publish_report(w->route_path, &w->done);
    return code == CTL_OK ? read_back(w) : code;
}

static void
say_not_rolled_back(const way_back *w)
{
    char share[16];
    split_origin_info origin;
    if (w->before_e6 < 0)
        fprintf(stderr, "splitctl: NOT rolled back: the traffic of '%s' is as it was\n", w->name);
    else
        fprintf(stderr, "splitctl: NOT rolled back: '%s' still has %s %% of the traffic\n", w->name,
                weights_print(w->before_e6, share));
    fputs("  copy the route to a place that you can write, publish there with --route FILE, and "
          "give the routers that file\n",
          stderr);
    if (w->policy != NULL && home_origin(w->policy, w->variant, &origin))
        fprintf(stderr,
                "  or take the system out at every router: splitctl origin --source URL %s down\n",
                origin.name);
}

static void
say_published(const way_back *w)
{
    char from[16];
    char to[16];
    char took[32];
    text_span(split_clock_now() - w->began, took);
    if (w->done.unchanged)
        printf("'%s' has %s %% already: revision %llu, read back in %s\n", w->name,
               weights_print(w->percent_e6, to), (unsigned long long)w->done.revision, took);
    else
        printf("'%s' %s %% -> %s %%: revision %llu, written and read back in %s\n", w->name,
               weights_print(w->before_e6, from), weights_print(w->percent_e6, to),
               (unsigned long long)w->done.revision, took);
    fflush(stdout);
}

/* A run that drives takes the action as an abort. */
static int
add_to_journal(const way_back *w, journal *j)
{
    journal_rollout rollout;
    int code = journal_find(j, 0, &rollout);
    if (code != CTL_OK)
        return code;
    journal_publication p = {.revision = (int64_t)w->done.revision,
                             .at_us = split_clock_wall(),
                             .percent_e6 = w->percent_e6,
                             .effect_us = w->effect.took,
                             .by = operator_name(w->common)};
    const journal_action a = {.at_us = p.at_us,
                              .action = split_action_name(SPLIT_ACTION_ABORT),
                              .who = p.by,
                              .why = operator_reason(w->common, "rollback by hand")};
    if (!w->done.unchanged)
        code = journal_add_publication(j, rollout.id, &p);
    if (code == CTL_OK && rollout.ended_us == 0)
        code = journal_add_action(j, rollout.id, &a);
    return code;
}

static void
record(way_back *w)
{
    char buf[CLI_PATH_MAX];
    const char *path = cli_journal_path(w->common, buf);
    journal *j = NULL;
    if (access(path, F_OK) != 0)
        fprintf(stderr, "splitctl: not recorded: there is no journal %s\n", path);
    else if (journal_open(path, JOURNAL_WRITE, &j) == CTL_OK &&
             journal_check_owner(j, path, w->split) == CTL_OK && add_to_journal(w, j) == CTL_OK)
        w->recorded = true;
    else
        fprintf(stderr,
                "splitctl: not recorded: the journal %s is not usable; the traffic is back "
                "nevertheless\n",
                path);
    journal_close(&j);
}

static void
print_checklist(const way_back *w, int code)
{
    const char *policy = w->policy_path;
    const char *name = w->name;
    unsigned long long revision = (unsigned long long)w->done.revision;
    puts("\nIncident checklist:");
    if (code != CTL_OK)
        printf("  [ ] NOT CONFIRMED: see that every router has revision %llu\n", revision);
    else if (w->sources.n == 0 && w->probe_url == NULL)
        printf("  [ ] routers: every one has revision %llu (--source URL and --probe URL ask)\n",
               revision);
    printf("  [ ] visitors: errors fall; splitctl monitor -p %s --once --source URL\n"
           "  [ ] caches: what was stored meanwhile lives on; purge what is wrong\n"
           "  [ ] data: what '%s' wrote meanwhile is whole, and '%s' can read it\n"
           "  [ ] evidence: keep the logs of '%s'%s before they rotate\n"
           "  [ ] cause: splitctl history, compare and report, each with -p %s\n"
           "  [ ] people: say who is on it, and since when%s\n"
           "  [ ] next try: when the cause is fixed and tested; splitctl run -p %s --new\n",
           policy, name, w->other, name, w->recorded ? " and the journal" : "", policy,
           w->recorded ? "" : "; note it, it was not recorded", policy);
}

static void
print_json(const way_back *w, int code)
{
    char share[16];
    fputs("{\"schema\":1,\"split\":", stdout);
    text_json(stdout, w->split, strlen(w->split));
    fputs(",\"variant\":", stdout);
    text_json(stdout, w->name, strlen(w->name));
    printf(",\"before\":%s", weights_print(w->before_e6, share));
    printf(",\"percent\":%s,\"revision\":%llu,\"published\":%s,\"confirmed\":%s,\"recorded\":%s,"
           "\"exit_code\":%d}\n",
           weights_print(w->percent_e6, share), (unsigned long long)w->done.revision,
           w->done.unchanged ? "false" : "true", w->effect.took >= 0 ? "true" : "false",
           w->recorded ? "true" : "false", code);
}

static int
roll_back(way_back *w)
{
    int code = publish_and_read_back(w);
    if (code != CTL_OK) {
        say_not_rolled_back(w);
        return code;
    }
    if (!w->common->json)
        say_published(w);
    board_print(w->policy, w->common->json);
    w->effect = (effect){.policy = w->policy,
                         .route_path = w->route_path,
                         .revision = w->done.revision,
                         .variant = w->name,
                         .quiet = w->common->json,
                         .percent_e6 = w->percent_e6,
                         .began = w->began,
                         .took = -1};
    int routers = w->sources.n > 0 ? effect_routers(&w->effect, &w->sources) : CTL_OK;
    int probe = w->probe_url != NULL ? effect_probe(&w->effect, w->probe_url) : CTL_OK;
    code = routers != CTL_OK ? routers : probe != CTL_OK ? probe : code;
    if (code == CTL_OK && w->done.n_behind > 0)
        code = CTL_TIMEOUT;
    if (code != CTL_OK)
        w->effect.took = -1;
    fflush(stdout);
    record(w);
    (w->common->json ? print_json : print_checklist)(w, code);
    return code;
}

/* The policy when it is valid. Otherwise what is wrong with it is said, and the route in force is
 * enough. */
static int
take_policy(way_back *w, split_policy **out)
{
    split_error fault = {.size = sizeof fault};
    bool there = access(w->policy_path, F_OK) == 0;
    if (split_policy_load_file(w->policy_path, NULL, &fault, 1, NULL, out) == SPLIT_OK) {
        w->policy = *out;
        return CTL_OK;
    }
    if (access(w->route_path, F_OK) != 0)
        return load_policy(w->policy_path, out); /* reports every fault */
    if (there || w->common->policy != NULL)
        report_fault(w->policy_path, &fault);
    fprintf(stderr,
            "splitctl: continuing without the policy: %s gets other shares, everything else in it "
            "stays\n",
            w->route_path);
    return CTL_OK;
}

/* The rollout's variant as a policy that is not valid may still say it. */
static const char *
variant_of_text(const char *policy_path, char buf[128])
{
    size_t n;
    char *text = access(policy_path, R_OK) == 0 ? load_text(policy_path, TEXT_MAX, &n) : NULL;
    cJSON *root = text != NULL ? cJSON_Parse(text) : NULL;
    const char *name =
        cJSON_GetStringValue(cJSON_GetObjectItem(cJSON_GetObjectItem(root, "rollout"), "variant"));
    snprintf(buf, 128, "%s", name != NULL ? name : "");
    cJSON_Delete(root);
    free(text);
    return buf;
}

static const char *
name_at(const way_back *w, const split_route *route, size_t variant)
{
    const char *name = w->policy != NULL ? split_policy_variant(w->policy, variant)
                                         : split_route_variant(route, variant);
    return name != NULL ? name : "";
}

static size_t
find_variant(const way_back *w, const split_route *route, const char *name)
{
    for (size_t v = 0; name[0] != '\0' && name_at(w, route, v)[0] != '\0'; v++)
        if (strcmp(name_at(w, route, v), name) == 0)
            return v;
    return SIZE_MAX;
}

/* --variant; else the policy's rollout; else, of two variants, the one that is not the default. */
static size_t
variant_of(const way_back *w, const split_route *route, size_t fallback)
{
    char buf[128];
    if (w->wanted != NULL || w->policy != NULL)
        return w->wanted != NULL ? find_variant(w, route, w->wanted) : moving_variant(w->policy);
    size_t said = find_variant(w, route, variant_of_text(w->policy_path, buf));
    if (said != SIZE_MAX && said != fallback)
        return said;
    return split_route_n_variants(route) == 2 ? 1 - fallback : SIZE_MAX;
}

static int
choose_variant(way_back *w)
{
    split_route *route = NULL;
    split_plan_options options;
    split_rollout_info info;
    int code = w->policy == NULL ? load_route(w->route_path, &route) : CTL_OK;
    if (code != CTL_OK)
        return code;
    int rc = w->policy != NULL ? split_policy_plan_options(w->policy, &options)
                               : split_route_plan_options(route, &options);
    size_t fallback = rc == SPLIT_OK ? options.default_variant : 0;
    w->variant = variant_of(w, route, fallback);
    if (w->policy != NULL && split_policy_rollout(w->policy, &info) == SPLIT_OK &&
        info.baseline != SIZE_MAX)
        fallback = info.baseline;
    snprintf(w->split, sizeof w->split, "%s",
             w->policy != NULL ? split_policy_name(w->policy) : split_route_name(route));
    if (w->variant == SIZE_MAX && w->wanted != NULL)
        code = cli_usage_error("rollback", "there is no variant '%s'", w->wanted);
    else if (w->variant == SIZE_MAX)
        code = cli_usage_error("rollback", "name the variant to take traffic from with --variant");
    else
        snprintf(w->name, sizeof w->name, "%s", name_at(w, route, w->variant));
    snprintf(w->other, sizeof w->other, "%s", name_at(w, route, fallback));
    split_route_free(&route, NULL);
    return code;
}

static int
rollback_policy(way_back *w, const char *percent)
{
    char path[CLI_PATH_MAX];
    split_policy *policy = NULL;
    w->route_path = cli_route_path(w->common, path);
    w->policy_path = cli_policy_path(w->common);
    if (percent != NULL && !weights_percent(percent, &w->percent_e6))
        return cli_usage_error("rollback", "'%s' is not a percentage from 0 to 100", percent);
    int code = take_policy(w, &policy);
    if (code == CTL_OK)
        code = choose_variant(w);
    if (code == CTL_OK)
        code = roll_back(w);
    if (!board_is_on(policy)) /* a sink that hangs still reads it */
        split_policy_free(&policy, NULL);
    return code;
}

int
cmd_rollback(int argc, char **argv)
{
    static way_back w; /* large */
    cli_common common = {0};
    const cli_option options[] = {{"source", 's', CLI_TEXTS, "SOURCE",
                                   "routers that must confirm; may be repeated", &w.sources},
                                  {"probe", 0, CLI_TEXT, "URL",
                                   "ask this page as new visitors until it confirms", &w.probe_url},
                                  {"variant", 0, CLI_TEXT, "NAME",
                                   "take the traffic from this variant (default: the rollout's)",
                                   &w.wanted},
                                  CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE [PERCENT]",
        .about = "Takes the traffic back at once, to PERCENT (default: 0) for the rollout's\n"
                 "variant. Asks for nothing. It needs the policy or the route in force (--route\n"
                 "FILE alone), and works without sources or journal and with a policy that is\n"
                 "missing or not valid. A running 'splitctl run' ends as rolled back. A dead\n"
                 "sink delays no other sink, not even when it is the primary. Exit code 7:\n"
                 "published, but a sink, the routers or the probe did not confirm; 8: nothing\n"
                 "could be published.\n",
        .common = CLI_POLICY | CLI_ROUTE | CLI_JOURNAL | CLI_YES | CLI_REASON | CLI_JSON,
        .options = options};
    int first;
    w.began = split_clock_now();
    w.before_e6 = -1;
    w.common = &common;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (argc - first > 1)
        return cli_usage_error(argv[0], "give one percentage at most");
    return rollback_policy(&w, first < argc ? argv[first] : NULL);
}
