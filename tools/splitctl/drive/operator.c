/* SPDX-License-Identifier: MIT */
/* What an operator does by hand, with a record in the journal when there is one. */
#include "drive/operator.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/file.h>
#include <unistd.h>

#include "split/net.h"

#include "journal/own.h"
#include "journal/read.h"
#include "journal/write.h"
#include "journal/lock.h"

/* One line that steers no terminal, cut between characters. */
static const char *
clean(const char *text, char *buf, size_t buf_size)
{
    size_t n = strlen(text);
    if (n >= buf_size)
        for (n = buf_size - 1; n > 0 && ((unsigned char)text[n] & 0xC0) == 0x80; n--)
            ;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];
        buf[i] = c < 0x20 || c == 0x7F ? '?' : text[i];
    }
    buf[n] = '\0';
    return buf;
}

const char *
operator_reason(const cli_common *common, const char *otherwise)
{
    static char why[1001];
    return clean(common->why != NULL ? common->why : otherwise, why, sizeof why);
}

const char *
operator_name(const cli_common *common)
{
    static char by_name[101];
    static char by_id[32];
    const char *names[] = {common->who, getenv("SUDO_USER"), getenv("USER")};
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (names[i] != NULL && names[i][0] != '\0')
            return clean(names[i], by_name, sizeof by_name);
    snprintf(by_id, sizeof by_id, "uid %u", (unsigned)getuid());
    return by_id;
}

int
operator_rollout(journal *j, journal_rollout *out)
{
    int code = journal_find(j, 0, out);
    if (code == CTL_OK && out->ended_us != 0)
        code = CTL_NO_DATA;
    if (code == CTL_NO_DATA)
        fputs("splitctl: the journal has no running rollout\n", stderr);
    return code;
}

int
operator_act(const cli_common *common, split_action action)
{
    char buf[CLI_PATH_MAX];
    const char *path;
    journal *j = NULL;
    journal_rollout rollout;
    int code = journal_own(common, buf, &path);
    if (code == CTL_OK)
        code = journal_open(path, JOURNAL_WRITE, &j);
    if (code == CTL_OK)
        code = operator_rollout(j, &rollout);
    if (code == CTL_OK) {
        const journal_action a = {.at_us = split_clock_wall(),
                                  .action = split_action_name((int)action),
                                  .who = operator_name(common),
                                  .why = operator_reason(common, "")};
        code = journal_add_action(j, rollout.id, &a);
    }
    journal_close(&j);
    if (code == CTL_OK)
        printf("%s recorded; %s\n", split_action_name((int)action),
               journal_is_driven(path)
                   ? "the running 'splitctl run' acts on it at once"
                   : "no run drives this rollout now; it waits for 'splitctl run'");
    return code;
}

bool
operator_agrees(const char *question)
{
    char answer[16];
    if (!isatty(STDIN_FILENO)) {
        fprintf(stderr, "splitctl: %s There is no terminal to ask; give --yes.\n", question);
        return false;
    }
    fprintf(stderr, "%s [y/N] ", question);
    if (fgets(answer, sizeof answer, stdin) == NULL)
        return false;
    answer[strcspn(answer, "\n")] = '\0';
    return strcasecmp(answer, "y") == 0 || strcasecmp(answer, "yes") == 0;
}
