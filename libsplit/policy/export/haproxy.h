/* SPDX-License-Identifier: MIT */
/* A plan as HAProxy rules. */
#ifndef SPLIT_POLICY_EXPORT_HAPROXY_H
#define SPLIT_POLICY_EXPORT_HAPROXY_H

#include "policy/export/job.h"

int split__export_haproxy(export_job *job);

#endif
