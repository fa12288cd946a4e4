/* SPDX-License-Identifier: MIT */
/* Windows that somebody else writes: a file or pipe that grows, or a URL. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/base/fault.h"
#include "net/source/source.h"
#include "net/source/windows/rows.h"

#define READ_MAX (4u << 20) /* of one poll */

typedef struct windows_source {
    split_source_options options;
    window_rows rows;
    char *place;
    split_http *http; /* NULL for a file */
    int fd;
    bool is_pipe;
    off_t at;
    char *text; /* what was read, and of it */
    size_t len; /* a line that has no end yet */
} windows_source;

static bool
is_url(const char *place)
{
    return strncmp(place, "http://", 7) == 0 || strncmp(place, "https://", 8) == 0;
}

static int
read_url(windows_source *w, split_reading *out, split_error *error)
{
    split_http_answer answer;
    const split_http_request request = {.size = sizeof request, .url = w->place};
    int rc = split_http_send(w->http, &request, &answer, error);
    if (rc != SPLIT_OK)
        return rc;
    if (answer.status != 200)
        return split__net_fault(error, SPLIT_ERR_PEER, "%.120s answers status %d", w->place,
                                (int)answer.status);
    return split__rows_take(&w->rows, w->place, answer.body, answer.body_len, out, error);
}

/* The file that the name means now. An errno value, or 0. */
static int
open_file(windows_source *w)
{
    struct stat now;
    struct stat then;
    bool is_stdin = strcmp(w->place, "-") == 0;
    if (w->fd >= 0 && (w->is_pipe || is_stdin))
        return 0;
    int fd = is_stdin ? dup(STDIN_FILENO) : open(w->place, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &now) != 0 || S_ISDIR(now.st_mode)) {
        int code = fd < 0 ? errno : EISDIR;
        if (fd >= 0)
            close(fd);
        return code;
    }
    bool same = w->fd >= 0 && fstat(w->fd, &then) == 0 && then.st_ino == now.st_ino &&
                then.st_dev == now.st_dev && now.st_size >= w->at;
    if (same) {
        close(fd);
        return 0;
    }
    if (w->fd >= 0)
        close(w->fd);
    w->fd = fd;
    w->is_pipe = !S_ISREG(now.st_mode);
    w->at = 0;
    w->len = 0;
    if (w->is_pipe)
        (void)fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return 0;
}

/* Whole lines only: the rest waits for its end. */
static int
read_file(windows_source *w, split_reading *out, split_error *error)
{
    int code = open_file(w);
    if (code != 0)
        return split__net_fault(error, SPLIT_ERR_IO, "%.100s cannot be read: %s", w->place,
                                strerror(code));
    for (ssize_t n = 1; n > 0 && w->len < READ_MAX;) {
        n = w->is_pipe ? read(w->fd, w->text + w->len, READ_MAX - w->len)
                       : pread(w->fd, w->text + w->len, READ_MAX - w->len, w->at);
        if (n < 0 && errno != EAGAIN && errno != EINTR)
            return split__net_fault(error, SPLIT_ERR_IO, "%.100s cannot be read: %s", w->place,
                                    strerror(errno));
        w->len += n > 0 ? (size_t)n : 0;
        w->at += n > 0 ? n : 0;
    }
    const char *stop = w->len > 0 ? memrchr(w->text, '\n', w->len) : NULL;
    size_t whole = stop != NULL ? (size_t)(stop - w->text) + 1 : w->len == READ_MAX ? w->len : 0;
    int rc = split__rows_take(&w->rows, w->place, w->text, whole, out, error);
    memmove(w->text, w->text + whole, w->len - whole);
    w->len -= whole;
    return rc;
}

static int
windows_read(void *state, split_reading *out, split_error *error)
{
    windows_source *w = state;
    return w->http != NULL ? read_url(w, out, error) : read_file(w, out, error);
}

static void
windows_mark(void *state)
{
    windows_source *w = state;
    split__rows_mark(&w->rows);
}

static void
windows_close(void *state)
{
    windows_source *w = state;
    split_http_free(&w->http);
    if (w->fd >= 0)
        close(w->fd);
    free(w->place);
    free(w->text);
    free(w);
}

static int
windows_open(const split_source_options *options, const char *place, void **out_state,
             split_error *error)
{
    if (*place == '\0')
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "windows: of what? write windows:FILE, windows:- or windows:URL");
    if (options->n_fields > 0)
        return split__net_fault(error, SPLIT_ERR_FIELD, "windows takes no names, not '%.60s'",
                                options->fields[0].field);
    windows_source *w = calloc(1, sizeof *w);
    if (w == NULL)
        return split__net_fault(error, SPLIT_ERR_NOMEM, "%s", split_strerror(SPLIT_ERR_NOMEM));
    w->fd = -1;
    w->options = *options;
    w->rows.options = &w->options;
    w->place = strdup(place);
    w->text = is_url(place) ? NULL : malloc(READ_MAX);
    int rc = w->place == NULL || (w->text == NULL && !is_url(place)) ? SPLIT_ERR_NOMEM : SPLIT_OK;
    if (rc == SPLIT_OK && is_url(place))
        rc = split_http_new(options->http, &w->http);
    if (rc != SPLIT_OK) {
        windows_close(w);
        return split__net_fault(error, rc, "%s", split_strerror(rc));
    }
    *out_state = w;
    return SPLIT_OK;
}

const split__source_kind split__source_windows = {
    .shown = {"windows", "FILE|-|URL", "windows that something else counts, as JSON lines"},
    .open = windows_open,
    .read = windows_read,
    .close = windows_close,
    .mark = windows_mark,
};
