/* SPDX-License-Identifier: MIT */
/* A program run with an input, an environment and a deadline. */
#include "net/base/program.h"

#include <errno.h>
#include <fcntl.h>
#include <openssl/crypto.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "net/base/fault.h"

#define OUTPUT_MAX (1u << 20)
#define STEP_US 5000

extern char **environ;

/* The environment with more in front, where it is found first; NULL without memory. */
static const char **
environment(const char *const *more)
{
    size_t n = 0;
    size_t at = 0;
    while (environ[n] != NULL)
        n++;
    for (size_t i = 0; more != NULL && more[i] != NULL; i++)
        n++;
    const char **all = calloc(n + 1, sizeof *all);
    for (size_t i = 0; all != NULL && more != NULL && more[i] != NULL; i++)
        all[at++] = more[i];
    for (size_t i = 0; all != NULL && environ[i] != NULL; i++)
        all[at++] = environ[i];
    return all;
}

/* A file in memory: the program may read it or not, nobody waits for it. */
static int
open_input(const program_call *call)
{
    if (call->input == NULL)
        return open("/dev/null", O_RDONLY | O_CLOEXEC);
    int fd = memfd_create("input", MFD_CLOEXEC);
    for (size_t n = 0; fd >= 0 && n < call->input_len;) {
        ssize_t done = write(fd, call->input + n, call->input_len - n);
        if (done < 0 && errno != EINTR) {
            close(fd);
            return -1;
        }
        n += done > 0 ? (size_t)done : 0;
    }
    if (fd >= 0)
        (void)lseek(fd, 0, SEEK_SET);
    return fd;
}

/* Signals as a program expects them, and a process group of its own. */
static void
set_attributes(posix_spawnattr_t *attributes)
{
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(attributes, &all);
    posix_spawnattr_setsigmask(attributes, &none);
    posix_spawnattr_setpgroup(attributes, 0);
    posix_spawnattr_setflags(attributes, POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK |
                                             POSIX_SPAWN_SETPGROUP);
}

/* The child's id, or -1 with errno; `*out_fd` is its output. */
static pid_t
start(const program_call *call, int *out_fd)
{
    int ends[2];
    pid_t child = -1;
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    const char **env = environment(call->env);
    int input = open_input(call);
    if (env == NULL || input < 0 || pipe2(ends, O_CLOEXEC) != 0) {
        free(env);
        if (input >= 0)
            close(input);
        return -1;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawnattr_init(&attributes);
    set_attributes(&attributes);
    errno = posix_spawnp(&child, call->argv[0], &actions, &attributes,
                         (char *const *)(uintptr_t)call->argv, (char *const *)(uintptr_t)env);
    if (errno != 0)
        child = -1;
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    close(input);
    close(ends[1]);
    free(env);
    if (child < 0)
        close(ends[0]);
    *out_fd = ends[0];
    return child;
}

/* What is there now; false at the end of it. */
static bool
take(int fd, program_answer *out)
{
    char spare[4096];
    bool room = out->text_len < OUTPUT_MAX;
    ssize_t n = room ? read(fd, out->text + out->text_len, OUTPUT_MAX - out->text_len)
                     : read(fd, spare, sizeof spare);
    if (n > 0 && room)
        out->text_len += (size_t)n;
    return n > 0 || (n < 0 && errno == EINTR);
}

/* False when the deadline came first. */
static bool
await(pid_t child, int fd, split_us until, program_answer *out, int *status)
{
    bool open = true;
    for (;;) {
        split_us left = until - split_clock_now();
        if (left <= 0)
            return false;
        struct pollfd ready = {.fd = fd, .events = POLLIN};
        if (open && poll(&ready, 1, (int)(STEP_US / 1000)) > 0)
            open = take(fd, out);
        else if (waitpid(child, status, WNOHANG) == child)
            break;
        else if (!open)
            (void)split_clock_sleep_until(split_clock_now() + STEP_US);
    }
    /* What it left behind, but not what a child in the background may write later. */
    struct pollfd ready = {.fd = fd, .events = POLLIN};
    while (open && poll(&ready, 1, 0) > 0)
        open = take(fd, out);
    return true;
}

int
split__program_run(const program_call *call, program_answer *out, split_error *error)
{
    int fd = -1;
    int status = 0;
    *out = (program_answer){.text = calloc(1, OUTPUT_MAX + 1)};
    if (out->text == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    pid_t child = start(call, &fd);
    if (child < 0)
        return split__net_fault(error, SPLIT_ERR_IO, "%.120s cannot be started: %.60s",
                                call->argv[0], strerror(errno));
    bool ended = await(child, fd, split_clock_now() + call->timeout_us, out, &status);
    close(fd);
    if (!ended) {
        kill(-child, SIGKILL);
        while (waitpid(child, &status, 0) < 0 && errno == EINTR)
            ;
        return split__net_fault(error, SPLIT_ERR_NET, "%.120s did not end within %lld ms",
                                call->argv[0], (long long)(call->timeout_us / 1000));
    }
    out->exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return SPLIT_OK;
}

void
split__program_free(program_answer *answer)
{
    if (answer->text != NULL)
        OPENSSL_cleanse(answer->text, answer->text_len);
    free(answer->text);
    *answer = (program_answer){0};
}
