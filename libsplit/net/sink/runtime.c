/* SPDX-License-Identifier: MIT */
/* HAProxy's runtime API: one command for each connection. */
#include "net/sink/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "net/base/fault.h"
#include "net/base/scope.h"
#include "net/sink/setting.h"
#include "split/net.h"

#define ANSWER_MAX (1u << 20)
#define STEP_BYTES 16384

static int
failed(sink_call *call, const char *socket, const char *why)
{
    return split__net_fault(call->error, SPLIT_ERR_NET, "HAProxy at %.120s: %s", socket, why);
}

/* Waits for `events`; false when the time is over. */
static bool
await(int fd, short events)
{
    for (;;) {
        split_us left = split__scope()->deadline_us - split_clock_now();
        struct pollfd p = {.fd = fd, .events = events};
        if (left <= 0)
            return false;
        int n = poll(&p, 1, left > 1000000 ? 1000 : (int)(left / 1000) + 1);
        if (n > 0)
            return true;
        if (n < 0 && errno != EINTR)
            return false;
    }
}

/* A socket that is being connected; -1. */
static int
dial(const struct sockaddr *address, socklen_t len)
{
    int fd = socket(address->sa_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    int error = 0;
    socklen_t error_len = sizeof error;
    if (fd < 0)
        return -1;
    if (connect(fd, address, len) == 0)
        return fd;
    if ((errno == EINPROGRESS || errno == EAGAIN) && await(fd, POLLOUT) &&
        getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &error_len) == 0 && error == 0)
        return fd;
    if (error != 0)
        errno = error;
    close(fd);
    return -1;
}

static int
dial_path(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    if (strlen(path) >= sizeof address.sun_path) {
        errno = ENAMETOOLONG;
        return -1;
    }
    strcpy(address.sun_path, path);
    return dial((struct sockaddr *)&address, sizeof address);
}

static int
dial_host(const char *place, const char *colon)
{
    char host[256];
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    size_t n = (size_t)(colon - place);
    int fd = -1;
    errno = EHOSTUNREACH;
    if (n >= sizeof host)
        return -1;
    memcpy(host, place, n);
    host[n] = '\0';
    if (getaddrinfo(host, colon + 1, &hints, &found) != 0)
        return -1;
    for (struct addrinfo *a = found; a != NULL && fd < 0; a = a->ai_next)
        fd = dial(a->ai_addr, a->ai_addrlen);
    freeaddrinfo(found);
    return fd;
}

static bool
send_all(int fd, const char *text)
{
    size_t len = strlen(text);
    while (len > 0) {
        ssize_t n = send(fd, text, len, MSG_NOSIGNAL);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        if (n <= 0 && !await(fd, POLLOUT))
            return false;
        text += n > 0 ? n : 0;
        len -= n > 0 ? (size_t)n : 0;
    }
    return true;
}

/* Everything up to the end of the connection. */
static char *
read_all(int fd)
{
    char *text = NULL;
    size_t len = 0;
    for (size_t room = 0; len < ANSWER_MAX;) {
        if (room - len < STEP_BYTES) {
            char *longer = realloc(text, room + 2 * STEP_BYTES + 1);
            if (longer == NULL)
                break;
            text = longer;
            room += 2 * STEP_BYTES;
        }
        ssize_t n = await(fd, POLLIN) ? read(fd, text + len, room - len) : -1;
        if (n < 0 && (errno == EINTR || errno == EAGAIN) && !split__scope_is_over())
            continue;
        if (n < 0)
            break;
        len += (size_t)n;
        text[len] = '\0';
        if (n == 0)
            return text;
    }
    free(text);
    return NULL;
}

int
split__runtime_ask(sink_call *call, const char *socket, const char *command, char **out)
{
    const char *colon = strrchr(socket, ':');
    errno = 0;
    int fd = socket[0] == '/' || colon == NULL ? dial_path(socket) : dial_host(socket, colon);
    if (fd < 0)
        return failed(call, socket, errno != 0 ? strerror(errno) : "no answer in time");
    char *text = send_all(fd, command) ? read_all(fd) : NULL;
    close(fd);
    if (text == NULL)
        return failed(call, socket, "no answer in time");
    *out = text;
    return SPLIT_OK;
}
