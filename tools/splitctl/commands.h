/* SPDX-License-Identifier: MIT */
/*
 * The list of commands. To add one: write command/<name>.c with `int cmd_<name>(int argc, char
 * **argv)`, add its row here (alphabetical) and its file in meson.build, and describe it in
 * splitctl.1; help, completion, the suggestion of the nearest name, and the tests that walk all
 * commands follow from the row.
 */
#ifndef SPLITCTL_COMMANDS_H
#define SPLITCTL_COMMANDS_H

/* XX(function suffix, name typed, one line of help) */
#define CTL_COMMAND_MAP(XX)                                                                        \
    XX(abort, "abort", "end the running rollout and take the traffic back")                        \
    XX(assign, "assign", "say which variant keys get")                                             \
    XX(check, "check", "report every fault of policies, routes and price files")                   \
    XX(compare, "compare", "compare both systems over the same time")                              \
    XX(completion, "completion", "print a completion script for bash or zsh")                      \
    XX(cost, "cost", "say what a month costs at each share of traffic")                            \
    XX(explain, "explain", "say why a window was decided as it was")                               \
    XX(export, "export", "write a plan for HAProxy, Envoy or SQL")                                 \
    XX(follow, "follow", "keep a file equal to a sink")                                            \
    XX(history, "history", "print what the journal knows")                                         \
    XX(logs, "logs", "count requests, errors and latencies of access logs")                        \
    XX(monitor, "monitor", "show a rollout live")                                                  \
    XX(origin, "origin", "force an origin up or down, or see its state")                           \
    XX(pause, "pause", "hold the running rollout where it is")                                     \
    XX(plan, "plan", "say who would move under new weights")                                       \
    XX(promote, "promote", "go to the next phase by hand")                                         \
    XX(publish, "publish", "bring every sink to the route in force")                               \
    XX(replay, "replay", "derive every decision again from recorded windows")                      \
    XX(report, "report", "write the story of a rollout as one HTML file")                          \
    XX(resume, "resume", "end a pause")                                                            \
    XX(rollback, "rollback", "take the traffic back at once")                                      \
    XX(run, "run", "drive a rollout: judge windows, publish shares")                               \
    XX(set, "set", "publish new weights")                                                          \
    XX(simulate, "simulate", "say beforehand how long proofs take, and how it would end")          \
    XX(skip_wait, "skip-wait", "take the rest of the bake time as served")                         \
    XX(status, "status", "say where the rollout stands")

#define XX(suffix, name, help) int cmd_##suffix(int argc, char **argv);
CTL_COMMAND_MAP(XX)
#undef XX

#endif
