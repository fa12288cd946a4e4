/* SPDX-License-Identifier: MIT */
/* The price file: its head, loading and looking up. */
#include "compare/prices.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "split/net.h"
#include "split/policy.h"

#include "cli/cli.h"
#include "cli/load.h"
#include "compare/prices_read.h"

#define N_OF(rows) (sizeof(rows) / sizeof(rows)[0])
#define TEXT_MAX 1000

/* ISO 4217, without funds, metals and test codes. */
static const char currencies[] =
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP "
    "BYN BZD CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR "
    "KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK "
    "MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR "
    "SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS "
    "UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF XPF YER ZAR ZMW ZWG";

static void
read_schema(form_reader *r, const char *path, const cJSON *value, void *object)
{
    (void)object;
    if (!cJSON_IsNumber(value) || value->valuedouble != 1)
        form_fault(r, path, "This version of splitctl reads schema 1.");
}

/* Digits and dashes of "2026-11-23", the day of the calendar checked by the clock of split-net. */
static void
read_date(form_reader *r, const char *path, const cJSON *value, void *object)
{
    prices *p = object;
    char instant[40];
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    snprintf(instant, sizeof instant, "%.10sT00:00:00Z", text);
    if (strlen(text) == 10 && split_time_read(instant, strlen(instant), &p->as_of_us) == SPLIT_OK)
        p->as_of = text;
    else
        form_fault(r, path, "This must be the day of the prices, such as \"2026-11-23\".");
}

static void
read_currency(form_reader *r, const char *path, const cJSON *value, void *object)
{
    prices *p = object;
    const char *text = cJSON_IsString(value) ? value->valuestring : "";
    if (strlen(text) == 3 && strchr(text, ' ') == NULL && strstr(currencies, text) != NULL)
        p->currency = text;
    else if (text[0] != '\0' && strlen(text) <= 16 && form_printable(text))
        form_fault(r, path,
                   "There is no currency \"%s\"; name one as ISO 4217 does, such as "
                   "\"USD\" or \"EUR\".",
                   text);
    else
        form_fault(r, path, "This must be a currency as ISO 4217 names it, such as \"USD\".");
}

static void
read_note(form_reader *r, const char *path, const cJSON *value, void *object)
{
    (void)form_text(r, path, value, TEXT_MAX, &((prices *)object)->note);
}

static void *
place_omission(form_reader *r, const char *path, const cJSON *entry, void *object)
{
    prices *p = object;
    (void)entry;
    if (p->n_omissions < PRICES_OMISSIONS_MAX)
        return &p->omissions[p->n_omissions++];
    form_fault(r, path, "There may be at most %d omissions.", PRICES_OMISSIONS_MAX);
    return NULL;
}

static void
read_omission(form_reader *r, const char *path, const cJSON *value, void *object)
{
    (void)form_text(r, path, value, TEXT_MAX, object);
}

static void
read_omissions(form_reader *r, const char *path, const cJSON *value, void *object)
{
    form_list(r, path, value, place_omission, read_omission, object);
}

/* Lines name items, and the router one of the routers: those come first. */
static const form_row file_rows[] = {
    {"$schema", false, NULL},
    {"schema", true, read_schema},
    {"as_of", true, read_date},
    {"currency", true, read_currency},
    {"note", false, read_note},
    {"omissions", false, read_omissions},
    {"items", true, prices_read_items},
    {"origins", false, prices_read_origins},
    {"routers", false, prices_read_routers},
    {"router", false, prices_read_router},
};

/* A fault of the whole file. */
static void
tell_file(const form_reader *r, int code, const char *sentence, int line, int column)
{
    split_error fault = {.size = sizeof fault, .code = code, .path = "$"};
    fault.line = (uint32_t)line;
    fault.column = (uint32_t)column;
    snprintf(fault.text, sizeof fault.text, "%s", sentence);
    r->tell(&fault, r->ctx);
}

static cJSON *
parse(form_reader *r, const char *text, size_t n)
{
    const char *end = NULL;
    cJSON *tree = cJSON_ParseWithLengthOpts(text, n + 1, &end, 1);
    if (tree != NULL && memchr(text, '\0', n) == NULL)
        return tree;
    cJSON_Delete(tree);
    int line = 1;
    const char *start = text;
    for (const char *p = text; end != NULL && p < end && *p != '\0'; p++)
        if (*p == '\n') {
            line++;
            start = p + 1;
        }
    r->n_faults++;
    tell_file(r, SPLIT_ERR_JSON, "This is not valid JSON.", line,
              end != NULL && end >= start ? (int)(end - start) + 1 : 1);
    return NULL;
}

/* The whole text with a final zero, or NULL with errno set. */
static char *
read_text(const char *path, size_t *out_n)
{
    FILE *file = fopen(path, "rbe");
    char *text = file != NULL ? malloc(SPLIT_DOCUMENT_BYTES_MAX + 2) : NULL;
    if (text != NULL) {
        errno = 0;
        *out_n = fread(text, 1, SPLIT_DOCUMENT_BYTES_MAX + 1, file);
        text[*out_n] = '\0';
        if (ferror(file) || *out_n > SPLIT_DOCUMENT_BYTES_MAX) {
            errno = errno != 0 ? errno : EFBIG;
            free(text);
            text = NULL;
        }
    }
    if (file != NULL)
        fclose(file);
    return text;
}

size_t
prices_read(const char *path, prices_tell *tell, void *ctx, prices **out)
{
    size_t n = 0;
    form_reader r = {.tell = tell, .ctx = ctx};
    char *text = read_text(path, &n);
    if (text == NULL) {
        tell_file(&r, SPLIT_ERR_IO, strerror(errno), 0, 0);
        return 1;
    }
    cJSON *tree = parse(&r, text, n);
    prices *p = calloc(1, sizeof *p);
    free(text);
    if (tree == NULL || p == NULL) {
        cJSON_Delete(tree);
        free(p);
        return 1;
    }
    r.out = p;
    p->tree = tree;
    p->note = "";
    form_object(&r, "$", tree, file_rows, N_OF(file_rows), p);
    if (r.n_faults > 0)
        prices_free(&p);
    *out = p;
    return r.n_faults;
}

static void
report(const split_error *fault, void *ctx)
{
    report_fault(ctx, fault);
}

int
prices_load(const char *path, prices **out)
{
    char shown[CLI_PATH_MAX];
    snprintf(shown, sizeof shown, "%s", path);
    return prices_read(path, report, shown, out) == 0 ? CTL_OK : CTL_BAD_INPUT;
}

bool
prices_looks_like(const char *path)
{
    size_t n;
    char *text = read_text(path, &n);
    bool is = text != NULL && strstr(text, "\"as_of\"") != NULL &&
              strstr(text, "\"items\"") != NULL && strstr(text, "\"split\"") == NULL;
    free(text);
    return is;
}

void
prices_free(prices **p)
{
    if (*p == NULL)
        return;
    cJSON_Delete((*p)->tree);
    free(*p);
    *p = NULL;
}

const price_system *
prices_origin(const prices *p, const char *name)
{
    for (size_t i = 0; i < p->n_origins; i++)
        if (strcmp(p->origins[i].name, name) == 0)
            return &p->origins[i];
    return NULL;
}
