/* SPDX-License-Identifier: MIT */
/* One log file that grows: its new bytes become records. */
#include "net/source/log/tail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "net/source/log/unzip.h"

#define HEAD_BYTES 256     /* of a file, by which it is known again, */
#define FOOT_BYTES 128     /* and of what was taken last */
#define HEADER_BYTES 16384 /* in which the columns are named, when they are */

struct log_tail {
    int fd;
    dev_t device;
    ino_t inode;
    off_t at; /* of the next byte */
    split_log *log;
    size_t log_room; /* of an empty log */
    size_t head_len;
    size_t foot_len;
    char head[HEAD_BYTES];
    char foot[FOOT_BYTES];
    bool knows_kind; /* whether it is gzip, by the first two bytes */
    bool is_gzip;
    bool is_pipe; /* bytes come once and in order; it is neither known again nor rewound */
    log_unzip unzip;
};

/* As pread, but whole unless the file ends. */
static size_t
read_at(int fd, char *buf, size_t n, off_t at)
{
    size_t got = 0;
    while (got < n) {
        ssize_t k = pread(fd, buf + got, n - got, at + (off_t)got);
        if (k <= 0 && !(k < 0 && errno == EINTR))
            break;
        got += k > 0 ? (size_t)k : 0;
    }
    return got;
}

static int
open_regular(const char *path, int *out_fd, struct stat *st)
{
    /* O_NONBLOCK: a pipe in the place of a file must not stop us */
    int fd = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        return errno;
    int code = fstat(fd, st) != 0 ? errno : S_ISDIR(st->st_mode) ? EISDIR : 0;
    if (code == 0 && !S_ISREG(st->st_mode) && !S_ISFIFO(st->st_mode) && !S_ISSOCK(st->st_mode))
        code = ESPIPE;
    if (code != 0)
        close(fd);
    *out_fd = fd;
    return code;
}

int
split__tail_open(const char *path, const char *format, const char *zone, log_tail **out)
{
    struct stat st;
    int fd = -1;
    split_log_options o;
    int code = open_regular(path, &fd, &st);
    if (code != 0)
        return code;
    log_tail *t = calloc(1, sizeof *t);
    split_log_options_init(&o);
    o.format = format;
    o.zone = zone;
    if (t == NULL || split_log_new(&o, &t->log) != SPLIT_OK || !split__unzip_begin(&t->unzip)) {
        if (t != NULL)
            split_log_free(&t->log);
        free(t);
        close(fd);
        return ENOMEM;
    }
    t->fd = fd;
    t->device = st.st_dev;
    t->inode = st.st_ino;
    t->is_pipe = !S_ISREG(st.st_mode);
    t->knows_kind = t->is_pipe;
    (void)split_log_room(t->log, &t->log_room);
    *out = t;
    return 0;
}

void
split__tail_close(log_tail *t)
{
    if (t == NULL)
        return;
    split__unzip_end(&t->unzip);
    split_log_free(&t->log);
    close(t->fd);
    free(t);
}

bool
split__tail_is(const log_tail *t, int fd)
{
    struct stat st;
    return fstat(fd, &st) == 0 && st.st_dev == t->device && st.st_ino == t->inode;
}

void
split__tail_rewind(log_tail *t)
{
    split_log_restart(t->log);
    split__unzip_restart(&t->unzip);
    t->knows_kind = t->is_pipe;
    t->head_len = 0;
    t->foot_len = 0;
    /* a writer that does not append leaves a hole where the truncated lines were */
    t->at = lseek(t->fd, 0, SEEK_DATA);
    if (t->at < 0)
        t->at = 0;
}

bool
split__tail_began_anew(log_tail *t)
{
    char now[HEAD_BYTES];
    if (t->is_pipe)
        return false;
    if (read_at(t->fd, now, t->head_len, 0) != t->head_len ||
        memcmp(now, t->head, t->head_len) != 0)
        return true;
    return read_at(t->fd, now, t->foot_len, t->at - (off_t)t->foot_len) != t->foot_len ||
           memcmp(now, t->foot, t->foot_len) != 0;
}

/* What the file is known by, after more of it was taken. */
static void
remember(log_tail *t)
{
    if (t->is_pipe)
        return;
    if (t->head_len < HEAD_BYTES && (off_t)t->head_len < t->at)
        t->head_len = read_at(t->fd, t->head, t->at < HEAD_BYTES ? (size_t)t->at : HEAD_BYTES, 0);
    t->foot_len = t->at < FOOT_BYTES ? (size_t)t->at : FOOT_BYTES;
    t->foot_len = read_at(t->fd, t->foot, t->foot_len, t->at - (off_t)t->foot_len);
}

static void
drain(log_tail *t, log_sink *sink)
{
    split_log_record r;
    split_log_answer answer;
    while ((answer = split_log_next(t->log, &r)) != SPLIT_LOG_MORE) {
        if (answer == SPLIT_LOG_RECORD) {
            sink->n_records++;
            sink->take(sink->ctx, &r);
        } else if (sink->n_rejected++ == 0) {
            split_log_info info;
            split_log_get(t->log, &info);
            memcpy(sink->first_reject, info.first_reject, sizeof sink->first_reject);
        }
    }
}

static uint64_t
smaller(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* The next bytes of a plain file. 0 at its end, -1 with errno. */
static ssize_t
take_plain(log_tail *t, log_sink *sink)
{
    size_t room;
    char *to = split_log_room(t->log, &room);
    size_t wanted = smaller(room, sink->bytes_left);
    ssize_t n = t->is_pipe ? read(t->fd, to, wanted) : pread(t->fd, to, wanted, t->at);
    if (n < 0 && errno == EAGAIN)
        return 0; /* an open pipe without bytes is no fault */
    if (n <= 0)
        return n;
    t->at += n;
    sink->bytes_left -= (uint64_t)n;
    split_log_put(t->log, (size_t)n);
    drain(t, sink);
    return n;
}

static ssize_t
take_gzip(log_tail *t, log_sink *sink)
{
    ssize_t n = 1;
    if (split__unzip_wants(&t->unzip)) {
        n = pread(t->fd, t->unzip.in, sizeof t->unzip.in, t->at);
        if (n <= 0)
            return n;
        t->at += n;
        split__unzip_put(&t->unzip, (size_t)n);
    }
    bool damaged = false;
    size_t room;
    char *to = split_log_room(t->log, &room);
    room = split__unzip_take(&t->unzip, to, smaller(room, sink->bytes_left), &damaged);
    sink->bytes_left -= room;
    split_log_put(t->log, room);
    drain(t, sink);
    if (damaged) { /* the line that broke off is no line */
        sink->is_damaged = true;
        split_log_restart(t->log);
    }
    return n;
}

/* Is it gzip? False while the file is too short to tell. */
static bool
know_kind(log_tail *t)
{
    unsigned char magic[2];
    if (!t->knows_kind && read_at(t->fd, (char *)magic, 2, 0) == 2) {
        t->is_gzip = magic[0] == 0x1F && magic[1] == 0x8B;
        t->knows_kind = true;
    }
    return t->knows_kind;
}

/* What names the columns stands at the start: comments, which are no records. */
static void
take_header(log_tail *t, log_sink *sink, size_t limit)
{
    size_t room;
    char *head = split_log_room(t->log, &room);
    size_t n = read_at(t->fd, head, limit < HEADER_BYTES ? limit : HEADER_BYTES, 0);
    size_t len = 0;
    while (len < n && head[len] == '#') {
        const char *stop = memchr(head + len, '\n', n - len);
        if (stop == NULL)
            break;
        len = (size_t)(stop - head) + 1;
    }
    split_log_put(t->log, len);
    drain(t, sink);
}

/* The lines' form has changed when none is understood any more: it is detected again. */
static void
check_format(log_tail *t, log_sink *sink, int64_t records, int64_t rejects)
{
    size_t room;
    if (sink->n_records > records || sink->n_rejected == rejects || t->is_gzip || t->is_pipe)
        return;
    (void)split_log_room(t->log, &room);
    t->at -= (off_t)(t->log_room - room); /* a line that is not complete yet comes again */
    split_log_restart(t->log);
    take_header(t, sink, (size_t)t->at);
}

int
split__tail_read(log_tail *t, log_sink *sink, bool *out_grew)
{
    int64_t records = sink->n_records;
    int64_t rejects = sink->n_rejected;
    off_t at = t->at;
    uint64_t left = sink->bytes_left;
    ssize_t n = know_kind(t) ? 1 : 0;
    while (n > 0 && sink->bytes_left > 0) {
        n = t->is_gzip ? take_gzip(t, sink) : take_plain(t, sink);
        if (n < 0 && errno == EINTR)
            n = 1;
    }
    int code = n < 0 ? errno : 0;
    *out_grew = t->at != at || sink->bytes_left != left;
    if (*out_grew) {
        check_format(t, sink, records, rejects);
        remember(t);
    }
    return code;
}

static void
ignore(void *ctx, const split_log_record *r)
{
    (void)ctx;
    (void)r;
}

/* Behind the last line that is complete. */
static off_t
last_line_end(log_tail *t, off_t size)
{
    size_t room;
    char *to = split_log_room(t->log, &room);
    size_t n = (uint64_t)size < room ? (size_t)size : room;
    n = read_at(t->fd, to, n, size - (off_t)n);
    const char *stop = n > 0 ? memrchr(to, '\n', n) : NULL;
    if (stop != NULL)
        return size - (off_t)n + (stop - to) + 1;
    return (off_t)n == size ? 0 : size;
}

int
split__tail_mark(log_tail *t)
{
    struct stat st;
    bool grew;
    log_sink sink = {.take = ignore, .bytes_left = UINT64_MAX};
    if (t->is_pipe || (know_kind(t) && t->is_gzip)) /* its end is known from its start only */
        return split__tail_read(t, &sink, &grew);
    if (fstat(t->fd, &st) != 0)
        return errno;
    t->at = last_line_end(t, st.st_size);
    take_header(t, &sink, (size_t)t->at);
    remember(t);
    return 0;
}
