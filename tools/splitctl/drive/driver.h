/* SPDX-License-Identifier: MIT */
/* The rollout in motion: windows in, decisions and new routes out. command/run.c prints what it
 * does. */
#ifndef SPLITCTL_DRIVER_H
#define SPLITCTL_DRIVER_H

#include "split/policy.h"
#include "split/rollout.h"

#include "journal/diary.h"
#include "drive/fleet.h"
#include "route/publish.h"

/* What one phase saw, for the closing summary. */
typedef struct phase_record {
    split_us began_wall; /* 0: never reached */
    split_us ended_wall;
    int64_t n_windows;
    split_arm arm;
    split_arm baseline;
} phase_record;

typedef struct driver {
    const split_policy *policy;
    const char *route_path;
    bool dry_run;
    split_rollout *rollout;
    split_us window_us;
    split_rollout_info info;
    fleet fleet;
    route_state route;
    bool is_left; /* the route in force is somebody's word: this run does not change it */
    diary diary;
    split_us window_start_wall;
    split_us window_start; /* by clock_real() */
    split_us window_end;
    split_us length_us; /* of the last window, as time passed */
    int64_t id;         /* of the next window */
    uint32_t n_phases;
    phase_record phases[SPLIT_PHASES_MAX];
    split_reading reading; /* of the last window */
    split_window window;
    bool window_has_data; /* some source reported something */
    split_rollout_decision decision;
    publication published; /* the last one */
    int64_t n_published;   /* by this process */
    size_t n_behind;       /* sinks that lag, as reported last */
    split_us decided_wall; /* when the last decision fell */
    split_us effect_us;    /* from the last publication's decision to its effect on every router; -1
                              unknown */
} driver;

/* Make the rollout, with windows of another length than the policy's unless window_us is 0, and
 * open the sources. Reports on stderr; an exit code. */
int driver_open(driver *d, const split_policy *policy, const char *route_path,
                const cli_texts *specs, split_us window_us, fleet_pace pace);
void driver_close(driver *d);

/* Take operators' actions that wait. True when one of them ends the rollout: close the window
 * now. */
bool driver_listen(driver *d);

#endif
