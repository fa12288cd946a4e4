/* SPDX-License-Identifier: MIT */
/*
 * The policy's notification targets. Notices are queued and sent by a thread of its own: no
 * receiver, dead or slow, ever holds up a rollback. The same event of the same state is reported
 * once. */
#ifndef SPLITCTL_NOTIFY_H
#define SPLITCTL_NOTIFY_H

#include "split/policy.h"
#include "split/rollout.h"

typedef struct notifier notifier;

/* NULL when the policy has no targets, or after a report on stderr. */
notifier *notifier_start(const split_policy *policy);

/* Wait some seconds for what is queued, then end. False when the thread still works on the policy:
 * keep it. NULL is allowed. */
bool notifier_stop(notifier *n);

/* Send the notices that a decision calls for. NULL is allowed. */
void notifier_decision(notifier *n, const split_rollout *rollout, const split_rollout_decision *s);

#endif
