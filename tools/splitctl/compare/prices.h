/* SPDX-License-Identifier: MIT */
/*
 * The price file that a policy names in cost.prices: dated prices, and for each origin what a
 * million requests and a month use of them. Read strictly: every fault is reported with its JSON
 * path. */
#ifndef SPLITCTL_COMPARE_PRICES_H
#define SPLITCTL_COMPARE_PRICES_H

#include <stddef.h>

#include "split/base.h"
#include "split/error.h"

#include "cli/exit_code.h"
#include "compare/money.h"

#define PRICES_ITEMS_MAX 256
#define PRICES_SYSTEMS_MAX 64
#define PRICES_LINES_MAX 64 /* of one system */
#define PRICES_OMISSIONS_MAX 32

/* What a price may cover: XX(name, word of the file, text). What no line of a system covers is
 * listed as left out. */
#define PRICE_COVER_MAP(XX)                                                                        \
    XX(COMPUTE, "compute", "functions and servers")                                                \
    XX(TRANSFER, "transfer", "data transfer")                                                      \
    XX(LOGS, "logs", "logs")                                                                       \
    XX(DATABASE, "database", "databases")                                                          \
    XX(CACHE, "cache", "caches")                                                                   \
    XX(STORAGE, "storage", "storage")                                                              \
    XX(NETWORK, "network", "NAT gateways and load balancers")                                      \
    XX(EDGE, "edge", "CDN requests and edge functions")                                            \
    XX(MONITORING, "monitoring", "metrics and alarms")

typedef enum price_cover {
#define XX(name, word, text) PRICE_##name,
    PRICE_COVER_MAP(XX)
#undef XX
        PRICE_COVERS
} price_cover;

/* How a price came to be: read off the vendor's list, remembered, or taken from a bill. */
typedef enum price_basis {
    PRICE_BASIS_NONE,
    PRICE_BASIS_READ,
    PRICE_BASIS_RECALLED,
    PRICE_BASIS_BILLED
} price_basis;

typedef struct price_item {
    const char *id;
    const char *per;
    int64_t price; /* 10^-12 of a unit */
    int basis;
    unsigned covers; /* bits of price_cover */
} price_item;

/* What a line's quantity is for. Misses are the requests that no cache answered. */
typedef enum price_use { PRICE_PER_REQUESTS, PRICE_PER_MISSES, PRICE_PER_MONTH } price_use;

typedef struct price_line {
    const price_item *item;
    int64_t quantity_micros;
    price_use use;
} price_line;

/* An origin of the policy, or a router. */
typedef struct price_system {
    const char *name;
    price_line lines[PRICES_LINES_MAX];
    size_t n_lines;
    unsigned without; /* what it does not use */
} price_system;

typedef struct prices prices;

struct prices {
    void *tree; /* texts live in it */
    const char *as_of;
    split_us as_of_us;
    const char *currency;
    const char *note; /* "" for none */
    const char *omissions[PRICES_OMISSIONS_MAX];
    size_t n_omissions;
    price_item items[PRICES_ITEMS_MAX];
    size_t n_items;
    price_system origins[PRICES_SYSTEMS_MAX];
    size_t n_origins;
    price_system routers[PRICES_SYSTEMS_MAX];
    size_t n_routers;
    const price_system *router; /* the one in use; NULL for none */
};

/* CTL_OK, or CTL_BAD_INPUT after a report of all faults on stderr. */
int prices_load(const char *path, prices **out);

/* Takes a fault; line and column are 0 but for text that is no JSON. */
typedef void prices_tell(const split_error *fault, void *ctx);

/* As prices_load(), but faults go to `tell`. Returns how many there were. */
size_t prices_read(const char *path, prices_tell *tell, void *ctx, prices **out);

/* Whether a file looks like a price file, and not like another document. */
bool prices_looks_like(const char *path);

void prices_free(prices **p);

/* The origin with a name, or NULL. */
const price_system *prices_origin(const prices *p, const char *name);

#endif
