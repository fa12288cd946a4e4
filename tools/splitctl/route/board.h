/* SPDX-License-Identifier: MIT */
/*
 * The sinks of a policy as one place: a primary, whose fence decides who may write, and followers,
 * which are brought to the same revision all at once, each with its own deadline.
 */
#ifndef SPLITCTL_BOARD_H
#define SPLITCTL_BOARD_H

#include <stdbool.h>

#include "split/sink.h"

#include "cli/exit_code.h"

/* What came of one sink. */
typedef enum board_outcome {
    BOARD_PENDING,  /* not asked, or no answer yet */
    BOARD_IN_FORCE, /* read back with the route */
    BOARD_NEWER,    /* shows a higher revision: left alone */
    BOARD_FOREIGN,  /* shows another split: left alone */
    BOARD_FAILED    /* the error says why */
} board_outcome;

typedef struct board_view {
    const char *place;
    bool primary;
    board_outcome outcome;
    bool has_revision;
    uint64_t revision; /* that it showed last */
    split_us took_us;  /* from the decision to the read back; -1 unknown */
    const char *error; /* "" for none */
} board_view;

/* Is the route of this policy published to sinks? Not when --route names a file, or without
 * "publish". */
bool board_is_on(const split_policy *policy);

/*
 * What is in force at the primary; NULL with CTL_OK when nothing is. `*out_revision` is the highest
 * that the next route must exceed. Reports on stderr; CTL_NOT_PUBLISHED when the primary cannot be
 * read.
 * In an emergency a primary that is dead is replaced by the newest follower.
 */
int board_read(const split_policy *policy, bool emergency, split_route **out,
               uint64_t *out_revision);

/* The primary alone, without a report: SPLIT_OK or an error code. For whoever only compares. */
int board_peek(const split_policy *policy, split_route **out);

/*
 * Publish over what board_read() gave. 0; a SPLIT_ERR_* and a sentence when the primary did not
 * take it: then nothing was published, unless `emergency`. Followers are waited for; how many of
 * all sinks are not in force stands in `*out_behind`.
 */
int board_publish(const split_policy *policy, const split_route *route, bool emergency,
                  size_t *out_behind, split_error *error);

/* Bring followers to the primary's route, without a new one: how many are behind afterwards. With
 * `wait` false the work goes on in the background, and what is reported is of the time before. */
size_t board_repair(const split_policy *policy, const split_route *route, bool wait);

/* Was the primary dead when board_read() asked it? */
bool board_is_headless(const split_policy *policy);

/* The reason of a route, marked when it is written without the primary: the next publication then
 * goes above it. */
const char *board_reason(const split_policy *policy, const char *why, char *buf, size_t buf_size);

/* Give the primary the newest whole route that any sink has. CTL_OK; CTL_NOT_PUBLISHED, reported. */
int board_take_newest(const split_policy *policy);

/* Ask every sink for reachability and rights. The number that fail. */
size_t board_probe(const split_policy *policy);

/* Read all sinks, for people. */
int board_survey(const split_policy *policy);

size_t board_count(void);
void board_at(size_t index, board_view *out);

#endif
