/* SPDX-License-Identifier: MIT */
/* Settings of a sink by name, and what several kinds say alike. */
#ifndef SPLIT_NET_SINK_SETTING_H
#define SPLIT_NET_SINK_SETTING_H

#include "net/sink/kind.h"

#define SINK_PATH_BYTES 4096

/* The n-th setting of a name; NULL beyond the last. */
const char *split__sink_setting_at(const split_sink_options *options, const char *name, size_t n);
const char *split__sink_setting(const split_sink_options *options, const char *name);

/* What a variant is called at the sink; its own name without "targets". */
const char *split__sink_target(const split_sink_options *options, size_t variant);

/* The variant of a name at the sink; SIZE_MAX when none has it. */
size_t split__sink_variant(const split_sink_options *options, const char *target);

/* A path setting, relative ones from the folder of the options. */
bool split__sink_path(const split_sink_options *options, const char *path,
                      char buf[SINK_PATH_BYTES]);

/* A refusal by its HTTP status, as a sentence: SPLIT_ERR_CONFLICT for 409 and 412, else
 * SPLIT_ERR_PEER. */
int split__sink_refused(sink_call *call, const char *peer, int32_t status);

/* "split NAME revision N", as sinks without a document keep it; false for another text. */
bool split__sink_mark_read(const char *text, split_sink_state *out);
void split__sink_mark_print(const split_route *route, char *buf, size_t buf_size);

/* Shares of a route in buckets; SPLIT_ERR_NOMEM or what the plan says. */
int split__sink_shares(const split_route *route, uint32_t shares[SPLIT_VARIANTS_MAX]);

/* A copy with a final zero; NULL without memory. */
char *split__sink_copy(const char *text, size_t len);

int split__sink_no_memory(sink_call *call);

#endif
