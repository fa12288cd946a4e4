/* SPDX-License-Identifier: MIT */
/* model-failover [--full] [--states N] [CONFIG...]: breadth-first search; exit 1 and a trace when
 * an invariant breaks. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model.h"

/* A world that was reached, with the way there. */
typedef struct node {
    uint64_t key[2];
    uint32_t parent;
    uint32_t depth;
    model_op op;
} node;

/* Worlds in the order of discovery; those already expanded are freed. */
typedef struct search {
    node *nodes;
    model_world **worlds;
    uint32_t *table; /* index + 1, open addressing */
    size_t n, room, table_size;
    uint64_t n_steps;
} search;

static void *
must(void *mem)
{
    if (mem == NULL) {
        fprintf(stderr, "model: out of memory\n");
        exit(2);
    }
    return mem;
}

static void
grow(search *s)
{
    if (s->n < s->room)
        return;
    s->room = s->room == 0 ? 1u << 16 : s->room * 2;
    s->nodes = must(realloc(s->nodes, s->room * sizeof *s->nodes));
    s->worlds = must(realloc(s->worlds, s->room * sizeof *s->worlds));
    free(s->table);
    s->table_size = s->room * 2;
    s->table = must(calloc(s->table_size, sizeof *s->table));
    for (size_t i = 0; i < s->n; i++) {
        size_t at = s->nodes[i].key[0] % s->table_size;
        while (s->table[at] != 0)
            at = (at + 1) % s->table_size;
        s->table[at] = (uint32_t)i + 1;
    }
}

/* False when the world is known already. */
static bool
push(search *s, const model_world *w, const model_config *c, uint32_t parent, uint32_t depth,
     const model_op *op)
{
    uint64_t key[2];
    grow(s);
    model_key(w, c, key);
    size_t at = key[0] % s->table_size;
    for (; s->table[at] != 0; at = (at + 1) % s->table_size)
        if (memcmp(s->nodes[s->table[at] - 1].key, key, sizeof key) == 0)
            return false;
    node *n = &s->nodes[s->n];
    *n = (node){{key[0], key[1]}, parent, depth, *op};
    s->worlds[s->n] = must(malloc(sizeof *w));
    *s->worlds[s->n] = *w;
    s->table[at] = (uint32_t)++s->n;
    return true;
}

static void
print_op(const model_op *op)
{
    switch (op->kind) {
    case MODEL_ROUTE:
        printf("  route chain %u key %u %s\n", op->chain, (unsigned)op->key,
               op->safe ? "GET" : "POST");
        break;
    case MODEL_REPORT:
        printf("  report attempt %u %s%s%s\n", op->token, split_failover_class_name((int)op->klass),
               op->duplicate ? " (kept, to be doubled)" : "", op->committed ? " committed" : "");
        break;
    case MODEL_LOSE:
        printf("  lose attempt %u\n", op->token);
        break;
    case MODEL_TIME:
        printf("  +%d ticks\n", (int)(op->advance / MODEL_TICK));
        break;
    case MODEL_ADMIN:
        printf("  operator: %s origin %u\n", split_failover_action_name((int)op->action), op->origin);
        break;
    }
}

static void
print_trace(const search *s, uint32_t at)
{
    if (s->nodes[at].depth == 0)
        return;
    print_trace(s, s->nodes[at].parent);
    print_op(&s->nodes[at].op);
}

/* Do everything that can happen in one world; false when an invariant breaks. */
static bool
expand(search *s, const model_config *c, uint32_t at)
{
    static model_op ops[64];
    const model_world *w = s->worlds[at];
    const char *broken = model_world_broken(w, c);
    const size_t n_ops = model_ops(w, c, ops);
    if (broken == NULL)
        broken = model_stuck(w, c);
    for (size_t i = 0; broken == NULL && i < n_ops; i++) {
        static model_step step;
        static model_world next;
        next = *w;
        s->n_steps++;
        if (!model_do(&next, c, &ops[i], &step))
            broken = "a call failed";
        else
            broken = model_broken(w, &next, c, &step);
        if (broken != NULL) {
            printf("%s: broken: %s\n", c->name, broken);
            print_trace(s, at);
            print_op(&ops[i]);
            return false;
        }
        (void)push(s, &next, c, at, s->nodes[at].depth + 1, &ops[i]);
    }
    if (broken != NULL) {
        printf("%s: broken: %s\n", c->name, broken);
        print_trace(s, at);
    }
    return broken == NULL;
}

static void
search_free(search *s)
{
    for (size_t i = 0; i < s->n; i++)
        free(s->worlds[i]);
    free(s->worlds);
    free(s->nodes);
    free(s->table);
}

static bool
run(const model_config *c, uint64_t most)
{
    search s = {0};
    model_world start;
    const model_op none = {.kind = MODEL_TIME};
    uint32_t at = 0;
    bool good = true;
    model_world_init(&start, c);
    (void)push(&s, &start, c, 0, 0, &none);
    for (; good && at < s.n && at < most; at++) {
        good = expand(&s, c, at);
        free(s.worlds[at]);
        s.worlds[at] = NULL;
    }
    if (good)
        printf("%s: %u worlds expanded, %zu known, %llu steps, depth %u, %s\n", c->name, at, s.n,
               (unsigned long long)s.n_steps, s.nodes[at - 1].depth,
               at == s.n ? "complete" : "bounded");
    fflush(stdout);
    search_free(&s);
    return good;
}

static bool
is_wanted(const model_config *c, int n_names, char **names)
{
    for (int i = 0; i < n_names; i++)
        if (strcmp(names[i], c->name) == 0)
            return true;
    return n_names == 0;
}

int
main(int argc, char **argv)
{
    const model_config *configs;
    const size_t n = model_configs(&configs);
    uint64_t most = 0;
    int arg = 1, failed = 0;
    for (; arg < argc && strncmp(argv[arg], "--", 2) == 0; arg++)
        if (strcmp(argv[arg], "--full") == 0)
            most = UINT32_MAX - 1;
        else if (strcmp(argv[arg], "--states") == 0 && arg + 1 < argc)
            most = strtoull(argv[++arg], NULL, 10);
    for (size_t i = 0; i < n; i++)
        if (is_wanted(&configs[i], argc - arg, argv + arg))
            failed += !run(&configs[i], most != 0 ? most : configs[i].ci_states);
    return failed != 0;
}
