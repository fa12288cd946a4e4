/* SPDX-License-Identifier: MIT */
#include "canned_server.h"

#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

static void
answer_one(canned_server *s, int fd, const char *text)
{
    ssize_t n = read(fd, s->request, sizeof s->request - 1);
    s->request[n > 0 ? n : 0] = '\0';
    if (n > 0 && write(fd, text, strlen(text)) < 0)
        s->n_failed++;
    shutdown(fd, SHUT_WR);
    /* Unread bytes at close would reset the connection under the client's last read. */
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &(struct timeval){.tv_usec = 100000},
               sizeof(struct timeval));
    while (n > 0)
        n = read(fd, &(char){0}, 1);
    close(fd);
}

static void *
serve(void *ctx)
{
    canned_server *s = ctx;
    for (size_t i = 0; i < s->n_answers; i++) {
        int fd = accept(s->listener, NULL, NULL);
        if (fd < 0)
            break;
        s->n_served++;
        answer_one(s, fd, s->answers[i]);
    }
    return NULL;
}

int
canned_server_start(canned_server *s, const char *const *answers, size_t n_answers)
{
    struct sockaddr_in at = {.sin_family = AF_INET};
    socklen_t at_len = sizeof at;
    *s = (canned_server){.answers = answers, .n_answers = n_answers};
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s->listener = socket(AF_INET, SOCK_STREAM, 0);
    if (s->listener < 0 || bind(s->listener, (struct sockaddr *)&at, sizeof at) != 0 ||
        listen(s->listener, 8) != 0 ||
        getsockname(s->listener, (struct sockaddr *)&at, &at_len) != 0)
        return -1;
    s->port = ntohs(at.sin_port);
    return pthread_create(&s->thread, NULL, serve, s);
}

void
canned_server_stop(canned_server *s)
{
    shutdown(s->listener, SHUT_RDWR);
    pthread_join(s->thread, NULL);
    close(s->listener);
}
