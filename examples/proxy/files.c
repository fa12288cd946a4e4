/* SPDX-License-Identifier: MIT */
/* The limit of open files. A visitor's connection may need one to an origin, beside one that is
 * kept for reuse; out of descriptors, healthy origins would look as if they refused. */
#include <sys/resource.h>

#include "files.h"
#include "log.h"

#define PER_CONNECTION 3
#define OTHER_FILES 128 /* Logs, sets, the admin port and its connections. */

void
files_fit(struct options *o)
{
    struct rlimit files;
    rlim_t room;

    if (getrlimit(RLIMIT_NOFILE, &files) != 0)
        return;
    files.rlim_cur = files.rlim_max;
    setrlimit(RLIMIT_NOFILE, &files);
    room = files.rlim_cur > OTHER_FILES ? (files.rlim_cur - OTHER_FILES) / PER_CONNECTION : 0;
    if (room >= o->connections)
        return;
    log_say("%llu open files allow %llu connections, not %u", (unsigned long long)files.rlim_cur,
            (unsigned long long)(room ? room : 1), o->connections);
    o->connections = room ? (unsigned)room : 1;
}
