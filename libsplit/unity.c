/* SPDX-License-Identifier: MIT */
/* Every core file in one, for builds that want to name a single C file (bindings, WebAssembly). A test compares this
 * list with libsplit/meson.build. */
#include "core/alloc.c"
#include "core/error.c"
#include "core/memory.c"
#include "core/options.c"
