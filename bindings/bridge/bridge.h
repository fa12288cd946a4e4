/* SPDX-License-Identifier: MIT */
/* All boxes, for the SWIG interface and the WebAssembly build. */
#ifndef SPLIT_BRIDGE_BRIDGE_H
#define SPLIT_BRIDGE_BRIDGE_H

#include "plan.h"
#include "record.h"

#endif
