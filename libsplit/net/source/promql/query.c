/* SPDX-License-Identifier: MIT */
/* design/sources.md Q1, Q2: expressions are checked as far as a text can be, and asked for in one
 * query. */
#include "net/source/promql/query.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/source/promql/series.h"
#include "net/source/source.h"

#define ARM "$arm"

static const char *const own[] = {"arm", "baseline", "token", "user", "password"};

/* The byte after a quoted text that begins at p. */
static const char *
skip_quoted(const char *p)
{
    char quote = *p++;
    for (; *p != '\0' && *p != quote; p++)
        if (*p == '\\' && quote != '`' && p[1] != '\0')
            p++;
    return *p == '\0' ? p : p + 1;
}

static const char *
skip_blanks(const char *p)
{
    return p + strspn(p, " \t\r\n");
}

/* A range such as x[1m], outside of quotes and comments: the mark of rate(), increase() and their
 * like. */
static bool
has_range(const char *p)
{
    while (*p != '\0' && *p != '[') {
        if (*p == '"' || *p == '\'' || *p == '`')
            p = skip_quoted(p);
        else if (*p == '#')
            p += strcspn(p, "\n");
        else
            p++;
    }
    return *p == '[';
}

/* NAME or NAME{...} and nothing else: only of such an expression timestamp() tells when samples
 * came. */
static bool
is_selector(const char *text)
{
    const char *p = skip_blanks(text);
    size_t n = strspn(p, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_:0123456789");
    if (n == 0)
        return false;
    p = skip_blanks(p + n);
    if (*p == '{') {
        while (*p != '\0' && *p != '}')
            p = *p == '"' || *p == '\'' || *p == '`' ? skip_quoted(p) : p + 1;
        p = *p == '\0' ? p : skip_blanks(p + 1);
    }
    return *p == '\0';
}

static int
check_text(const promql_query *q, const split_source_field *f, split_error *error)
{
    const char *metric = q->options.metrics[f->metric].name;
    if (has_range(f->text))
        return split__net_fault(
            error, SPLIT_ERR_VALUE,
            "promql: '%.64s' of '%.64s' has a range in [...]; name the counters "
            "themselves, without rate() or increase(): differences are taken here",
            f->field, metric);
    bool both = q->arm[SPLIT_READING_ARM] != NULL && q->arm[SPLIT_READING_BASELINE] != NULL;
    if (both && strstr(f->text, ARM) == NULL)
        return split__net_fault(error, SPLIT_ERR_VALUE,
                                "promql: '%.64s' of '%.64s' lacks " ARM
                                ", so both systems would get the same counts",
                                f->field, metric);
    return SPLIT_OK;
}

/* Index of the expression of this field, taken on when its text is a new one. There is room: a
 * metric has at most three texts of its own, and the kinds share ten more. */
static int32_t
take_text(promql_query *q, const split_source_field *f, bool is_histogram)
{
    uint32_t e = 0;
    while (e < q->n && strcmp(q->text[e], f->text) != 0)
        e++;
    assert(e < PROMQL_EXPRESSIONS_MAX);
    if (e == q->n) {
        q->n++;
        q->text[e] = f->text;
        q->field[e] = f->field;
        q->metric[e] = f->metric;
        q->has_age[e] = is_selector(f->text);
    }
    q->is_histogram[e] = q->is_histogram[e] || is_histogram;
    return (int32_t)e;
}

static int
take_field(promql_query *q, const split_source_field *f, split_error *error)
{
    int role = split__field_role(q->options.metrics[f->metric].kind, f->field);
    if (role < 0)
        return SPLIT_OK; /* a name of the source itself */
    int rc = check_text(q, f, error);
    if (rc != SPLIT_OK)
        return rc;
    q->expression[f->metric][role] = take_text(q, f, role == FIELD_HISTOGRAM);
    return SPLIT_OK;
}

int
split__promql_query_open(promql_query *q, const split_source_options *o, split_error *error)
{
    static const char *const arms[SPLIT_READING_ARM_COUNT] = {"arm", "baseline"};
    int rc = split__fields_check(o, "promql", own, sizeof own / sizeof own[0], error);
    if (rc != SPLIT_OK)
        return rc;
    q->options = *o;
    memset(q->expression, 0xff, sizeof q->expression);
    for (int a = 0; a < SPLIT_READING_ARM_COUNT; a++) {
        const char *text = split__field_own(o, arms[a]);
        q->arm[a] = o->arms[a] == NULL || text == NULL ? o->arms[a] : text;
    }
    for (size_t i = 0; rc == SPLIT_OK && i < o->n_fields; i++)
        rc = take_field(q, &o->fields[i], error);
    if (rc == SPLIT_OK && q->n == 0)
        return split__net_fault(
            error, SPLIT_ERR_FIELD,
            "promql: no metric has expressions; write \"sources\": {\"promql\": {\"bad\": ..., "
            "\"total\": ...}} into the policy");
    return rc;
}

/* The text with the arm's name in place of $arm. */
static void
put_text(FILE *out, const promql_query *q, uint32_t slot)
{
    const char *p = q->text[slot / SPLIT_READING_ARM_COUNT];
    for (const char *at; (at = strstr(p, ARM)) != NULL; p = at + strlen(ARM)) {
        fwrite(p, 1, (size_t)(at - p), out);
        fputs(q->arm[slot % SPLIT_READING_ARM_COUNT], out);
    }
    fputs(p, out);
}

/* Line ends keep a comment at the end of an expression to itself. */
static void
put_slot(FILE *out, const promql_query *q, uint32_t slot, const char *age)
{
    fputs("label_replace(\n", out);
    put_text(out, q, slot);
    fprintf(out, "\n,\"" PROMQL_SLOT_LABEL "\",\"%u\",\"\",\"\")", (unsigned)slot);
    if (!q->has_age[slot / SPLIT_READING_ARM_COUNT])
        return;
    fprintf(out, "\nor label_replace(%s(timestamp(\n", age);
    put_text(out, q, slot);
    fprintf(out, "\n)),\"" PROMQL_SLOT_LABEL "\",\"t%u\",\"\",\"\")", (unsigned)slot);
}

static char *
encode(const char *text, long long timeout_ms)
{
    char *form = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&form, &n);
    if (out == NULL)
        return NULL;
    fprintf(out, "timeout=%lldms&query=", timeout_ms);
    for (const char *p = text; *p != '\0'; p++) {
        unsigned char c = (unsigned char)*p;
        bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                     c == '_' || c == '-' || c == '.';
        if (plain)
            fputc(c, out);
        else
            fprintf(out, "%%%02X", c);
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return form;
    free(form);
    return NULL;
}

/* The query for the slots from `first` to before `end`, as a form; without `age` their bare
 * texts. */
static char *
make_form(const promql_query *q, uint32_t first, uint32_t end, const char *age)
{
    char *text = NULL;
    char *form = NULL;
    size_t n = 0;
    bool any = false;
    FILE *out = open_memstream(&text, &n);
    if (out == NULL)
        return NULL;
    for (uint32_t slot = first; slot < end; slot++) {
        if (q->arm[slot % SPLIT_READING_ARM_COUNT] == NULL)
            continue;
        if (any)
            fputs("\nor ", out);
        if (age != NULL)
            put_slot(out, q, slot, age);
        else
            put_text(out, q, slot);
        any = true;
    }
    bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        form = encode(text, (long long)(q->options.http->timeout_us / 1000));
    free(text);
    return form;
}

char *
split__promql_query_form(const promql_query *q, bool of_oldest)
{
    return make_form(q, 0, q->n * SPLIT_READING_ARM_COUNT, of_oldest ? "min" : "max");
}

char *
split__promql_query_form_one(const promql_query *q, uint32_t slot)
{
    return make_form(q, slot, slot + 1, NULL);
}
