/* SPDX-License-Identifier: MIT */
/* inotify on the folder, not on the file: the file is replaced by a rename, and may not exist
 * yet. */
#include <errno.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "memory/zone.h"
#include "module.h"
#include "route/routing.h"

#define CHECK_MS 1000

/* So that the page can tell the smallest revision of all workers. */
static void
note_worker(struct split_site *site)
{
    struct zone_worker *slot = &site->zone->mem->workers[site->worker_slot];
    slot->revision = site->now->revision;
    slot->pid = ngx_exiting || ngx_terminate ? 0 : ngx_pid;
}

static void
take_keys(struct split_site *site)
{
    char why[STORED_WHY_BYTES];
    if (!stored_load(site, site->now, why))
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0, "split \"%V\": %s; %s", &site->name, why,
                      site->stored.token != NULL ? "the keys read before stay"
                                                 : "nothing is stored until they can be read");
}

/* Every worker reads each route; it counts once. */
static void
count_once(struct split_site *site, bool taken)
{
    struct zone_memory *mem = site->zone->mem;
    const struct watch *w = &site->watch;
    uint64_t mark = taken ? site->now->revision
                          : (uint64_t)w->inode * 31 + (uint64_t)w->bytes * 7 +
                                (uint64_t)w->mtime.tv_sec * 1000000000 + (uint64_t)w->mtime.tv_nsec;
    uint64_t before = __atomic_exchange_n(&mem->reloads_mark[taken], mark, __ATOMIC_RELAXED);
    if (before != mark)
        zone_count(&mem->reloads[taken]);
}

static void
load(struct split_site *site)
{
    char why[600] = "";
    switch (routing_load(site, why, sizeof why)) {
    case ROUTING_SAME:
        return;
    case ROUTING_TAKEN:
        count_once(site, true);
        ngx_log_error(NGX_LOG_NOTICE, ngx_cycle->log, 0,
                      "split \"%V\": route revision %uL in force", &site->name,
                      site->now->revision);
        origin_resolve_all(site, ngx_cycle->log);
        take_keys(site);
        note_worker(site);
        return;
    case ROUTING_REFUSED:
        count_once(site, false);
        ngx_log_error(NGX_LOG_ERR, ngx_cycle->log, 0,
                      "split \"%V\": route refused, revision %uL stays: %s", &site->name,
                      site->now->revision, why);
    }
}

static bool
changed(struct split_site *site)
{
    struct watch *w = &site->watch;
    struct stat st;
    if (stat((const char *)site->route_path.data, &st) != 0)
        return false; /* No route now: the one in force stays. */
    if (w->seen && st.st_ino == w->inode && st.st_size == w->bytes &&
        st.st_mtim.tv_sec == w->mtime.tv_sec && st.st_mtim.tv_nsec == w->mtime.tv_nsec)
        return false;
    w->inode = st.st_ino;
    w->bytes = st.st_size;
    w->mtime = st.st_mtim;
    w->seen = true;
    return true;
}

static void
check(struct split_site *site)
{
    if (site->route_path.len > 0 && changed(site))
        load(site);
}

static void
on_events(ngx_event_t *event)
{
    char buffer[8192];
    ngx_connection_t *c = event->data;
    while (read(c->fd, buffer, sizeof buffer) > 0)
        ;
    check(c->data);
}

static void
on_timer(ngx_event_t *event)
{
    ngx_connection_t *dummy = event->data;
    struct split_site *site = dummy->data;
    check(site);
    note_worker(site);
    if (ngx_current_msec - site->watch.resolved_at >= site->resolve_ms) {
        site->watch.resolved_at = ngx_current_msec;
        origin_resolve_all(site, ngx_cycle->log);
    }
    if (!ngx_exiting)
        ngx_add_timer(event, CHECK_MS);
}

static int
open_inotify(const ngx_str_t *path)
{
    char folder[NGX_MAX_PATH];
    int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
    if (fd < 0 || path->len >= sizeof folder)
        return -1;
    memcpy(folder, path->data, path->len + 1);
    char *slash = strrchr(folder, '/');
    if (slash != NULL)
        slash[slash == folder ? 1 : 0] = '\0';
    if (inotify_add_watch(fd, slash != NULL ? folder : ".",
                          IN_MOVED_TO | IN_CLOSE_WRITE | IN_CREATE | IN_ONLYDIR) >= 0)
        return fd;
    close(fd);
    return -1;
}

/* The descriptor becomes a connection of nginx, so that its event loop reads it. */
static void
watch_folder(struct split_site *site, ngx_cycle_t *cycle)
{
    int fd = open_inotify(&site->route_path);
    ngx_connection_t *c = fd < 0 ? NULL : ngx_get_connection(fd, cycle->log);
    if (c == NULL) {
        if (fd >= 0)
            close(fd);
        ngx_log_error(
            NGX_LOG_WARN, cycle->log, ngx_errno,
            "split \"%V\": the folder of \"%V\" cannot be watched; new routes are noticed "
            "within a second",
            &site->name, &site->route_path);
        return;
    }
    c->data = site;
    c->read->handler = on_events;
    c->read->log = cycle->log;
    c->idle = 0;
    if (ngx_add_event(c->read, NGX_READ_EVENT, 0) != NGX_OK) {
        ngx_close_connection(c);
        return;
    }
    site->watch.connection = c;
}

/* A place in the table of workers: one of a dead process, or a free one. */
static void
take_slot(struct split_site *site)
{
    struct zone_memory *mem = site->zone->mem;
    zone_lock(mem);
    for (ngx_uint_t i = 0; i < ZONE_WORKERS; i++) {
        pid_t pid = (pid_t)mem->workers[i].pid;
        site->worker_slot = i;
        if (pid == 0 || (kill(pid, 0) != 0 && errno == ESRCH))
            break;
    }
    mem->workers[site->worker_slot].pid = ngx_pid;
    mem->workers[site->worker_slot].revision = site->now->revision;
    zone_unlock(mem);
}

void
watch_start(struct split_site *site, ngx_cycle_t *cycle)
{
    struct watch *w = &site->watch;
    static ngx_connection_t dummies[NAMES_MAX];
    static ngx_uint_t n_dummies;
    take_slot(site);
    if (site->route_path.len > 0)
        watch_folder(site, cycle);
    ngx_connection_t *dummy = &dummies[n_dummies++ % NAMES_MAX];
    dummy->fd = (ngx_socket_t)-1;
    dummy->data = site;
    w->timer.data = dummy;
    w->timer.handler = on_timer;
    w->timer.log = cycle->log;
    w->timer.cancelable = 1; /* A worker that is to go does not wait for it. */
    w->resolved_at = ngx_current_msec;
    ngx_add_timer(&w->timer, CHECK_MS);
    check(site);
}

void
watch_stop(struct split_site *site)
{
    site->zone->mem->workers[site->worker_slot].pid = 0;
    if (site->watch.connection != NULL)
        ngx_close_connection(site->watch.connection);
    site->watch.connection = NULL;
}
