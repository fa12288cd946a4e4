/* SPDX-License-Identifier: MIT */
/* All boxes, for the SWIG interface and the WebAssembly build. */
#ifndef SPLIT_BRIDGE_BRIDGE_H
#define SPLIT_BRIDGE_BRIDGE_H

#include "document.h"
#include "failover.h"
#include "lines.h"
#include "measure.h"
#include "plan.h"
#include "record.h"
#include "rollout.h"
#include "token.h"

#endif
