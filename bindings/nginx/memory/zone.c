/* SPDX-License-Identifier: MIT */
/* A memory file that every process of this nginx inherits, and that the next binary finds among its
 * descriptors. It holds no pointers, so each process may map it where it likes. */
#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <split/base.h>

#include "memory/zone.h"

static const size_t pair_bytes = sizeof(struct pair);

size_t
zone_needs(size_t n_variants, size_t n_origins)
{
    return sizeof(struct zone_memory) + n_variants * (n_origins + 1) * pair_bytes;
}

static void
sign(char out[96])
{
    memset(out, 0, 96);
    snprintf(out, 96, "split-zone %s %zu", split_version(), sizeof(struct zone_memory));
}

/* The memory file of this name among the descriptors of this process; -1 when there is none. */
static int
find_inherited(const char *name)
{
    char wanted[128], path[64], target[160];
    snprintf(wanted, sizeof wanted, "/memfd:split-%.80s (deleted)", name);
    DIR *folder = opendir("/proc/self/fd");
    if (folder == NULL)
        return -1;
    int found = -1;
    for (struct dirent *e = readdir(folder); e != NULL && found < 0; e = readdir(folder)) {
        if (e->d_name[0] < '0' || e->d_name[0] > '9')
            continue;
        snprintf(path, sizeof path, "/proc/self/fd/%.20s", e->d_name);
        ssize_t n = readlink(path, target, sizeof target - 1);
        if (n <= 0)
            continue;
        target[n] = '\0';
        if (strcmp(target, wanted) == 0)
            found = atoi(e->d_name);
    }
    closedir(folder);
    return found;
}

static bool
make_lock(struct zone_memory *mem)
{
    pthread_mutexattr_t attr;
    if (pthread_mutexattr_init(&attr) != 0)
        return false;
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    int rc = pthread_mutex_init(&mem->lock, &attr);
    pthread_mutexattr_destroy(&attr);
    return rc == 0;
}

static struct zone_memory *
map(int fd, size_t bytes)
{
    void *at = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    return at == MAP_FAILED ? NULL : at;
}

/* What the master before left, when it is of this size and layout. */
static struct zone_memory *
take_over(const char *name, size_t bytes)
{
    struct stat st;
    char mine[96];
    int fd = find_inherited(name);
    if (fd < 0)
        return NULL;
    struct zone_memory *mem =
        fstat(fd, &st) == 0 && (size_t)st.st_size == bytes ? map(fd, bytes) : NULL;
    sign(mine);
    if (mem != NULL && memcmp(mem->made_by, mine, sizeof mine) == 0 && mem->bytes == bytes)
        return mem;
    if (mem != NULL)
        munmap(mem, bytes);
    close(fd); /* Old workers keep their mapping; nobody shall find it again. */
    return NULL;
}

static struct zone_memory *
make(const char *name, size_t bytes)
{
    char label[96];
    snprintf(label, sizeof label, "split-%.80s", name);
    /* Without MFD_CLOEXEC: the next binary inherits it. */
    int fd = memfd_create(label, 0);
    if (fd < 0)
        return NULL;
    struct zone_memory *mem = ftruncate(fd, (off_t)bytes) == 0 ? map(fd, bytes) : NULL;
    if (mem != NULL && !make_lock(mem)) {
        munmap(mem, bytes);
        mem = NULL;
    }
    if (mem == NULL) {
        close(fd);
        return NULL;
    }
    mem->bytes = bytes;
    sign(mem->made_by);
    return mem;
}

bool
zone_map(struct zone *zone, const char *name, size_t bytes)
{
    zone->bytes = bytes;
    zone->mem = take_over(name, bytes);
    if (zone->mem == NULL)
        zone->mem = make(name, bytes);
    return zone->mem != NULL;
}

void
zone_unmap(struct zone *zone)
{
    if (zone->mem != NULL)
        munmap(zone->mem, zone->bytes);
    zone->mem = NULL;
}

void
zone_lock(struct zone_memory *mem)
{
    if (pthread_mutex_lock(&mem->lock) != EOWNERDEAD)
        return;
    pthread_mutex_consistent(&mem->lock);
    mem->torn++;
    mem->must_renew = 1;
}

void
zone_unlock(struct zone_memory *mem)
{
    pthread_mutex_unlock(&mem->lock);
}

struct pair *
zone_pair_there(struct zone_memory *mem, uint32_t variant, uint32_t origin)
{
    uint32_t at = __atomic_load_n(&mem->pairs[variant][origin], __ATOMIC_ACQUIRE);
    return at == 0 ? NULL : (struct pair *)(void *)((char *)mem + at);
}

struct pair *
zone_pair(struct zone_memory *mem, uint32_t variant, uint32_t origin)
{
    struct pair *there = zone_pair_there(mem, variant, origin);
    if (there != NULL)
        return there;
    uint64_t at = sizeof *mem + mem->used;
    if (at + pair_bytes > mem->bytes) {
        mem->pairs_lost++;
        return NULL;
    }
    mem->used += pair_bytes;
    there = (struct pair *)(void *)((char *)mem + at);
    memset(there, 0, pair_bytes);
    __atomic_store_n(&mem->pairs[variant][origin], (uint32_t)at, __ATOMIC_RELEASE);
    return there;
}

static uint32_t
place_of(char names[][ZONE_NAME_BYTES], uint32_t *n, const char *name)
{
    for (uint32_t i = 0; i < *n; i++)
        if (strcmp(names[i], name) == 0)
            return i;
    if (*n == ZONE_NAMES)
        return ZONE_NAMES - 1;
    snprintf(names[*n], ZONE_NAME_BYTES, "%s", name);
    return (*n)++;
}

uint32_t
zone_variant(struct zone_memory *mem, const char *name)
{
    return place_of(mem->variants, &mem->n_variants, name);
}

uint32_t
zone_origin(struct zone_memory *mem, const char *name)
{
    return place_of(mem->origins, &mem->n_origins, name);
}
