/* SPDX-License-Identifier: MIT */
/* A plan as Envoy configuration. */
#ifndef SPLIT_POLICY_EXPORT_ENVOY_H
#define SPLIT_POLICY_EXPORT_ENVOY_H

#include "policy/export/job.h"

int split__export_envoy(export_job *job);

#endif
