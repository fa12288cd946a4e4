/* SPDX-License-Identifier: MIT */
/* The terminal while a live view is shown. */
#include "screen/term.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t stopped;
static volatile sig_atomic_t resized;
static bool entered;
static FILE *reports; /* what was said on standard error since term_enter(); NULL: not kept */
static int real_stderr;
static off_t told; /* end of the last term_report() */

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

/* Lines on standard error would tear the screen: while it is shown they go to a file. */
static void
keep_reports(void)
{
    fflush(stderr);
    reports = isatty(STDERR_FILENO) == 1 ? tmpfile() : NULL;
    if (reports == NULL)
        return;
    (void)fcntl(fileno(reports), F_SETFL, O_RDWR | O_APPEND);
    real_stderr = dup(STDERR_FILENO);
    (void)dup2(fileno(reports), STDERR_FILENO);
    told = 0;
}

static void
tell_reports(void)
{
    char part[1024];
    if (reports == NULL)
        return;
    fflush(stderr);
    (void)dup2(real_stderr, STDERR_FILENO);
    close(real_stderr);
    ssize_t n;
    for (off_t at = 0; (n = pread(fileno(reports), part, sizeof part, at)) > 0; at += n)
        fwrite(part, 1, (size_t)n, stderr);
    fclose(reports);
    reports = NULL;
}

bool
term_report(char *buf, size_t buf_size)
{
    if (reports == NULL)
        return false;
    fflush(stderr);
    ssize_t n = pread(fileno(reports), buf, buf_size - 1, told);
    buf[n > 0 ? n : 0] = '\0';
    char *end = strchr(buf, '\n');
    if (end == NULL)
        return false;
    *end = '\0';
    told += end + 1 - buf;
    return true;
}

void
term_enter(void)
{
    term_catch_signals();
    /* no line wrap: a terminal that counts columns otherwise than we do cuts, and tears nothing */
    fputs("\033[?1049h\033[?25l\033[?7l\033[2J", stdout);
    fflush(stdout);
    entered = true;
    keep_reports();
    atexit(term_leave);
}

void
term_leave(void)
{
    if (!entered)
        return;
    entered = false;
    fputs("\033[?7h\033[?25h\033[?1049l", stdout);
    fflush(stdout);
    tell_reports();
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
