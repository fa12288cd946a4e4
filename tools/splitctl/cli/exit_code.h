/* SPDX-License-Identifier: MIT */
/* Exit codes of every command (design/driving.md D22); scripts rely on them, so a number never
 * changes its meaning. */
#ifndef SPLITCTL_EXIT_CODE_H
#define SPLITCTL_EXIT_CODE_H

/* XX(name, number, text): the enum, the help and the check of the man page come from this list. */
#define CTL_EXIT_MAP(XX)                                                                           \
    XX(OK, 0, "healthy, or done")                                                                  \
    XX(USAGE, 1, "wrong use of the command line")                                                  \
    XX(BAD_INPUT, 2, "a file or an answer could not be read or is not valid")                      \
    XX(HOLD, 3, "a warning level, or the rollout holds")                                           \
    XX(CRITICAL, 4, "a critical level")                                                            \
    XX(ROLLED_BACK, 5, "the rollout was rolled back")                                              \
    XX(NO_DATA, 6, "the sources have no data")                                                     \
    XX(TIMEOUT, 7, "the time given is over")                                                       \
    XX(NOT_PUBLISHED, 8, "the route could not be published")

enum ctl_exit {
#define XX(name, number, text) CTL_##name = number,
    CTL_EXIT_MAP(XX)
#undef XX
};

#endif
