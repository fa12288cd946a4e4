/* SPDX-License-Identifier: MIT */
/* Documents from files, with every fault reported on stderr. */
#ifndef SPLITCTL_LOAD_H
#define SPLITCTL_LOAD_H

#include <stdbool.h>

#include "split/policy.h"
#include "split/route.h"

#include "cli/exit_code.h"

/* Faults of one file that are kept; more are counted only. */
#define LOAD_FAULTS_MAX 100

/* Each returns CTL_OK with the document, or reports all faults as "file:line:column: path:
 * sentence" and returns CTL_BAD_INPUT. Free with split_policy_free(&p, NULL) and
 * split_route_free(&r, NULL). */
int load_policy(const char *path, split_policy **out);
int load_route(const char *path, split_route **out);

/* A policy or a route, by what the file holds; exactly one output is set. */
int load_either(const char *path, split_policy **out_policy, split_route **out_route);

/* As load_either(), but silent: `faults` has room for LOAD_FAULTS_MAX. Returns an error code of the
 * library. */
int load_any(const char *path, split_error *faults, size_t *out_n_faults, split_policy **out_policy,
             split_route **out_route);

/* As load_route(), but a file that does not exist is no fault: *out stays NULL. */
int load_route_if_there(const char *path, split_route **out);

/* The whole file with a final zero, or NULL after a report on stderr; free() it. */
char *load_text(const char *path, size_t max_bytes, size_t *out_len);

/* A fault on one line of stderr. */
void report_fault(const char *path, const split_error *fault);

/* A path that can be read several times: the path itself, or of a copy in memory when it is a pipe. */
const char *load_spooled(const char *path, char buf[64]);

#endif
