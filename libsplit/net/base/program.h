/* SPDX-License-Identifier: MIT */
/* A program run with an input, an environment and a deadline. */
#ifndef SPLIT_NET_BASE_PROGRAM_H
#define SPLIT_NET_BASE_PROGRAM_H

#include "split/net.h"

/* Texts are borrowed. */
typedef struct program_call {
    const char *const *argv; /* ends with NULL; argv[0] is looked up in PATH */
    const char *const *env;  /* "NAME=value" added to the environment, ends with NULL; or NULL */
    const char *input;       /* its standard input; NULL for nothing */
    size_t input_len;
    split_us timeout_us; /* then it and its children are killed */
} program_call;

typedef struct program_answer {
    char *text; /* its standard output with a final zero, cut at 1 MiB */
    size_t text_len;
    int exit_code; /* 128 + the signal's number when one ended it */
} program_answer;

/* 0 when it ended, whatever its exit code; SPLIT_ERR_IO when it cannot be started; SPLIT_ERR_NET
 * after the time-out; SPLIT_ERR_NOMEM. Free the answer in every case. */
int split__program_run(const program_call *call, program_answer *out, split_error *error);
void split__program_free(program_answer *answer);

#endif
