/* SPDX-License-Identifier: MIT */
/* Every core file in one, for builds that want to name a single C file (bindings, WebAssembly). A test compares this
 * list with libsplit/meson.build. */
#include "core/alloc.c"
#include "core/assign.c"
#include "core/assign_many.c"
#include "core/error.c"
#include "core/even.c"
#include "core/hash.c"
#include "core/layout.c"
#include "core/memory.c"
#include "core/options.c"
#include "core/override.c"
#include "core/plan.c"
#include "core/plan_change.c"
#include "core/plan_diff.c"
#include "core/plan_get.c"
#include "core/random.c"
#include "core/reweight.c"
