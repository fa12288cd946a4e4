/* SPDX-License-Identifier: MIT */
/* The rollout in motion: windows in, decisions and new routes out. */
#include "drive/driver.h"

#include <stdio.h>
#include <string.h>

#include "split/net.h"

static int
failed(const char *what, int rc)
{
    fprintf(stderr, "splitctl: %s: %s\n", what, split_strerror(rc));
    return CTL_BAD_INPUT;
}

int
driver_open(driver *d, const split_policy *policy, const char *route_path, const cli_texts *specs,
            split_us window_us, fleet_pace pace)
{
    split_rollout_options options;
    memset(d, 0, sizeof *d);
    d->policy = policy;
    d->route_path = route_path;
    d->id = 1;
    d->effect_us = -1;
    int code = fleet_open(&d->fleet, policy, route_path, specs, window_us, pace);
    if (code != CTL_OK)
        return code;
    int rc = split_policy_rollout_options(policy, &options);
    if (rc == SPLIT_OK)
        rc = split_policy_rollout(policy, &d->info);
    if (window_us > 0)
        options.window_us = window_us;
    if (rc == SPLIT_OK)
        rc = split_rollout_new(&options, NULL, &d->rollout);
    code = rc == SPLIT_OK ? route_state_read(policy, route_path, &d->route) : failed("rollout", rc);
    if (code != CTL_OK)
        driver_close(d);
    d->window_us = options.window_us;
    d->n_phases = options.n_phases;
    return code;
}

bool
driver_listen(driver *d)
{
    bool abort = false;
    diary_actions(&d->diary, d->rollout, d->id, &abort);
    return abort;
}

void
driver_close(driver *d)
{
    diary_close(&d->diary);
    fleet_close(&d->fleet);
    split_rollout_free(&d->rollout, NULL);
    route_state_free(&d->route);
}
