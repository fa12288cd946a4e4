/* SPDX-License-Identifier: MIT */
/* The journal that belongs to a command's policy. */
#include "journal/own.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "split/policy.h"
#include "cli/place.h"
#include "journal/read.h"

int
journal_check_owner(journal *j, const char *path, const char *split)
{
    journal_rollout newest;
    int code = journal_find(j, 0, &newest);
    if (code != CTL_OK)
        return code == CTL_NO_DATA ? CTL_OK : code;
    if (strcmp(newest.name, split) == 0)
        return CTL_OK;
    fprintf(stderr,
            "splitctl: %s is the journal of '%s', but the policy is of '%s'; name the right one "
            "with --journal or -p\n",
            path, newest.name, split);
    return CTL_BAD_INPUT;
}

/* A policy that is not there or not valid is no fault here: the journal holds its own. */
static int
check_default(const char *policy_path, const char *path)
{
    split_policy *policy = NULL;
    journal *j = NULL;
    int code = journal_open(path, JOURNAL_READ, &j);
    if (code == CTL_OK &&
        split_policy_load_file(policy_path, NULL, NULL, 0, NULL, &policy) == SPLIT_OK)
        code = journal_check_owner(j, path, split_policy_name(policy));
    split_policy_free(&policy, NULL);
    journal_close(&j);
    return code;
}

int
journal_own(const cli_common *common, char buf[CLI_PATH_MAX], const char **out_path)
{
    *out_path = cli_journal_path(common, buf);
    if (access(*out_path, F_OK) != 0) {
        fprintf(stderr, "splitctl: there is no journal %s; has a run begun?\n", *out_path);
        return CTL_NO_DATA;
    }
    return common->journal != NULL ? CTL_OK : check_default(cli_policy_path(common), *out_path);
}
