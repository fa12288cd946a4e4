/* SPDX-License-Identifier: MIT */
/* The terminal while a live view is shown. */
#include "term.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t resized;
static bool entered;

static void
on_stop(int number)
{
    stopped = number;
}

static void
on_resize(int number)
{
    (void)number;
    resized = 1;
}

void
term_catch_signals(void)
{
    struct sigaction stop = {.sa_handler = on_stop};
    struct sigaction resize = {.sa_handler = on_resize};
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGWINCH, &resize, NULL);
}

void
term_enter(void)
{
    term_catch_signals();
    fputs("\033[?1049h\033[?25l\033[2J", stdout);
    fflush(stdout);
    entered = true;
    atexit(term_leave);
}

void
term_leave(void)
{
    if (!entered)
        return;
    entered = false;
    fputs("\033[?25h\033[?1049l", stdout);
    fflush(stdout);
}

bool
term_stopped(void)
{
    return stopped != 0;
}

bool
term_resized(void)
{
    bool was = resized != 0;
    resized = 0;
    return was;
}
