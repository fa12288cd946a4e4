/* SPDX-License-Identifier: MIT */
/* A caller's notice, copied and checked: what every kind of notifier begins with. */
#ifndef SPLIT_NET_BASE_NOTICE_H
#define SPLIT_NET_BASE_NOTICE_H

#include "common/sized.h"
#include "split/notify.h"

/* Returns 0, SPLIT_ERR_ARG, SPLIT_ERR_STRUCT (also for an error without its size) or
 * SPLIT_ERR_NEWER. */
static inline int
split__notice_take(split_notice *own, const split_notice *theirs, const split_error *error)
{
    const int err = split__sized_take(own, sizeof *own, SPLIT_NOTICE_V1, theirs);
    if (err != SPLIT_OK)
        return err;
    if (own->split == NULL || own->event == NULL || own->text == NULL)
        return SPLIT_ERR_ARG;
    return split__error_fits(error) ? SPLIT_OK : SPLIT_ERR_STRUCT;
}

#endif
