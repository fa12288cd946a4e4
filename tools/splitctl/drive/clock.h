/* SPDX-License-Identifier: MIT */
/* The clock that windows are measured by. */
#ifndef SPLITCTL_CLOCK_H
#define SPLITCTL_CLOCK_H

#include "split/base.h"

/* Microseconds since some instant: not moved by a step of the wall clock, and it goes on while the
 * machine is suspended, because the traffic of other machines does. */
split_us clock_real(void);

#endif
