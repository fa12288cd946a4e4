/* SPDX-License-Identifier: MIT */
#ifndef TESTS_FAILOVER_CONFIG_H
#define TESTS_FAILOVER_CONFIG_H

#include <cjson/cJSON.h>

#include "split/failover.h"

/* Set options from a trace's "config"; returns the name of a field that is unknown or of a wrong
 * value, or NULL. */
const char *failover_config_take(split_failover_options *o, const cJSON *config);

#endif
