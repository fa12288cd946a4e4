/* SPDX-License-Identifier: MIT */
/* Many sources read at once, with one deadline. */
#include "split/source_set.h"

#include <errno.h>
#include <poll.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "common/sized.h"
#include "net/source/set/member.h"
#include "net/source/source.h"

#define FREE_US 200000

struct split_source_set {
    set_member **members;
    size_t n;
    size_t room;
    int fd; /* an eventfd: written by every answer and by a wake */
    atomic_bool woken;
};

int
split_source_set_new(split_source_set **out)
{
    if (out == NULL)
        return SPLIT_ERR_ARG;
    split_source_set *set = calloc(1, sizeof *set);
    if (set == NULL)
        return SPLIT_ERR_NOMEM;
    atomic_init(&set->woken, false);
    set->fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (set->fd < 0) {
        free(set);
        return SPLIT_ERR_NOMEM;
    }
    *out = set;
    return SPLIT_OK;
}

static bool
make_room(split_source_set *set)
{
    if (set->n < set->room)
        return true;
    size_t room = set->room == 0 ? 16 : set->room * 2;
    set_member **members = realloc(set->members, room * sizeof *members);
    if (members == NULL)
        return false;
    set->members = members;
    set->room = room;
    return true;
}

int
split_source_set_add(split_source_set *set, split_source **source)
{
    if (set == NULL || source == NULL || *source == NULL)
        return SPLIT_ERR_ARG;
    set_member *m = make_room(set) ? split__member_new(*source, set->fd) : NULL;
    if (m == NULL)
        return SPLIT_ERR_NOMEM;
    set->members[set->n++] = m;
    *source = NULL;
    return SPLIT_OK;
}

size_t
split_source_set_count(const split_source_set *set)
{
    return set->n;
}

const char *
split_source_set_spec(const split_source_set *set, size_t index)
{
    return index < set->n ? split_source_spec(set->members[index]->source) : NULL;
}

int
split_source_set_begin(split_source_set *set, split_us deadline_us)
{
    int rc = set == NULL ? SPLIT_ERR_ARG : SPLIT_OK;
    for (size_t i = 0; rc == SPLIT_OK && i < set->n; i++)
        rc = split__member_ask(set->members[i], deadline_us);
    return rc;
}

static size_t
count_pending(const split_source_set *set)
{
    size_t n = 0;
    for (size_t i = 0; i < set->n; i++)
        n += split__member_is_busy(set->members[i]) ? 1 : 0;
    return n;
}

/* Rounded up, so that nobody wakes just before his time. */
static int
to_ms(split_us span)
{
    return span <= 0 ? 0 : span >= 60000000 ? 60000 : (int)((span + 999) / 1000);
}

int
split_source_set_wait(split_source_set *set, split_us until, size_t *n_pending)
{
    uint64_t seen;
    size_t n = 0;
    if (set == NULL)
        return SPLIT_ERR_ARG;
    for (int rc = -1; rc < 0;) {
        if (read(set->fd, &seen, sizeof seen) < 0 && errno != EAGAIN)
            return SPLIT_ERR_ARG;
        n = count_pending(set);
        if (n_pending != NULL)
            *n_pending = n;
        if (atomic_exchange(&set->woken, false))
            return SPLIT_ERR_MODE;
        if (n == 0)
            return SPLIT_OK;
        split_us left = until - split_clock_now();
        if (left <= 0)
            return SPLIT_ERR_NET;
        struct pollfd p = {.fd = set->fd, .events = POLLIN};
        rc = poll(&p, 1, to_ms(left)) < 0 ? 0 : -1;
    }
    return SPLIT_ERR_MODE;
}

int
split_source_set_take_sized(split_source_set *set, size_t index, split_reading *out, size_t size,
                            split_error *error)
{
    split_reading own;
    if (set == NULL || out == NULL)
        return SPLIT_ERR_ARG;
    if (!split__error_fits(error) || !split__sized_fits(size, sizeof own, SPLIT_READING_V1))
        return SPLIT_ERR_STRUCT;
    if (index >= set->n)
        return SPLIT_ERR_INDEX;
    const int rc = split__member_take(set->members[index], &own, error);
    split__sized_init(out, size, &own, sizeof own);
    return rc;
}

void
split_source_set_mark(split_source_set *set)
{
    for (size_t i = 0; set != NULL && i < set->n; i++)
        split__member_mark(set->members[i]);
}

int
split_source_set_fd(const split_source_set *set)
{
    return set->fd;
}

void
split_source_set_wake(split_source_set *set)
{
    uint64_t one = 1;
    int saved = errno;
    atomic_store(&set->woken, true);
    if (write(set->fd, &one, sizeof one) < 0)
        errno = saved; /* full: it is readable already */
    errno = saved;
}

void
split_source_set_free(split_source_set **set)
{
    if (set == NULL || *set == NULL)
        return;
    split_us until = split_clock_now() + FREE_US;
    for (size_t i = 0; i < (*set)->n; i++)
        split__member_cancel((*set)->members[i]);
    for (size_t i = 0; i < (*set)->n; i++)
        split__member_free((*set)->members[i], until);
    close((*set)->fd);
    free((*set)->members);
    free(*set);
    *set = NULL;
}
