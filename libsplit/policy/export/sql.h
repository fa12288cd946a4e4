/* SPDX-License-Identifier: MIT */
/* A plan as a query. */
#ifndef SPLIT_POLICY_EXPORT_SQL_H
#define SPLIT_POLICY_EXPORT_SQL_H

#include "policy/export/job.h"

int split__export_sql(export_job *job);

#endif
