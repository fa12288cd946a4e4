/* SPDX-License-Identifier: MIT */
/* Where values of a chart lie. */
#include "report/scale.h"

float
chart_value(const chart_series *s, size_t row)
{
    return *(const float *)(const void *)((const char *)s->first + row * s->stride);
}

double
chart_x(const chart_scale *s, double t)
{
    return 100 * (t - s->t0) / (s->t1 - s->t0);
}

double
chart_y(const chart_scale *s, double v)
{
    double part = (s->high - v) / (s->high - s->low);
    return PLOT_HEIGHT * (part < 0 ? 0 : part > 1 ? 1 : part);
}
