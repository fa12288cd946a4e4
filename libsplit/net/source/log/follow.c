/* SPDX-License-Identifier: MIT */
/* A log by its name, whatever rotation does to its file. */
#include "net/source/log/follow.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "split/net.h"

/* Writers that have not yet heard of a rotation go on in the old file: it is closed when it did not
 * grow for so long. */
#define LINGER_US 60000000

void
split__follow_close(log_follow *f)
{
    split__tail_close(f->now);
    for (size_t i = 0; i < f->n_old; i++)
        split__tail_close(f->old[i]);
    f->now = NULL;
    f->n_old = 0;
}

static void
drop_old(log_follow *f, size_t i)
{
    split__tail_close(f->old[i]);
    f->n_old--;
    memmove(f->old + i, f->old + i + 1, (f->n_old - i) * sizeof f->old[0]);
    memmove(f->grew_us + i, f->grew_us + i + 1, (f->n_old - i) * sizeof f->grew_us[0]);
}

static size_t
idlest(const log_follow *f)
{
    size_t found = 0;
    for (size_t i = 1; i < f->n_old; i++)
        if (f->grew_us[i] < f->grew_us[found])
            found = i;
    return found;
}

/* The one that grew the longest ago makes room, for a busy writer may hear of no rotation for long;
 * it was read to its end at the last poll. */
static void
set_aside(log_follow *f)
{
    if (f->now == NULL)
        return;
    if (f->n_old == FOLLOW_OLD_MAX)
        drop_old(f, idlest(f));
    f->grew_us[f->n_old] = split_clock_now();
    f->old[f->n_old++] = f->now;
    f->now = NULL;
}

static bool
is_same(const log_follow *f)
{
    int fd = open(f->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    bool same = fd >= 0 && f->now != NULL && split__tail_is(f->now, fd);
    if (fd >= 0)
        close(fd);
    return same;
}

/* A file that had the name before may get it back: it goes on where it was. */
static log_tail *
take_back(log_follow *f)
{
    log_tail *found = NULL;
    int fd = open(f->path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    for (size_t i = 0; fd >= 0 && found == NULL && i < f->n_old; i++)
        if (split__tail_is(f->old[i], fd)) {
            found = f->old[i];
            f->n_old--;
            memmove(f->old + i, f->old + i + 1, (f->n_old - i) * sizeof f->old[0]);
            memmove(f->grew_us + i, f->grew_us + i + 1, (f->n_old - i) * sizeof f->grew_us[0]);
        }
    if (fd >= 0)
        close(fd);
    return found;
}

/* Find the file that the path means now. */
static int
find_file(log_follow *f)
{
    log_tail *found = NULL;
    f->is_missing = false;
    if (is_same(f))
        return 0;
    found = take_back(f);
    if (found != NULL) {
        set_aside(f);
        f->now = found;
        return 0;
    }
    int code = split__tail_open(f->path, f->format, f->zone, &found);
    if (code == ENOENT || code == ENOTDIR) {
        f->is_missing = true;
        return 0;
    }
    if (code != 0)
        return code;
    if (!f->is_marked)
        code = split__tail_mark(found);
    if (code != 0) {
        split__tail_close(found);
        return code;
    }
    set_aside(f);
    f->now = found;
    return 0;
}

/* What is left in a file that lost its name, oldest first. */
static void
read_old(log_follow *f, log_sink *sink)
{
    for (size_t i = 0; i < f->n_old;) {
        bool grew = false;
        split_us now = split_clock_now();
        int code = split__tail_read(f->old[i], sink, &grew);
        if (grew || sink->bytes_left == 0)
            f->grew_us[i] = now;
        if (code != 0 || now - f->grew_us[i] >= LINGER_US)
            drop_old(f, i);
        else
            i++;
    }
}

static int
read_now(log_follow *f, log_sink *sink)
{
    bool grew;
    if (f->now == NULL)
        return 0;
    if (split__tail_began_anew(f->now))
        split__tail_rewind(f->now);
    return split__tail_read(f->now, sink, &grew);
}

int
split__follow_look(log_follow *f, log_sink *sink)
{
    bool first = !f->is_marked;
    int code = find_file(f);
    if (code != 0 && first)
        return code;
    f->is_marked = true;
    if (first)
        return 0;
    read_old(f, sink); /* also when the name means something that cannot be read */
    int now_code = read_now(f, sink);
    return code != 0 ? code : now_code;
}
