/* SPDX-License-Identifier: MIT */
/* Windows that something else counted: from a command, a file, a pipe and a URL; each once, and never from a bad answer. */
#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "canned_server.h"
#include "split/source.h"

#define HEAD "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n"
#define W(minute, counts)                                                                          \
    "{\"id\":1,\"start\":\"2026-11-23T00:" minute ":00Z\",\"arms\":{\"new\":{" counts              \
    "},\"legacy\":{\"sent\":90,\"outcomes\":90,\"error\":0},\"third\":{\"sent\":7}}}\n"
#define COUNTS "\"sent\":10,\"outcomes\":10,\"error\":1"

static split_metric metrics[3];
static split_source_options o;
static split_http_options http;
static char folder[] = "/tmp/split-windows-XXXXXX";
static char file[64];
static char spec[2048];
static split_source *source;
static split_reading r;
static split_error e;

static void
begin(void)
{
    cr_assert_not_null(mkdtemp(folder));
    snprintf(file, sizeof file, "%s/windows", folder);
    cr_assert_eq(split_metric_init(&metrics[0], SPLIT_METRIC_ERROR), 0);
    cr_assert_eq(split_metric_init(&metrics[1], SPLIT_METRIC_LATENCY), 0);
    cr_assert_eq(split_metric_init(&metrics[2], SPLIT_METRIC_RATIO), 0);
    strcpy(metrics[0].name, "error_rate");
    strcpy(metrics[1].name, "p95");
    strcpy(metrics[2].name, "checkout");
    split_source_options_init(&o);
    split_http_options_init(&http);
    http.tries = 1;
    o.http = &http;
    o.arms[SPLIT_READING_ARM] = "new";
    o.arms[SPLIT_READING_BASELINE] = "legacy";
    o.metrics = metrics;
    o.n_metrics = 3;
    o.window_us = 2000000;
    o.spec = spec;
    e.size = sizeof e;
}

static void
end(void)
{
    split_source_free(&source);
    unlink(file);
    rmdir(folder);
}

TestSuite(source_windows, .init = begin, .fini = end);

static void
write_file(const char *mode, const char *text)
{
    FILE *f = fopen(file, mode);
    cr_assert_not_null(f);
    cr_assert(fputs(text, f) >= 0 && fclose(f) == 0);
}

static int64_t
sent(int arm)
{
    return split_arm_get(&r.arm[arm], SPLIT_COUNTER_SENT);
}

static void
open_spec(const char *format, const char *place)
{
    snprintf(spec, sizeof spec, format, place);
    cr_assert_eq(split_source_new(&o, &source, &e), 0, "%s", e.text);
}

Test(source_windows, a_file_is_followed_and_each_window_counts_once)
{
    write_file("wb", W("01", COUNTS));
    open_spec("windows:%s", file);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA,
                 "what was there before is not counted");
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    write_file("ab",
               W("01", COUNTS) W("02", COUNTS) W("03", COUNTS) "{\"id\":1,\"start\":\"2026-11");
    cr_assert_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    cr_expect(sent(0) == 20 && sent(1) == 180 && r.note[0] == '\0', "%lld %s", (long long)sent(0),
              r.note);
    write_file("ab", "-23T00:04:00Z\",\"arms\":{\"new\":{\"sent\":5}}}\n" W("02", COUNTS));
    cr_assert_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    cr_expect(sent(0) == 5 && !r.has_arm[1]);
    cr_expect_not_null(strstr(r.note, "late or twice"));
    cr_assert_eq(unlink(file), 0);
    write_file("wb", W("04", COUNTS) W("05", COUNTS));
    cr_assert_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    cr_expect_eq(sent(0), 10, "a new file of that name; the window of before is known");
    split_source_mark(source);
    write_file("ab", W("06", COUNTS));
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA,
                 "it began before the traffic changed");
    cr_assert_eq(unlink(file), 0);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_IO);
}

Test(source_windows, rows_of_sql_are_windows)
{
    static const char rows[] =
        "{\"start\":\"2026-11-23 "
        "00:02:00\",\"variant\":\"new\",\"sent\":\"10\",\"outcomes\":10,\"error\":\"1\",\"timed\":"
        "10,"
        "\"p95_over_target\":3,\"p95_over_warning\":2,\"p95_over_critical\":1,\"checkout_bad\":4,"
        "\"checkout_total\":9,"
        "\"misses\":null,\"x-note\":\"any\"}\n"
        "{\"start\":\"2026-11-23 "
        "00:02:00.000\",\"variant\":\"legacy\",\"sent\":90,\"outcomes\":90,\"error\":0}\n";
    write_file("wb", W("01", COUNTS));
    open_spec("windows:%s", file);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    write_file("ab", rows);
    cr_assert_eq(split_source_read(source, &r, &e), 0, "%s", e.text);
    const split_arm *arm = &r.arm[0];
    cr_expect(sent(0) == 10 && sent(1) == 90 && split_arm_get(arm, SPLIT_COUNTER_ERROR) == 1);
    cr_expect(arm->over[3] == 3 && arm->over[4] == 2 && arm->over[5] == 1 &&
              arm->over_present == 2);
    cr_expect(arm->ratio[4] == 4 && arm->ratio[5] == 9 && arm->ratio_present == 4);
    cr_expect(!split_arm_has(arm, SPLIT_COUNTER_MISSES), "null is not counted, and no zero");
}

Test(source_windows, a_pipe_and_a_url_are_read)
{
    cr_assert_eq(mkfifo(file, 0600), 0);
    open_spec("windows:%s", file);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    FILE *f = fopen(file, "r+b");
    cr_assert(f != NULL && fputs(W("02", COUNTS), f) >= 0 && fflush(f) == 0);
    cr_expect(split_source_read(source, &r, &e) == 0 && sent(0) == 10);
    fclose(f);
    split_source_free(&source);
    static const char *const answers[] = {HEAD W("01", COUNTS),
                                          HEAD W("01", COUNTS) W("02", COUNTS),
                                          "HTTP/1.1 500 No\r\nConnection: close\r\n\r\n"};
    canned_server s;
    char url[64];
    cr_assert_eq(canned_server_start(&s, answers, 3), 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/w", s.port);
    open_spec("windows:%s", url);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_expect(split_source_read(source, &r, &e) == 0 && sent(0) == 10);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "status 500"));
    canned_server_stop(&s);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NET);
}

Test(source_windows, a_command_knows_since_when)
{
    write_file("wb", W("01", COUNTS));
    open_spec("exec:cat %s; test \"$SPLIT_VARIANT-$SPLIT_BASELINE-$SPLIT_WINDOW_US\" = "
              "new-legacy-2000000",
              file);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA, "%s", e.text);
    write_file("ab", W("02", COUNTS));
    cr_expect(split_source_read(source, &r, &e) == 0 && sent(0) == 10, "%s", e.text);
    split_source_free(&source);
    open_spec("exec:cat %s; test -z \"$SPLIT_SINCE\" || test $SPLIT_SINCE = 2026-11-23T00:02:00Z "
              "|| echo \"wrong\" >&2",
              file);
    cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA, "%s", e.text);
}

/* What is no window, and a part of the sentence about it. */
static const struct {
    const char *text;
    const char *says;
} bad[] = {
    {"{", "no JSON"},
    {"hello\n", "no JSON"},
    {"[1]\n", "no object"},
    {"3\n", "no object"},
    {"{}\n", "neither"},
    {"{\"start\":\"2026-11-23T00:09:00Z\"}\n", "neither"},
    {"{\"arms\":{}}\n", "no start"},
    {"{\"start\":5,\"arms\":{}}\n", "no time"},
    {"{\"start\":\"yesterday\",\"arms\":{}}\n", "no time"},
    {"{\"start\":\"2026-13-23T00:09:00Z\",\"arms\":{}}\n", "no time"},
    {"{\"start\":\"2026-11-23T00:09:00Z\",\"arms\":{\"new\":3}}\n", "no object"},
    {W("09", "\"sent\":-1"), "'sent' is no whole number"},
    {W("09", "\"sent\":1.5"), "'sent' is no whole number"},
    {W("09", "\"sent\":\"ten\""), "'sent' is no whole number"},
    {W("09", "\"sent\":1e300"), "'sent' is no whole number"},
    {W("09", "\"sent\":9007199254740994"), "'sent' is no whole number"},
    {W("09", "\"sent\":true"), "'sent' is no whole number"},
    {W("09", "\"snet\":1"), "'snet' is no counter"},
    {W("09", "\"sent\":1,\"outcomes\":1,\"error\":2"), "impossible"},
    {W("09", "\"latency_over\":{\"p95\":[1,2]}"), "not as many"},
    {W("09", "\"latency_over\":{\"p96\":[1,2,3]}"), "no metric"},
    {W("09", "\"latency_over\":7"), "no object"},
    {W("09", "\"ratios\":{\"checkout\":[5,3]}"), "impossible"},
    {W("09", COUNTS) "{\"start\":", "line 2"},
};

Test(source_windows, a_bad_answer_gives_one_sentence_and_no_data)
{
    size_t n = sizeof bad / sizeof bad[0];
    cr_assert_geq(n, 20);
    for (size_t i = 0; i < n; i++) {
        write_file("wb", W("01", COUNTS));
        open_spec("exec:cat %s", file);
        cr_assert_eq(split_source_read(source, &r, &e), SPLIT_ERR_NO_DATA);
        write_file("wb", bad[i].text);
        cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER, "answer %zu", i);
        cr_expect(!r.has_arm[0] && !r.has_arm[1] && r.arm[0].present == 0, "answer %zu", i);
        cr_expect_not_null(strstr(e.text, bad[i].says), "answer %zu: %s", i, e.text);
        write_file("wb", W("09", COUNTS));
        cr_expect(split_source_read(source, &r, &e) == 0 && sent(0) == 10, "after answer %zu: %s",
                  i, e.text);
        split_source_free(&source);
    }
}

Test(source_windows, commands_that_fail_or_hang_say_so)
{
    open_spec("exec:%s", "echo first; echo 'no such table: \033[2Jx'; exit 3");
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "ended with 3: no such table"), "%s", e.text);
    cr_expect_null(strchr(e.text, '\033'));
    split_source_free(&source);
    o.window_us = 100000;
    open_spec("exec:%s", "sleep 60");
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_NET);
    cr_expect_not_null(strstr(e.text, "in time"), "%s", e.text);
    split_source_free(&source);
    open_spec("exec:%s", "nonsense-that-is-no-command 2>&1");
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_PEER);
    cr_expect_not_null(strstr(e.text, "127"), "%s", e.text);
}

Test(source_windows, places_and_names_are_checked)
{
    static const char *const specs[] = {"exec:", "exec:  ", "windows:"};
    const split_source_field field = {0, "bad", "x"};
    for (size_t i = 0; i < 3; i++) {
        strcpy(spec, specs[i]);
        cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_VALUE);
    }
    o.fields = &field;
    o.n_fields = 1;
    strcpy(spec, "exec:true");
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_FIELD);
    strcpy(spec, "windows:x");
    cr_expect_eq(split_source_new(&o, &source, &e), SPLIT_ERR_FIELD);
    o.n_fields = 0;
    open_spec("windows:%s", "/nowhere/at/all");
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_IO);
    split_source_free(&source);
    open_spec("windows:%s", "/tmp");
    cr_expect_eq(split_source_read(source, &r, &e), SPLIT_ERR_IO);
}
