/* SPDX-License-Identifier: MIT */
/* Declared so that the whole core compiles; what needs them is not linked into the small module. */
#ifndef SPLIT_WASM_MATH_H
#define SPLIT_WASM_MATH_H

#define INFINITY __builtin_inff()
#define HUGE_VAL __builtin_huge_val()
#define isnan(x) __builtin_isnan(x)
#define isfinite(x) __builtin_isfinite(x)
#define isinf(x) __builtin_isinf(x)

double exp(double x);
double log(double x);
double log1p(double x);
double sqrt(double x);
double fabs(double x);
double floor(double x);
double ceil(double x);

#endif
