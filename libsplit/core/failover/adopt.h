/* SPDX-License-Identifier: MIT */
/* One origin's state from one machine's layout into another's (design/failover.md F32, F33). */
#ifndef SPLIT_CORE_FAILOVER_ADOPT_H
#define SPLIT_CORE_FAILOVER_ADOPT_H

#include "core/failover/state.h"

/* Room for any origin with what follows it: 16 slots, 8 leases, 8 stamps. */
#define SPLIT__FO_ORIGIN_BYTES_MAX (sizeof(split__fo_origin) + 16 * 16 + 8 * 16 + 8 * 8)

/* Copy all but identity and slot; what does not fit the new parameters is clamped or dropped. */
void split__fo_adopt(split_failover *fo, uint32_t origin, const split_failover *layout,
                     const split__fo_origin *from);

#endif
