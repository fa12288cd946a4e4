/* SPDX-License-Identifier: MIT */
/*
 * Publishing under fire, in a fresh folder:
 *   kill N   N times a writer that publishes without pause is killed with SIGKILL at a random instant, while a reader loads the
 *            route without pause: no torn route, no revision that falls, no acknowledged revision that is lost
 *   race N   four writers race until N revisions are out: each revision has exactly one writer, the others got
 *   full     a file system without room: the previous route stays, and publishing works again when there is room
 * SPLIT_TEST_SEED replays the instants.
 */
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../unit/policy_text.h"
#include "split/route.h"

#define MAX_REVISIONS 200000
#define N_WRITERS 4

/* What the processes share. */
typedef struct board {
    atomic_ullong acknowledged; /* highest revision whose publish() returned 0 */
    atomic_ullong n_loads, n_torn, n_fallen, n_lost, n_conflicts, n_failed;
    atomic_int stop;
    atomic_uchar winners[MAX_REVISIONS];
} board;

static board *shared;
static split_policy *policy;
static split_plan *plan;
static char folder[64] = "/tmp/split-cycles-XXXXXX";
static char path[128];
static uint64_t state;

static uint64_t
draw(uint64_t below)
{
    state += UINT64_C(0x9e3779b97f4a7c15);
    uint64_t z = (state ^ state >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return (z ^ z >> 31) % below;
}

static int
publish(uint64_t revision, split_error *error)
{
    split_route *route = NULL;
    int err = split_route_build(policy, plan, revision, 0, NULL, &route);
    if (err == SPLIT_OK)
        err = split_route_publish(route, path, revision - 1, error);
    split_route_free(&route, NULL);
    return err;
}

/* The revision on disk; 0 when the file is no route. */
static uint64_t
on_disk(void)
{
    split_route *route = NULL;
    uint64_t revision = 0;
    if (split_route_load_file(path, NULL, NULL, 0, NULL, &route) == SPLIT_OK)
        revision = split_route_revision(route);
    split_route_free(&route, NULL);
    return revision;
}

static void
write_until_killed(void)
{
    for (;;) {
        uint64_t next = on_disk() + 1;
        if (publish(next, NULL) == SPLIT_OK)
            atomic_store(&shared->acknowledged, next);
        else
            atomic_fetch_add(&shared->n_failed, 1);
    }
}

static void
read_until_stopped(void)
{
    uint64_t last = 0;
    while (!atomic_load(&shared->stop)) {
        uint64_t acknowledged = atomic_load(&shared->acknowledged), revision = on_disk();
        atomic_fetch_add(&shared->n_loads, 1);
        atomic_fetch_add(&shared->n_torn, revision == 0);
        atomic_fetch_add(&shared->n_fallen, revision < last);
        atomic_fetch_add(&shared->n_lost, revision < acknowledged);
        last = revision > last ? revision : last;
    }
}

static pid_t
start(void (*job)(void))
{
    pid_t child = fork();
    if (child == 0) {
        job();
        _exit(0);
    }
    return child;
}

/* How long a publish takes here and now, in nanoseconds, so that the kills fall into one. */
static uint64_t
time_of_publish(void)
{
    struct timespec a, b;
    clock_gettime(CLOCK_MONOTONIC, &a);
    for (int i = 0; i < 10; i++)
        if (publish(on_disk() + 1, NULL) != SPLIT_OK)
            break;
    clock_gettime(CLOCK_MONOTONIC, &b);
    uint64_t ns = (uint64_t)(b.tv_sec - a.tv_sec) * 1000000000u + (uint64_t)(b.tv_nsec - a.tv_nsec);
    return ns / 10 < 50000000 ? ns / 10 + 1 : 50000000;
}

static int
kill_cycles(int n)
{
    uint64_t longest_ns = time_of_publish() * 4;
    pid_t reader = start(read_until_stopped);
    for (int i = 0; i < n; i++) {
        pid_t writer = start(write_until_killed);
        struct timespec pause = {0, (long)draw(longest_ns)};
        nanosleep(&pause, NULL);
        kill(writer, SIGKILL);
        waitpid(writer, NULL, 0);
        if (on_disk() < atomic_load(&shared->acknowledged))
            atomic_fetch_add(&shared->n_lost, 1);
    }
    atomic_store(&shared->stop, 1);
    waitpid(reader, NULL, 0);
    int good = publish(on_disk() + 1, NULL) == SPLIT_OK;
    printf("%d kills, %llu revisions, %llu loads: %llu torn, %llu fallen, %llu lost, %llu refused\n", n,
           (unsigned long long)on_disk(), atomic_load(&shared->n_loads), atomic_load(&shared->n_torn),
           atomic_load(&shared->n_fallen), atomic_load(&shared->n_lost), atomic_load(&shared->n_failed));
    return !good || on_disk() < 12 || atomic_load(&shared->n_loads) < (unsigned)n ||
           atomic_load(&shared->n_torn) + atomic_load(&shared->n_fallen) + atomic_load(&shared->n_lost) +
                   atomic_load(&shared->n_failed) > 0;
}

static int race_until;

static void
race(void)
{
    for (uint64_t seen = on_disk(); seen < (uint64_t)race_until; seen = on_disk()) {
        int err = publish(seen + 1, NULL);
        if (err == SPLIT_OK)
            atomic_fetch_add(&shared->winners[seen + 1], 1);
        else if (err == SPLIT_ERR_CONFLICT)
            atomic_fetch_add(&shared->n_conflicts, 1);
        else
            atomic_fetch_add(&shared->n_failed, 1);
    }
}

static int
race_cycles(int n)
{
    pid_t writers[N_WRITERS];
    int wrong = 0;
    race_until = n;
    for (int i = 0; i < N_WRITERS; i++)
        writers[i] = start(race);
    for (int i = 0; i < N_WRITERS; i++)
        waitpid(writers[i], NULL, 0);
    for (int r = 2; r <= n; r++)
        wrong += atomic_load(&shared->winners[r]) != 1;
    printf("%d writers, %d revisions: %llu conflicts reported, %d revisions without exactly one writer, %llu other failures\n",
           N_WRITERS, n, atomic_load(&shared->n_conflicts), wrong, atomic_load(&shared->n_failed));
    return wrong > 0 || on_disk() != (uint64_t)n || atomic_load(&shared->n_failed) > 0;
}

static int
fill(const char *file_path)
{
    char block[512] = "full";
    int fd = open(file_path, O_WRONLY | O_CREAT, 0600);
    if (fd < 0)
        return 1;
    while (write(fd, block, sizeof block) > 0) {
    }
    return close(fd);
}

static int
write_file(const char *name, const char *text)
{
    int fd = open(name, O_WRONLY);
    if (fd < 0)
        return -1;
    ssize_t n = write(fd, text, strlen(text));
    return close(fd) == 0 && n == (ssize_t)strlen(text) ? 0 : -1;
}

/* A name space of our own for mounts: as root at once, else as root of a user name space. */
static int
own_mounts(void)
{
    char users[64], groups[64];
    snprintf(users, sizeof users, "0 %u 1", (unsigned)getuid());
    snprintf(groups, sizeof groups, "0 %u 1", (unsigned)getgid());
    if (unshare(CLONE_NEWNS) != 0 &&
        (unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0 || write_file("/proc/self/uid_map", users) != 0 ||
         write_file("/proc/self/setgroups", "deny") != 0 || write_file("/proc/self/gid_map", groups) != 0))
        return -1;
    return mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL);
}

static int
full_disk(void)
{
    char filler[160];
    split_error error = {.size = sizeof error};
    if (own_mounts() != 0 || mount("none", folder, "tmpfs", 0, "size=32k") != 0) {
        printf("skipped: this machine lets nobody mount a small file system\n");
        return 77;
    }
    snprintf(filler, sizeof filler, "%s/filler", folder);
    int bad = publish(1, NULL) != SPLIT_OK || fill(filler) != 0;
    int err = publish(2, &error);
    printf("full disk: %s, revision %llu stays\n", error.text, (unsigned long long)on_disk());
    bad = bad || err != SPLIT_ERR_IO || strstr(error.text, "No space left") == NULL || on_disk() != 1;
    unlink(filler);
    bad = bad || publish(2, NULL) != SPLIT_OK || on_disk() != 2;
    umount(folder);
    return bad;
}

static int
prepare(void)
{
    split_plan_options options;
    const char *seed = getenv("SPLIT_TEST_SEED");
    state = seed != NULL ? strtoull(seed, NULL, 10) : (uint64_t)time(NULL);
    printf("SPLIT_TEST_SEED=%llu\n", (unsigned long long)state);
    fflush(stdout);
    shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED || mkdtemp(folder) == NULL)
        return 1;
    snprintf(path, sizeof path, "%s/route.json", folder);
    return split_policy_load(POLICY_SMALL, strlen(POLICY_SMALL), NULL, NULL, 0, NULL, &policy) != SPLIT_OK ||
           split_policy_plan_options(policy, &options) != SPLIT_OK || split_plan_new(&options, NULL, &plan) != SPLIT_OK;
}

static void
clean_up(void)
{
    static const char *const names[] = {"", ".lock", ".new"};
    char name[160];
    for (size_t i = 0; i < 3; i++) {
        snprintf(name, sizeof name, "%s%s", path, names[i]);
        unlink(name);
    }
    rmdir(folder);
    split_plan_free(&plan, NULL);
    split_policy_free(&policy, NULL);
}

int
main(int argc, char **argv)
{
    int n = argc > 2 ? atoi(argv[2]) : 100, failed = 2;
    if (argc < 2 || n < 1 || n >= MAX_REVISIONS || prepare() != 0)
        return 2;
    if (strcmp(argv[1], "full") == 0)
        failed = full_disk();
    else if (publish(1, NULL) != SPLIT_OK)
        failed = 1;
    else if (strcmp(argv[1], "kill") == 0)
        failed = kill_cycles(n);
    else if (strcmp(argv[1], "race") == 0)
        failed = race_cycles(n);
    clean_up();
    return failed;
}
