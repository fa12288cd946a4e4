/* SPDX-License-Identifier: MIT */
/* A loopback server that gives one prepared answer to each connection, in order, and keeps the last
 * request. */
#ifndef TESTS_CANNED_SERVER_H
#define TESTS_CANNED_SERVER_H

#include <pthread.h>
#include <stddef.h>

typedef struct canned_server {
    const char *const *answers; /* whole HTTP answers with status line and headers */
    size_t n_answers;
    size_t n_served;
    size_t n_failed;
    int port;
    int listener;
    pthread_t thread;
    char request[8192]; /* read it after canned_server_stop() */
} canned_server;

/* Returns 0, or not 0 when there is no socket or thread. */
int canned_server_start(canned_server *s, const char *const *answers, size_t n_answers);

/* Ends the thread even when answers are left. */
void canned_server_stop(canned_server *s);

#endif
