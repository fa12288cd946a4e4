/* SPDX-License-Identifier: MIT */
/* One machine, two processes, two addresses, one process-shared lock: it is as if one process had made all the calls (F1). */
#include <pthread.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "failover_kit.h"

#define N_CALLS 6000 /* of each process */
#define AHEAD 20     /* calls that one process may be ahead of the other, so that they do mix */
#define N_TOKENS 16
#define MACHINE_AT 32768
#define BYTES (MACHINE_AT + 4096)

/* The start of the shared file; the machine is at MACHINE_AT. */
typedef struct shared {
    pthread_mutex_t lock;
    uint32_t n_done[2], n_calls, n_probes[2], most_leases;
    split_failover_token tokens[N_TOKENS];
    uint8_t who[2 * N_CALLS]; /* made each call */
} shared;

static failover_kit k;

static void
prepare(void)
{
    kit_options(&k);
    k.o.jitter_ppm = 200000;
    k.o.probes_in_flight = 2;
    k.o.run_min_span_us = 0;
}

TestSuite(failover_shared, .init = prepare);

static uint32_t
draw(uint32_t call, uint32_t who)
{
    uint64_t h = (call * UINT64_C(2) + who + 1) * UINT64_C(0x9E3779B97F4A7C15);
    h = (h ^ h >> 29) * UINT64_C(0xBF58476D1CE4E5B9);
    return (uint32_t)(h >> 33);
}

static void
note_leases(shared *s, const split_failover *fo)
{
    split_failover_status status;
    for (uint32_t i = 0; i < 2; i++)
        if (split_failover_origin_status(fo, i, &status) == 0 && status.n_leases > s->most_leases)
            s->most_leases = status.n_leases;
}

/* Call number n_calls, made by this process: it depends on both, on the tokens of either process, and on nothing else. */
static int
one_call(shared *s, split_failover *fo, uint32_t who)
{
    const uint32_t call = s->n_calls++, r = draw(call, who);
    const split_us now = (split_us)call * 40000;
    split_failover_token *token = &s->tokens[r / 16 % N_TOKENS];
    split_failover_followup next;
    s->who[call] = (uint8_t)who;
    int err = 0;
    if (token->seq != 0) {
        /* For 40 s of every 80 A is ill. */
        const bool is_ill = token->slot == A && call / 1000 % 2 == 0;
        const split_failover_outcome outcome = {.klass = is_ill ? STATUS_ : OK_};
        err = split_failover_report(fo, now, token, &outcome, &next, NULL);
        memset(token, 0, sizeof *token);
        if (err == 0 && next.next == SPLIT_FAILOVER_NEXT_ATTEMPT)
            *token = next.attempt.token;
    } else {
        const split_failover_request req = {.key = r % 1009, .chain = r % 5 == 0, .safe = true, .replayable = r % 7 != 0};
        split_failover_answer a;
        err = split_failover_route(fo, now, &req, &a, NULL);
        if (err == 0 && a.origin != SPLIT_FAILOVER_NONE)
            *token = a.token;
        s->n_probes[who] += err == 0 && a.kind == SPLIT_FAILOVER_KIND_PROBE;
    }
    note_leases(s, fo);
    return err;
}

static int
all_calls(shared *s, uint32_t who)
{
    split_failover *fo = (split_failover *)(void *)((char *)s + MACHINE_AT);
    int err = 0;
    for (bool done = false; !done && err == 0; sched_yield()) {
        if (pthread_mutex_lock(&s->lock) != 0)
            return -1;
        if (s->n_done[who] < s->n_done[1 - who] + AHEAD) {
            err = one_call(s, fo, who);
            done = ++s->n_done[who] == N_CALLS;
        }
        err |= pthread_mutex_unlock(&s->lock);
    }
    return err;
}

static shared *
map(int fd)
{
    void *mem = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    cr_assert(mem != MAP_FAILED);
    return mem;
}

/* A file with lock and machine, mapped here. */
static shared *
share(int *fd, split_failover **fo)
{
    char path[] = "/tmp/split-failover-XXXXXX";
    pthread_mutexattr_t attr;
    *fd = mkstemp(path);
    cr_assert(*fd >= 0 && ftruncate(*fd, BYTES) == 0);
    unlink(path);
    shared *s = map(*fd);
    cr_assert(sizeof *s <= MACHINE_AT && split_failover_size(&k.o) <= BYTES - MACHINE_AT);
    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    cr_assert_eq(pthread_mutex_init(&s->lock, &attr), 0);
    cr_assert_eq(split_failover_init((char *)s + MACHINE_AT, BYTES - MACHINE_AT, &k.o, fo), 0);
    return s;
}

/* In a child: map the file elsewhere, give the parent's address back, so that any address kept inside would crash. */
static shared *
move_away(shared *mine, int fd)
{
    shared *theirs = mmap(NULL, BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (theirs == MAP_FAILED || theirs == mine || munmap(mine, BYTES) != 0)
        _exit(2);
    return theirs;
}

static void
expect_child(pid_t child)
{
    int status = -1;
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert_eq(status, 0, "the other process failed: %d", status);
}

static split_failover *
replay(const shared *log, shared *alone)
{
    split_failover *fo;
    cr_assert_eq(split_failover_new(&k.o, NULL, &fo), 0);
    for (uint32_t i = 0; i < log->n_calls; i++)
        cr_assert_eq(one_call(alone, fo, log->who[i]), 0);
    return fo;
}

Test(failover_shared, two_processes_under_a_lock_do_what_one_process_would)
{
    static shared alone;
    int fd;
    split_failover *fo;
    shared *s = share(&fd, &fo);
    pid_t child = fork();
    if (child == 0)
        _exit(all_calls(move_away(s, fd), 1) == 0 ? 0 : 1);
    cr_assert_eq(all_calls(s, 0), 0);
    expect_child(child);
    cr_assert_eq(s->n_calls, 2 * N_CALLS);
    split_failover *again = replay(s, &alone);
    cr_assert_eq(memcmp(fo, again, split_failover_size(&k.o)), 0, "the machines' bytes differ");
    cr_assert_eq(memcmp(s->tokens, alone.tokens, sizeof alone.tokens), 0, "the tokens differ");
    split_failover_status a;
    cr_assert_eq(split_failover_origin_status(fo, A, &a), 0);
    cr_assert_gt(a.epoch, 3, "A was not ejected often enough to prove anything");
    cr_assert(s->n_probes[0] > 0 && s->n_probes[1] > 0, "both processes probe");
    cr_assert_leq(s->most_leases, 2);
    split_failover_free(&again, NULL);
    munmap(s, BYTES);
    close(fd);
}

/* One request of the chain `new`, asked by a process of its own; its kind is the exit status. */
static split_failover_kind
ask_elsewhere(shared *s, int fd, int64_t ms)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        split_failover_answer a;
        const split_failover_request req = {.key = 9, .safe = true, .replayable = true};
        shared *theirs = move_away(s, fd);
        int err = split_failover_route((split_failover *)(void *)((char *)theirs + MACHINE_AT), ms * 1000, &req, &a, NULL);
        _exit(err == 0 ? (int)a.kind : 99);
    }
    cr_assert_eq(waitpid(child, &status, 0), child);
    cr_assert(WIFEXITED(status));
    return (split_failover_kind)WEXITSTATUS(status);
}

Test(failover_shared, probes_of_all_processes_together_are_limited)
{
    int fd;
    k.o.jitter_ppm = 0;
    shared *s = share(&fd, &k.fo);
    int64_t d = kit_trip(&k, 0);
    split_failover_answer mine = kit_get(&k, d);
    cr_assert_eq(mine.kind, SPLIT_FAILOVER_KIND_PROBE);
    cr_assert_eq(ask_elsewhere(s, fd, d + 499), SPLIT_FAILOVER_KIND_NORMAL);
    cr_assert_eq(ask_elsewhere(s, fd, d + 500), SPLIT_FAILOVER_KIND_PROBE);
    cr_assert_eq(ask_elsewhere(s, fd, d + 1000), SPLIT_FAILOVER_KIND_NORMAL);
    cr_assert_eq(kit_get(&k, d + 1500).kind, SPLIT_FAILOVER_KIND_NORMAL);
    cr_assert_eq(kit_status(&k, A).n_leases, 2);
    cr_assert_eq(kit_end(&k, d + 1600, &mine, OK_), SPLIT_FAILOVER_NEXT_DONE);
    cr_assert_eq(ask_elsewhere(s, fd, d + 1600), SPLIT_FAILOVER_KIND_PROBE);
    cr_assert_eq(kit_get(&k, d + 2100).kind, SPLIT_FAILOVER_KIND_NORMAL);
    /* The process of the probe at d + 500 died with it: its lease ends by itself. */
    cr_assert_eq(kit_get(&k, d + 10500).kind, SPLIT_FAILOVER_KIND_PROBE);
    munmap(s, BYTES);
    close(fd);
}
