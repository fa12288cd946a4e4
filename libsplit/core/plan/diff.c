/* SPDX-License-Identifier: MIT */
/* Who moves from where to where between two plans (design/assignment.md A16). */
#include <string.h>

#include "core/plan/data.h"
#include "split/error.h"

int
split_plan_diff(const split_plan *from, const split_plan *to, uint32_t *out_matrix, size_t n_matrix,
                uint32_t *out_moved)
{
    uint32_t at = 0, f = 0, t = 0, moved = 0;
    if (from == NULL || to == NULL || memcmp(from->salt, to->salt, sizeof from->salt) != 0)
        return SPLIT_ERR_ARG;
    if (n_matrix != (out_matrix != NULL ? (size_t)from->n_variants * to->n_variants : 0))
        return SPLIT_ERR_SPACE;
    if (out_matrix != NULL)
        memset(out_matrix, 0, n_matrix * sizeof out_matrix[0]);
    while (at < SPLIT_BUCKETS) {
        uint32_t end = from->end[f] < to->end[t] ? from->end[f] : to->end[t];
        uint32_t giver = from->owner[f], receiver = to->owner[t];
        if (out_matrix != NULL)
            out_matrix[giver * to->n_variants + receiver] += end - at;
        moved += giver != receiver ? end - at : 0;
        f += from->end[f] == end;
        t += to->end[t] == end;
        at = end;
    }
    if (out_moved != NULL)
        *out_moved = moved;
    return SPLIT_OK;
}
