/* SPDX-License-Identifier: MIT */
/* Default places of the documents, and durations on the command line. */
#include "cli/place.h"

#include <stdio.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/place.h"

const char *
cli_policy_path(const cli_common *common)
{
    return common->policy != NULL ? common->policy : "policy.json";
}

static const char *
beside(const char *policy, const char *name, char buf[CLI_PATH_MAX])
{
    const char *slash = strrchr(policy, '/');
    int folder = slash == NULL ? 0 : (int)(slash - policy) + 1;
    int n = snprintf(buf, CLI_PATH_MAX, "%.*s%s", folder, policy, name);
    return n > 0 && n < CLI_PATH_MAX ? buf : name;
}

/* One command line a process. */
static bool route_is_given;
static char policy_folder[CLI_PATH_MAX];

bool
cli_route_is_given(void)
{
    return route_is_given;
}

const char *
cli_policy_folder(void)
{
    return policy_folder;
}

const char *
cli_route_path(const cli_common *common, char buf[CLI_PATH_MAX])
{
    const char *policy = cli_policy_path(common);
    const char *slash = strrchr(policy, '/');
    route_is_given = common->route != NULL;
    snprintf(policy_folder, sizeof policy_folder, "%.*s",
             slash == NULL     ? 0
             : slash == policy ? 1
                               : (int)(slash - policy),
             policy);
    return common->route != NULL ? common->route
                                 : beside(cli_policy_path(common), "route.json", buf);
}

const char *
cli_journal_path(const cli_common *common, char buf[CLI_PATH_MAX])
{
    return common->journal != NULL ? common->journal
                                   : beside(cli_policy_path(common), "rollout.db", buf);
}

static int64_t
unit_us(const char *unit)
{
    static const struct {
        const char *name;
        int64_t us;
    } units[] = {
        {"ms", 1000}, {"s", 1000000}, {"m", 60000000}, {"h", 3600000000}, {"d", 86400000000}};
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++)
        if (strcmp(units[i].name, unit) == 0)
            return units[i].us;
    return 0;
}

bool
cli_duration(const char *text, int64_t *out_us)
{
    int64_t digits = 0;
    int64_t scale = 1;
    bool point = false;
    const char *p = text;
    if (*p < '0' || *p > '9')
        return false;
    for (; (*p >= '0' && *p <= '9') || (*p == '.' && !point); p++) {
        if (*p == '.') {
            point = true;
            continue;
        }
        if (digits > 99999999)
            return false;
        digits = digits * 10 + (*p - '0');
        scale *= point ? 10 : 1;
    }
    int64_t us = unit_us(p);
    if (us == 0 || p[-1] == '.' || digits > INT64_MAX / us || digits * us % scale != 0)
        return false;
    *out_us = digits * us / scale;
    return true;
}
