/* SPDX-License-Identifier: MIT */
/* The frame of split-vectors: kinds of files, and how a case fails. */
#ifndef TESTS_VECTORS_H
#define TESTS_VECTORS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

/* Counts of one run. */
typedef struct vectors_run {
    const char *file;
    unsigned n_passed;
    unsigned n_failed;
    bool unreadable; /* the file is not of this form: exit code 2 */
} vectors_run;

/* A kind of file, in a source file of its own: kind_<name>.c. `check` gets the text, terminated by
 * a zero byte. A kind whose cases are folders has `check_folder` in its place; run->file names
 * one. */
typedef struct vectors_kind {
    const char *name;
    void (*check)(vectors_run *run, const char *text, size_t text_len);
    void (*check_folder)(vectors_run *run);
} vectors_kind;

/* End a case: count it, and say why when it failed. `why` is a printf format, "expected ... got
 * ..."; NULL: passed. */
void vectors_case(vectors_run *run, const char *id, const char *why, ...)
    __attribute__((format(printf, 3, 4)));

/* Say that the file (or one case of it, if id is not NULL) is not of the form of its kind. */
void vectors_unreadable(vectors_run *run, const char *id, const char *why);

/* The whole of a file, terminated by a zero byte; NULL when it cannot be read. Free it. */
char *vectors_read(const char *path, size_t *out_len);

/* Parse a whole file as JSON; on failure says so and returns NULL. Free with cJSON_Delete. */
cJSON *vectors_parse(vectors_run *run, const char *text, size_t text_len);

/* Call `one` for each entry of the array "cases" of a JSON file; one(run, id, case). */
void vectors_each_case(vectors_run *run, const char *text, size_t text_len,
                       void (*one)(vectors_run *run, const char *id, const cJSON *item));

/* A whole number within [0, max]. */
bool vectors_u64(const cJSON *item, uint64_t max, uint64_t *out);

/* An array of n whole numbers within [0, max]; false also when it has another length. */
bool vectors_u64_array(const cJSON *array, uint64_t max, uint64_t *out, size_t n);

extern const vectors_kind vectors_assign;
extern const vectors_kind vectors_evidence;
extern const vectors_kind vectors_failover;
extern const vectors_kind vectors_reweight;
extern const vectors_kind vectors_verdict; /* only with split-policy */
extern const vectors_kind vectors_aws_v4a; /* only with split-net */

#endif
