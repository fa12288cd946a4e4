/* SPDX-License-Identifier: MIT */
/* AWS's error bodies as code, message and request id. */
#ifndef SPLIT_NET_AWS_BASE_ERROR_H
#define SPLIT_NET_AWS_BASE_ERROR_H

#include "split/net.h"

/* Why AWS refused; which sentence fits. */
typedef enum aws_fault {
    AWS_FAULT_OTHER,
    AWS_FAULT_SIGNATURE,
    AWS_FAULT_CLOCK,
    AWS_FAULT_EXPIRED,
    AWS_FAULT_UNKNOWN_KEY,
    AWS_FAULT_DENIED,
    AWS_FAULT_THROTTLED,
    AWS_FAULTS
} aws_fault;

/* An error body of any of the protocols: JSON {"__type"}, or <Error><Code> of Query. */
typedef struct aws_error {
    aws_fault fault;
    char code[64];
    char message[160]; /* one printable line, cut */
    char request_id[64];
} aws_error;

void split__aws_error_read(const split_http_answer *answer, aws_error *out);

#endif
