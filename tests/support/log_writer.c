/* SPDX-License-Identifier: MIT */
/* Access logs for tests. */
#include "log_writer.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

static void
must(bool fine, const char *what)
{
    if (!fine) {
        perror(what);
        abort();
    }
}

void
log_writer_begin(log_writer *w)
{
    strcpy(w->folder, "/tmp/split-log-XXXXXX");
    must(mkdtemp(w->folder) != NULL, "mkdtemp");
    snprintf(w->path, sizeof w->path, "%s/access.log", w->folder);
}

void
log_writer_end(log_writer *w)
{
    DIR *folder = opendir(w->folder);
    const struct dirent *entry;
    must(folder != NULL, "opendir");
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.')
            (void)remove(log_writer_path(w, entry->d_name));
    closedir(folder);
    must(rmdir(w->folder) == 0, "rmdir");
}

const char *
log_writer_path(const log_writer *w, const char *name)
{
    static char paths[4][400];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", w->folder, name);
    return path;
}

size_t
log_writer_line(char line[LOG_WRITER_LINE], const char *variant, int status, int ms)
{
    static unsigned n; /* no two requests are alike, as time stamps tell them apart elsewhere */
    return (size_t)snprintf(line, LOG_WRITER_LINE,
                            "1.2.3.4 - - [23/Nov/2026:00:46:29 +0000] \"GET /%07u HTTP/1.1\" %d "
                            "34 \"-\" \"x\" rt=%d.%03d variant=%s\n",
                            n++, status, ms / 1000, ms % 1000, variant);
}

void
log_writer_append(const char *path, const char *text, size_t len)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT, 0600);
    must(fd >= 0 && write(fd, text, len) == (ssize_t)len, path);
    close(fd);
}

void
log_writer_requests(const char *path, int n, const char *variant, int status, int ms)
{
    char line[LOG_WRITER_LINE];
    size_t len = log_writer_line(line, variant, status, ms);
    for (int i = 0; i < n; i++)
        log_writer_append(path, line, len);
}

void
log_writer_gzip(const char *path, int n, const char *variant, int status, int ms)
{
    char line[LOG_WRITER_LINE];
    size_t len = log_writer_line(line, variant, status, ms);
    gzFile file = gzopen(path, "ab");
    must(file != NULL, path);
    for (int i = 0; i < n; i++)
        must(gzwrite(file, line, (unsigned)len) == (int)len, path);
    must(gzclose(file) == Z_OK, path);
}

void
log_writer_options(split_source_options *o, char spec[160], const char *path)
{
    snprintf(spec, 160, "log:%s", path);
    split_source_options_init(o);
    o->spec = spec;
    o->arms[SPLIT_READING_ARM] = "new";
    o->arms[SPLIT_READING_BASELINE] = "legacy";
}
