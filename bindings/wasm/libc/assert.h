/* SPDX-License-Identifier: MIT */
#ifndef SPLIT_WASM_ASSERT_H
#define SPLIT_WASM_ASSERT_H
#define assert(condition) ((void)0)
#endif
