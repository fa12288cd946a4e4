/* SPDX-License-Identifier: MIT */
/* An access log as a source: rotation, truncation, gzip, lines that are not whole, and what is no
 * data. */
#include <criterion/criterion.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "log_writer.h"

static log_writer w;
static split_source_options o;
static split_reading r;
static split_error e = {.size = sizeof e};
static split_source *source;
static char spec[160];

static void
begin(void)
{
    log_writer_begin(&w);
    log_writer_options(&o, spec, w.path);
}

static void
end(void)
{
    split_source_free(&source);
    log_writer_end(&w);
}

TestSuite(source_log, .init = begin, .fini = end);

/* The source of the options, with its mark set. */
static void
follow(void)
{
    cr_assert_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
}

static void
requests(int n, const char *variant)
{
    log_writer_requests(w.path, n, variant, 200, 20);
}

/* Reads, and compares what both arms sent. */
static void
expect_sent(int line, int new, int legacy)
{
    e.text[0] = '\0';
    cr_assert_eq(split_source_read(source, &r, &e), 0, "line %d: %s", line, e.text);
    int got[2] = {(int)split_arm_get(&r.arm[0], SPLIT_COUNTER_SENT),
                  (int)split_arm_get(&r.arm[1], SPLIT_COUNTER_SENT)};
    cr_expect(got[0] == new &&got[1] == legacy, "line %d: %d and %d, not %d and %d", line, got[0],
              got[1], new, legacy);
    cr_expect(r.has_arm[0] && r.has_arm[1]);
}
#define EXPECT_SENT(new, legacy) expect_sent(__LINE__, new, legacy)

static void
expect_nothing(int line)
{
    int rc = split_source_read(source, &r, &e);
    cr_expect_eq(rc, SPLIT_ERR_NO_DATA, "line %d: %d", line, rc);
    cr_expect(!r.has_arm[0] && !r.has_arm[1]);
}
#define EXPECT_NOTHING() expect_nothing(__LINE__)

Test(source_log, the_first_look_sets_the_mark_and_later_lines_count_once)
{
    requests(5, "new");
    follow();
    cr_expect_not_null(strstr(e.text, "first poll"));
    requests(3, "new");
    requests(4, "legacy");
    EXPECT_SENT(3, 4);
    requests(1, "legacy");
    EXPECT_SENT(0, 1);
}

Test(source_log, a_log_that_nobody_wrote_is_no_data_and_never_zero_requests)
{
    requests(5, "new");
    follow();
    EXPECT_NOTHING();
    cr_expect_not_null(strstr(e.text, "nothing new in"));
    cr_expect_str_eq(r.note, "", "an idle log is no trouble");
    requests(1, "legacy");
    EXPECT_SENT(0, 1);
    cr_expect(split_arm_has(&r.arm[0], SPLIT_COUNTER_SENT), "the log is written: zero is known");
    EXPECT_NOTHING();
}

Test(source_log, every_count_is_exact_at_its_bound)
{
    split_metric metrics[3];
    cr_assert_eq(split_metric_init(&metrics[0], SPLIT_METRIC_ERROR), 0);
    cr_assert_eq(split_metric_init(&metrics[1], SPLIT_METRIC_LATENCY), 0);
    cr_assert_eq(split_metric_init(&metrics[2], SPLIT_METRIC_CACHE), 0);
    static const uint32_t statuses[] = {500};
    o.metrics = metrics;
    o.n_metrics = 3;
    o.statuses = statuses;
    o.n_statuses = 1;
    follow();
    static const int times[] = {199, 200, 300, 301, 500, 501};
    for (size_t i = 0; i < 6; i++)
        log_writer_requests(w.path, 1, "new", 200, times[i]);
    log_writer_requests(w.path, 1, "new", 500, 1);
    log_writer_requests(w.path, 1, "new", 501, 1);
    log_writer_requests(w.path, 1, "new", 499, 1);
    EXPECT_SENT(8, 0);
    const split_arm *arm = &r.arm[0];
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_ERROR), 1);
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_EDGE_REQUESTS), 8);
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_EDGE_5XX), 2);
    cr_expect_eq(split_arm_get(arm, SPLIT_COUNTER_TIMED), 8);
    cr_expect(arm->over[3] == 5 && arm->over[4] == 3 && arm->over[5] == 1);
    cr_expect_eq(arm->over_present, 2);
    cr_expect_eq(r.arm[1].over_present, 2, "this log tells latencies: none were slow");
    cr_expect(!split_arm_has(arm, SPLIT_COUNTER_LOOKUPS), "no cache is no hit rate");
    int64_t n = 0;
    for (uint32_t i = 0; i < r.latency[0].n_edges; i++)
        n += r.latency[0].count[i];
    cr_expect_eq(n, 8);
    cr_expect_eq(split_reading_percentile(&r.latency[0], 10000000), 1000);
    split_us p = split_reading_percentile(&r.latency[0], 100000000);
    cr_expect(p >= 501000 && p < 560000, "%lld", (long long)p);
}

Test(source_log, edges_of_the_display_rise_and_are_the_same_for_every_log)
{
    static split_reading other;
    follow();
    log_writer_requests(w.path, 1, "new", 200, 0);
    log_writer_requests(w.path, 1, "new", 200, 999999);
    EXPECT_SENT(2, 0);
    const split_reading_latency *l = &r.latency[0];
    for (uint32_t i = 1; i < l->n_edges; i++)
        cr_expect_gt(l->le_us[i], l->le_us[i - 1]);
    cr_expect_eq(l->le_us[l->n_edges - 1], SPLIT_NEVER);
    cr_expect(l->count[0] == 1 && l->count[l->n_edges - 1] == 1);
    cr_expect_gt(l->le_us[l->n_edges - 2], 60000000 - 1);
    other = r;
    split_reading_add(&other, &r);
    cr_expect_eq(other.latency[0].count[0], 2);
}

Test(source_log, a_rotated_file_is_read_to_its_end_and_the_new_one_from_its_start)
{
    const char *old = log_writer_path(&w, "access.log.1");
    requests(5, "new");
    follow();
    requests(3, "new");
    cr_assert_eq(rename(w.path, old), 0);
    log_writer_requests(old, 4, "legacy", 200, 1);
    requests(2, "legacy");
    EXPECT_SENT(3, 6);
    /* a worker that has not yet heard of it */
    log_writer_requests(old, 7, "new", 200, 1);
    requests(1, "new");
    EXPECT_SENT(8, 0);
    EXPECT_NOTHING();
}

Test(source_log, a_file_that_was_packed_and_deleted_meanwhile_is_read_to_its_end)
{
    const char *packed = log_writer_path(&w, "access.log.1.gz");
    follow();
    requests(1, "new");
    EXPECT_SENT(1, 0);
    requests(6, "new");
    log_writer_gzip(packed, 7, "new", 200, 1);
    cr_assert_eq(unlink(w.path), 0);
    requests(2, "new");
    EXPECT_SENT(8, 0);
}

Test(source_log, several_rotations_leave_several_files_behind)
{
    requests(1, "new");
    follow();
    for (int i = 0; i < 12; i++) {
        char name[32];
        snprintf(name, sizeof name, "access.log.%d", i);
        requests(2, "new");
        cr_assert_eq(rename(w.path, log_writer_path(&w, name)), 0);
        requests(1, "legacy");
        EXPECT_SENT(2, 1);
    }
}

Test(source_log, the_file_that_is_still_written_stays_however_often_the_log_is_rotated)
{
    static char busy[512];
    snprintf(busy, sizeof busy, "%s", log_writer_path(&w, "access.log.busy"));
    requests(1, "new");
    follow();
    cr_assert_eq(rename(w.path, busy), 0);
    for (int i = 0; i < 12; i++) {
        char name[32];
        snprintf(name, sizeof name, "access.log.%d", i);
        log_writer_append(w.path, "", 0);
        log_writer_requests(busy, 3, "new", 200, 1);
        EXPECT_SENT(3, 0);
        cr_assert_eq(rename(w.path, log_writer_path(&w, name)), 0);
    }
}

Test(source_log, a_file_may_be_missing_at_first_and_for_a_while)
{
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    EXPECT_NOTHING();
    cr_expect_not_null(strstr(e.text, "does not exist"));
    EXPECT_NOTHING();
    cr_expect_not_null(strstr(r.note, "does not exist"), "people are informed");
    requests(3, "new");
    EXPECT_SENT(3, 0);
    cr_expect_str_eq(r.note, "");
    cr_assert_eq(unlink(w.path), 0);
    EXPECT_NOTHING();
    cr_expect_not_null(strstr(e.text, "does not exist"));
    requests(4, "new");
    EXPECT_SENT(4, 0);
}

Test(source_log, a_folder_that_is_missing_is_a_file_that_is_missing)
{
    o.spec = "log:/nonexistent/folder/access.log";
    follow();
    EXPECT_NOTHING();
    split_source_free(&source);
    o.spec = spec;
    snprintf(spec, sizeof spec, "log:%s/x", w.path);
    requests(1, "new");
    follow();
    EXPECT_NOTHING();
}

Test(source_log, a_truncated_file_is_read_from_its_start)
{
    requests(50, "new");
    follow();
    requests(3, "new");
    EXPECT_SENT(3, 0);
    cr_assert_eq(truncate(w.path, 0), 0);
    requests(2, "legacy");
    EXPECT_SENT(0, 2);
    requests(2, "legacy");
    EXPECT_SENT(0, 2);
}

/* The size alone would not tell. */
Test(source_log, a_truncated_file_that_has_grown_past_the_mark_is_read_from_its_start)
{
    requests(3, "new");
    follow();
    cr_assert_eq(truncate(w.path, 0), 0);
    requests(20, "legacy");
    EXPECT_SENT(0, 20);
    /* the same start, but not what was taken last */
    requests(1, "new");
    EXPECT_SENT(1, 0);
    cr_assert_eq(truncate(w.path, 0), 0);
    requests(30, "legacy");
    EXPECT_SENT(0, 30);
}

/* A writer that does not append goes on at its old place. */
Test(source_log, a_hole_where_the_lines_were_is_passed_over)
{
    char line[LOG_WRITER_LINE];
    size_t len = log_writer_line(line, "legacy", 200, 5);
    requests(2000, "new");
    follow();
    struct stat st;
    cr_assert_eq(stat(w.path, &st), 0);
    cr_assert_eq(truncate(w.path, 0), 0);
    int fd = open(w.path, O_WRONLY);
    for (int i = 0; i < 5; i++) {
        cr_assert_eq(pwrite(fd, line, len, st.st_size + (off_t)len * i), (ssize_t)len);
        EXPECT_SENT(0, 1);
        cr_expect_eq(r.n_rejected, 0);
    }
    close(fd);
}

Test(source_log, a_line_waits_for_its_end)
{
    char line[LOG_WRITER_LINE];
    size_t len = log_writer_line(line, "new", 200, 5);
    log_writer_append(w.path, line, 30);
    follow();
    EXPECT_NOTHING();
    log_writer_append(w.path, line + 30, 30);
    EXPECT_NOTHING();
    log_writer_append(w.path, line + 60, len - 60);
    EXPECT_SENT(1, 0);
    cr_expect_eq(r.n_rejected, 0);
    requests(2, "legacy");
    log_writer_append(w.path, line, len - 1);
    EXPECT_SENT(0, 2);
    /* its end comes in the renamed file */
    const char *old = log_writer_path(&w, "access.log.1");
    cr_assert_eq(rename(w.path, old), 0);
    requests(1, "legacy");
    EXPECT_SENT(0, 1);
    log_writer_append(old, "\n", 1);
    EXPECT_SENT(1, 0);
}

Test(source_log, garbage_is_counted_and_told_and_harms_no_neighbour)
{
    static char bytes[10000000];
    uint64_t seed = 7;
    follow();
    requests(2, "new");
    memset(bytes, 'x', sizeof bytes);
    bytes[sizeof bytes - 1] = '\n';
    log_writer_append(w.path, bytes, sizeof bytes);
    requests(1, "legacy");
    EXPECT_SENT(2, 1);
    cr_expect_eq(r.n_rejected, 1);
    cr_expect_not_null(strstr(r.note, "are not understood"), "%s", r.note);
    cr_expect_not_null(strstr(r.note, "65536"), "%s", r.note);
    int n = 0;
    for (size_t i = 0; i < 50000; i++) {
        seed = seed * UINT64_C(6364136223846793005) + 1;
        bytes[i] = (char)(seed >> 50);
        n += bytes[i] == '\n' ? 1 : 0;
    }
    log_writer_append(w.path, bytes, 50000);
    log_writer_append(w.path, "\n", 1);
    requests(3, "new");
    EXPECT_SENT(3, 0);
    cr_expect(r.n_rejected > n / 2 && r.n_rejected <= n + 1, "%d of %d", (int)r.n_rejected, n);
    for (const char *p = r.note; *p != '\0'; p++)
        cr_expect(*p >= 0x20 && *p < 0x7F);
    requests(1, "new");
    EXPECT_SENT(1, 0);
    cr_expect(r.n_rejected == 0 && r.note[0] == '\0');
}

Test(source_log, a_log_of_which_nothing_is_understood_is_a_fault_and_not_zero)
{
    follow();
    log_writer_append(w.path, "what is this\nand that\n", 22);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "none of 2 lines"));
    cr_expect_not_null(strstr(e.text, "what is this"));
    requests(1, "new");
    EXPECT_SENT(1, 0);
}

Test(source_log, when_the_form_of_lines_changes_it_is_found_anew)
{
    static const char alb[] =
        "https 2026-11-23T00:46:29.850000Z app/x 1.2.3.4:5 10.0.0.9:80 0.001 0.020 0.000 200 200 "
        "34 366 \"GET https://x:443/ HTTP/1.1\" \"curl\" - -\n";
    const split_source_field fields[] = {{0, "arm", "10.0.0.8:80, 10.0.0.9:80"}};
    o.fields = fields;
    o.n_fields = 1;
    follow();
    requests(3, "legacy");
    EXPECT_SENT(0, 3);
    log_writer_append(w.path, alb, sizeof alb - 1);
    log_writer_append(w.path, alb, 50);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    log_writer_append(w.path, alb + 50, sizeof alb - 51);
    log_writer_append(w.path, alb, sizeof alb - 1);
    EXPECT_SENT(2, 0);
    cr_expect_eq(r.n_rejected, 0);
}

Test(source_log, columns_that_the_start_of_the_file_names_are_known_at_its_end)
{
    static const char head[] = "#Version: 1.0\n#Fields: date time sc-status cs(Cookie) "
                               "time-to-first-byte cs-method\n";
    static const char line[] = "2026-11-23\t00:44:31\t503\tv=new;%20x=1\t0.042\tGET-AND-MORE\n";
    const split_source_field fields[] = {{0, "variant_cookie", "v"}};
    o.fields = fields;
    o.n_fields = 1;
    log_writer_append(w.path, head, sizeof head - 1);
    for (int i = 0; i < 400; i++)
        log_writer_append(w.path, line, sizeof line - 1);
    follow();
    log_writer_append(w.path, line, sizeof line - 1);
    EXPECT_SENT(1, 0);
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR), 1);
    cr_expect_eq(split_reading_percentile(&r.latency[0], 50000000) / 10000, 4);
    log_writer_append(w.path, "rubbish\n", 8);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    log_writer_append(w.path, line, sizeof line - 1);
    EXPECT_SENT(1, 0);
}

Test(source_log, one_look_takes_a_bounded_number_of_bytes_and_the_next_goes_on)
{
    char line[LOG_WRITER_LINE];
    size_t len = log_writer_line(line, "new", 200, 20);
    o.max_read_bytes = 3 * len + 10;
    follow();
    requests(7, "new");
    EXPECT_SENT(3, 0);
    cr_expect_not_null(strstr(r.note, "grows faster"));
    cr_assert_eq(rename(w.path, log_writer_path(&w, "access.log.1")), 0);
    requests(1, "new");
    EXPECT_SENT(3, 0);
    EXPECT_SENT(2, 0);
    EXPECT_NOTHING();
    split_source_free(&source);
    o.max_read_bytes = 0;
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
}

Test(source_log, gzip_that_grows_member_by_member_is_followed)
{
    char line[LOG_WRITER_LINE];
    size_t len = log_writer_line(line, "new", 200, 20);
    log_writer_gzip(w.path, 5000, "new", 200, 20);
    follow();
    EXPECT_NOTHING();
    log_writer_gzip(w.path, 3, "new", 200, 20);
    EXPECT_SENT(3, 0);
    log_writer_gzip(w.path, 100000, "legacy", 200, 20);
    EXPECT_SENT(0, 100000);
    cr_assert_eq(rename(w.path, log_writer_path(&w, "access.log.1.gz")), 0);
    log_writer_gzip(w.path, 4, "new", 200, 20);
    EXPECT_SENT(4, 0);
    split_source_free(&source);
    o.max_read_bytes = len * 1000;
    follow();
    log_writer_gzip(w.path, 2500, "new", 200, 20);
    EXPECT_SENT(1000, 0);
    EXPECT_SENT(1000, 0);
    EXPECT_SENT(500, 0);
}

Test(source_log, damaged_gzip_is_told_and_the_next_member_counts)
{
    follow();
    log_writer_gzip(w.path, 3, "new", 200, 20);
    EXPECT_SENT(3, 0);
    log_writer_append(w.path, "\x1f\x8b\x08 this is no gzip at all, nor this", 36);
    log_writer_gzip(w.path, 2, "new", 200, 20);
    EXPECT_SENT(2, 0);
    cr_expect_not_null(strstr(r.note, "damaged"), "%s", r.note);
}

Test(source_log, a_member_may_come_in_pieces)
{
    static char bytes[65536];
    const char *whole = log_writer_path(&w, "whole.gz");
    log_writer_gzip(whole, 300, "new", 200, 20);
    int fd = open(whole, O_RDONLY);
    ssize_t n = read(fd, bytes, sizeof bytes);
    close(fd);
    cr_assert_gt(n, 100);
    follow();
    log_writer_append(w.path, bytes, 1);
    EXPECT_NOTHING();
    int sent = 0;
    for (ssize_t at = 1; at < n; at += 7) {
        log_writer_append(w.path, bytes + at, (size_t)(n - at < 7 ? n - at : 7));
        if (split_source_read(source, &r, &e) == 0)
            sent += (int)split_arm_get(&r.arm[0], SPLIT_COUNTER_SENT);
    }
    cr_expect_eq(sent, 300);
}

static const char *
assign(void *ctx, const char *visitor, size_t visitor_len, split_us at_us)
{
    *(split_us *)ctx = at_us;
    return visitor_len == 2 && visitor[1] == '1' ? "new" : "legacy";
}

Test(source_log, the_arm_may_be_an_upstream_a_cookie_or_assigned_again)
{
    static const char form[] = "1 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" "
                               "\"-\" upstream=%s cookie=\"%s\"\n";
    static const char *const lines[][2] = {{"be_new", "-"}, {"legacy", "-"}, {"x", "id=u1"},
                                           {"x", "id=u2"},  {"x", "a=b"},    {"10.0.0.1:80", "-"}};
    split_us asked = 0;
    o.cookie = "id";
    o.assign = assign;
    o.assign_ctx = &asked;
    follow();
    for (size_t i = 0; i < 6; i++) {
        char line[LOG_WRITER_LINE];
        int n = snprintf(line, sizeof line, form, lines[i][0], lines[i][1]);
        log_writer_append(w.path, line, (size_t)n);
    }
    EXPECT_SENT(2, 2);
    cr_expect_eq(asked, INT64_C(1795394789000000));
    cr_expect(!split_arm_has(&r.arm[0], SPLIT_COUNTER_TIMED), "no latency in this log");
    cr_expect_eq(r.arm[0].over_present, 0);
}

Test(source_log, a_whole_file_may_be_one_arms)
{
    char named[200];
    snprintf(named, sizeof named, "log:legacy=%s", w.path);
    o.spec = named;
    follow();
    requests(3, "whatever");
    cr_assert_eq(split_source_read(source, &r, &e), 0);
    cr_expect(!r.has_arm[0] && r.has_arm[1]);
    cr_expect_eq(split_arm_get(&r.arm[1], SPLIT_COUNTER_SENT), 3);
}

Test(source_log, requests_of_neither_arm_are_a_fault_until_an_arm_was_seen)
{
    follow();
    requests(3, "third");
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "none of 3 requests"));
    requests(1, "new");
    EXPECT_SENT(1, 0);
    requests(3, "third");
    EXPECT_SENT(0, 0);
}

Test(source_log, what_is_no_log_file_is_told)
{
    cr_assert_eq(mkdir(w.path, 0700), 0);
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_IO);
    cr_expect_not_null(strstr(e.text, "directory"));
    cr_assert_eq(rmdir(w.path), 0);
    requests(2, "new");
    EXPECT_NOTHING();
    requests(2, "new");
    EXPECT_SENT(2, 0);
}

Test(source_log, a_file_that_gets_its_name_back_goes_on_where_it_was)
{
    char a[256];
    char b[256];
    snprintf(a, sizeof a, "%s.a", w.path);
    snprintf(b, sizeof b, "%s.b", w.path);
    requests(3, "new");
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    EXPECT_NOTHING();
    requests(4, "new");
    EXPECT_SENT(4, 0);
    cr_assert_eq(rename(w.path, a), 0);
    requests(2, "new");
    EXPECT_SENT(2, 0);
    cr_assert(rename(w.path, b) == 0 && rename(a, w.path) == 0);
    requests(5, "new");
    EXPECT_SENT(5, 0);
    log_writer_requests(b, 1, "new", 200, 1);
    EXPECT_SENT(1, 0);
    unlink(b);
}

Test(source_log, what_old_files_gave_stays_when_the_present_one_cannot_be_read)
{
    char old[256];
    snprintf(old, sizeof old, "%s.1", w.path);
    requests(1, "new");
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    EXPECT_NOTHING();
    cr_assert(rename(w.path, old) == 0 && mkdir(w.path, 0700) == 0);
    log_writer_requests(old, 3, "new", 200, 1);
    cr_assert_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_SENT), 3);
    cr_expect_not_null(strstr(r.note, "cannot be read"), "%s", r.note);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_IO);
    cr_assert(rmdir(w.path) == 0 && unlink(old) == 0);
}

Test(source_log, a_pipe_is_read_as_it_is_written)
{
    static const char line[] = "1.2.3.4 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 200 3 "
                               "\"-\" \"-\" variant=new\n";
    cr_assert_eq(mkfifo(w.path, 0600), 0);
    cr_assert_eq(split_source_new(&o, &source, &e), 0);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    int fd = open(w.path, O_WRONLY | O_NONBLOCK);
    cr_assert_geq(fd, 0);
    for (int window = 1; window < 3; window++) {
        for (int i = 0; i < window; i++)
            cr_assert_eq(write(fd, line, sizeof line - 1), (ssize_t)sizeof line - 1);
        EXPECT_SENT(window, 0);
    }
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA, "nothing new");
    close(fd);
}

Test(source_log, attempts_and_statuses_count_as_the_policy_says)
{
    static const char lines[] =
        "1 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 200 3 \"-\" \"-\" us=500 : 200 "
        "upstream=10.0.0.1:80 : 10.0.0.2:80\n"
        "1 - - [23/Nov/2026:00:46:29 +0000] \"GET / HTTP/1.1\" 429 3 \"-\" \"-\" us=\"429\" "
        "upstream=\"10.0.0.1:80\"\n";
    const split_source_field fields[] = {{0, "arm", "10.0.0.1:80"},
                                         {0, "baseline", "10.0.0.2:80"},
                                         {0, "statuses", "500-599,429"},
                                         {0, "tz", "+01:00"}};
    const split_source_field wrong[] = {{0, "statuses", "5xx"}, {0, "tz", "Mars"}};
    for (int i = 0; i < 2; i++) {
        o.fields = &wrong[i];
        o.n_fields = 1;
        cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
        cr_expect_not_null(strstr(e.text, wrong[i].text));
    }
    o.fields = fields;
    o.n_fields = 4;
    cr_assert_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
    FILE *f = fopen(w.path, "wb");
    cr_assert_not_null(f);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_assert(fputs(lines, f) >= 0 && fclose(f) == 0);
    cr_assert_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    cr_expect(split_arm_get(&r.arm[0], SPLIT_COUNTER_SENT) == 2 &&
              split_arm_get(&r.arm[0], SPLIT_COUNTER_ERROR) == 2);
    cr_expect(split_arm_get(&r.arm[1], SPLIT_COUNTER_SENT) == 1 &&
              split_arm_get(&r.arm[1], SPLIT_COUNTER_ERROR) == 0);
    cr_expect_eq(split_arm_get(&r.arm[0], SPLIT_COUNTER_USER_ERRORS), 1);
}

Test(source_log, names_of_the_policy_are_checked)
{
    split_source_field fields[] = {{0, "cookie", "id"}, {1, "cookie", "id"}};
    o.fields = fields;
    o.n_fields = 2;
    cr_expect_eq(split_source_new(&o, &source, &e), 0);
    split_source_free(&source);
    fields[1].text = "other";
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "both given"));
    fields[1].field = "variant_cookie";
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "not both"));
    fields[1] = (split_source_field){1, "format", "w3c"};
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
    cr_expect_not_null(strstr(e.text, "no format 'w3c'"));
    fields[1].text = "haproxy http";
    cr_expect_eq(split_source_new(&o, &source, &e), 0);
    fields[1].field = "";
    split_source_free(&source);
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_FIELD);
    o.n_fields = 0;
    o.spec = "log:";
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
    o.spec = "log:new=";
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
}

Test(source_log, several_logs_are_summed)
{
    static split_reading sum, one;
    split_source *second = NULL;
    char other[160];
    split_source_options second_options;
    log_writer_options(&second_options, other, log_writer_path(&w, "other.log"));
    follow();
    cr_assert_eq(split_source_new(&second_options, &second, &e), 0);
    cr_expect_eq(split_source_read(second, &one, &e), SPLIT_ERR_NO_DATA);
    requests(3, "new");
    log_writer_requests(log_writer_path(&w, "other.log"), 4, "new", 500, 20);
    log_writer_append(log_writer_path(&w, "other.log"), "?\n", 2);
    split_reading_init(&sum);
    EXPECT_SENT(3, 0);
    split_reading_add(&sum, &r);
    cr_assert_eq(split_source_read(second, &one, &e), 0);
    split_reading_add(&sum, &one);
    cr_expect_eq(split_arm_get(&sum.arm[0], SPLIT_COUNTER_SENT), 7);
    cr_expect_eq(split_arm_get(&sum.arm[0], SPLIT_COUNTER_ERROR), 4);
    cr_expect(sum.n_sources == 2 && sum.n_rejected == 1);
    cr_expect_str_eq(sum.note, one.note);
    split_source_free(&second);
}

Test(source_log, paths_may_be_relative)
{
    o.spec = "log:access.log";
    cr_assert_eq(chdir(w.folder), 0);
    follow();
    requests(3, "new");
    EXPECT_SENT(3, 0);
    cr_expect_str_eq(split_source_spec(source), "log:access.log");
    cr_assert_eq(chdir("/"), 0);
}
