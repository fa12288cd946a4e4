/* SPDX-License-Identifier: MIT */
/* Bring every sink to the route that is in force at the primary; doing it twice changes nothing. */
#include <stdio.h>

#include "cli/cli.h"
#include "cli/load.h"
#include "cli/place.h"
#include "commands.h"
#include "route/board_show.h"

static int
publish_all(const split_policy *policy, bool take_newest)
{
    split_route *route = NULL;
    uint64_t revision;
    if (!board_is_on(policy))
        return cli_usage_error("publish", "the policy has no \"publish\", or --route names a file");
    int code = take_newest ? board_take_newest(policy) : CTL_OK;
    if (code == CTL_OK)
        code = board_read(policy, false, &route, &revision);
    if (code != CTL_OK)
        return code;
    if (route == NULL) {
        fputs("splitctl: the primary has no route yet; 'splitctl set' publishes the first\n",
              stderr);
        return CTL_NOT_PUBLISHED;
    }
    size_t behind = board_repair(policy, route, true);
    printf("revision %llu: %zu of %zu sinks have it\n",
           (unsigned long long)split_route_revision(route), board_count() - behind, board_count());
    board_print(policy, false);
    split_route_free(&route, NULL);
    return behind > 0 ? CTL_TIMEOUT : CTL_OK;
}

int
cmd_publish(int argc, char **argv)
{
    cli_common common = {0};
    char buf[CLI_PATH_MAX];
    bool newest = false;
    const cli_option options[] = {
        {"newest", 0, CLI_FLAG, NULL,
         "first give the primary the newest route of all sinks, as after a rollback", &newest},
        CLI_OPTIONS_END};
    const cli_spec spec = {
        .usage = "-p FILE",
        .about =
            "Brings every sink of the policy's \"publish\" to the route that is in force at the\n"
            "primary. A sink that shows a newer revision or another split is left alone.\n"
            "Exit code 7 when a sink does not have it; 8 when the primary cannot be read.\n",
        .common = CLI_POLICY | CLI_ROUTE,
        .options = options};
    split_policy *policy = NULL;
    int first;
    int code = cli_parse(&spec, &common, argc, argv, &first);
    if (code != CLI_GO)
        return code;
    if (first < argc)
        return cli_usage_error(argv[0], "unexpected argument '%s'", argv[first]);
    (void)cli_route_path(&common, buf);
    code = load_policy(cli_policy_path(&common), &policy);
    return code == CTL_OK ? publish_all(policy, newest) : code;
}
