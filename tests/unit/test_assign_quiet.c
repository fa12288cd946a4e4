/* SPDX-License-Identifier: MIT */
/*
 * No allocation and no system call during decisions. Each case runs in a child that has entered
 * seccomp's strict mode, where the kernel kills at the first system call other than read, write and
 * exit; malloc and its family are wrapped by the linker and end the child too. Two more children
 * show that both traps do spring.
 */
#define _GNU_SOURCE
#include <criterion/criterion.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "plans.h"

#define ALLOCATED 42
#define N 200000

/* volatile: a compiler that knows malloc would assume that nothing reads it during the call. */
static volatile int armed;

static void
leave(int status)
{
    syscall(SYS_exit, status);
}

void *__real_malloc(size_t n_bytes);
void *__wrap_malloc(size_t n_bytes);
void *__real_calloc(size_t n, size_t n_bytes);
void *__wrap_calloc(size_t n, size_t n_bytes);
void *__real_realloc(void *mem, size_t n_bytes);
void *__wrap_realloc(void *mem, size_t n_bytes);
void __real_free(void *mem);
void __wrap_free(void *mem);

void *
__wrap_malloc(size_t n_bytes)
{
    if (armed)
        leave(ALLOCATED);
    return __real_malloc(n_bytes);
}

void *
__wrap_calloc(size_t n, size_t n_bytes)
{
    if (armed)
        leave(ALLOCATED);
    return __real_calloc(n, n_bytes);
}

void *
__wrap_realloc(void *mem, size_t n_bytes)
{
    if (armed)
        leave(ALLOCATED);
    return __real_realloc(mem, n_bytes);
}

void
__wrap_free(void *mem)
{
    if (armed)
        leave(ALLOCATED);
    __real_free(mem);
}

typedef uint64_t work_fn(const split_plan *plan);

static uint64_t
sticky(const split_plan *plan)
{
    uint64_t sum = 0;
    for (uint64_t i = 0; i < N; i++) {
        split_assignment a;
        split_explanation e;
        char key[100];
        memset(key, (int)i, sizeof key);
        memcpy(key, &i, sizeof i);
        sum += (uint64_t)split_assign(plan, key, 1 + i % sizeof key, &a) + a.variant;
        sum += (uint64_t)split_assign_explain(plan, key, 1 + i % sizeof key, &e) + e.variant;
    }
    return sum;
}

static uint64_t
many(const split_plan *plan)
{
    static char keys[36 * 1000];
    static uint32_t offsets[1001];
    static uint16_t out[1000];
    uint64_t sum = 0;
    for (size_t i = 0; i < sizeof keys; i++)
        keys[i] = (char)(i * 7 + i / 36);
    for (uint32_t i = 0; i <= 1000; i++)
        offsets[i] = 36 * i;
    for (int i = 0; i < 200; i++)
        sum +=
            (uint64_t)split_assign_many(plan, keys, sizeof keys, offsets, 1000, out, NULL) + out[i];
    for (size_t i = 0; i < 1000; i++) {
        const char *key = keys + 36 * i;
        const size_t key_len = 36;
        sum += (uint64_t)split_assign_each(plan, &key, &key_len, 1, out, NULL) + out[0];
    }
    return sum;
}

static uint64_t
drawn(const split_plan *plan)
{
    uint64_t sum = 0;
    split_random rnd;
    split_even even;
    split_random_init(&rnd, 1);
    split_even_init(&even);
    for (int i = 0; i < N; i++) {
        split_assignment a = {0, 0, 0};
        int err = split_plan_mode(plan) == SPLIT_MODE_RANDOM ? split_assign_random(plan, &rnd, &a)
                                                             : split_assign_even(plan, &even, &a);
        sum += (uint64_t)err + a.variant;
    }
    return sum;
}

static uint64_t
changed(const split_plan *plan)
{
    static uint64_t mem[8192];
    split_plan *next = NULL;
    uint32_t moved = 0;
    const uint64_t weights[3] = {50, 20, 30};
    return (uint64_t)split_plan_reweight(plan, weights, 3, mem, sizeof mem, &next, &moved) + moved;
}

static uint64_t
calls_the_system(const split_plan *plan)
{
    return (uint64_t)syscall(SYS_getpid) + split_plan_n_variants(plan);
}

static uint64_t
allocates(const split_plan *plan)
{
    void *volatile mem = malloc(split_plan_n_variants(plan)); /* volatile: else clang drops the pair */
    uint64_t is = mem != NULL;
    free(mem);
    return is;
}

static int
status_of(work_fn *work, const split_plan *plan)
{
    int status = -1;
    pid_t child = fork();
    if (child == 0) {
        if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0)
            leave(77);
        armed = 1;
        leave(work(plan) == UINT64_MAX);
    }
    cr_assert(child > 0 && waitpid(child, &status, 0) == child);
    return status;
}

static void
expect_quiet(work_fn *work, const split_plan_options *o)
{
    split_plan *plan = plan_or_die(o);
    int status = status_of(work, plan);
    split_plan_free(&plan, NULL);
    if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
        cr_skip("no seccomp here");
    cr_assert(WIFEXITED(status) && WEXITSTATUS(status) == 0, "status %x", (unsigned)status);
}

static const uint64_t weights[3] = {10, 60, 30};

Test(assign_quiet, sticky_decisions_and_explanations)
{
    const split_override qa = {"qa", 2, 1};
    split_plan_options o = plan_options(weights, 3);
    expect_quiet(sticky, &o);
    expect_quiet(many, &o);
    o.salt = "";
    expect_quiet(sticky, &o);
    o.overrides = &qa;
    o.n_overrides = 1;
    o.coverage_e6 = o.holdout_e6 = 50 * SPLIT_PERCENT;
    expect_quiet(sticky, &o);
    expect_quiet(many, &o);
}

Test(assign_quiet, random_and_even_draws)
{
    split_plan_options o = plan_options(weights, 3);
    o.mode = SPLIT_MODE_RANDOM;
    expect_quiet(drawn, &o);
    o.mode = SPLIT_MODE_EVEN;
    expect_quiet(drawn, &o);
}

Test(assign_quiet, reweighting_in_memory_of_the_caller)
{
    split_plan_options o = plan_options(weights, 3);
    expect_quiet(changed, &o);
}

Test(assign_quiet, the_traps_do_spring)
{
    split_plan_options o = plan_options(weights, 3);
    split_plan *plan = plan_or_die(&o);
    int called = status_of(calls_the_system, plan), allocated = status_of(allocates, plan);
    split_plan_free(&plan, NULL);
    if (WIFEXITED(called) && WEXITSTATUS(called) == 77)
        cr_skip("no seccomp here");
    cr_assert(WIFSIGNALED(called) && WTERMSIG(called) == SIGKILL, "status %x", (unsigned)called);
    cr_assert(WIFEXITED(allocated) && WEXITSTATUS(allocated) == ALLOCATED, "status %x",
              (unsigned)allocated);
}
