/* SPDX-License-Identifier: MIT */
/*
 * One SWIG interface for Python and Node.
 *
 * Constants, error codes and plain functions come from the public headers as they are. Objects come as boxes (bridge/):
 * no pointer, borrowed array or struct of the library ever reaches a script, so a script cannot break it. What crosses is
 * text, exact numbers and records of doubles; the typemaps below match on parameter names and so cover every function.
 */
%module(docstring="Boxes and constants of libsplit; use the classes of the package instead.") core

%{
#include "split/assign.h"
#include "split/error.h"
#include "split/policy.h"
#include "bridge/bridge.h"
%}

%include <stdint.i>

/* size_t and status come from the language files. */
#ifdef SWIGPYTHON
%include "python/python.i"
#endif
#ifdef SWIGJAVASCRIPT
%include "node/node.i"
#endif

/* Public headers: enums and constants, and those functions that take and give plain numbers and texts. */
%rename("$ignore", %$isfunction) "";
%rename("$ignore", %$isclass) "";
%rename("%s") split_version;
%rename("%s") split_errname;
%rename("%s") split_strerror;
%rename("%s") split_errcategory;
%rename("%s") split_mode_name;
%rename("%s") split_rule_name;
%ignore SPLIT_NEVER;
%ignore SPLIT_NO_BUCKET;
%include "split/version.h"
%include "split/base.h"
%include "split/error.h"
%include "split/plan.h"
%include "split/assign.h"
%rename("%s", %$isfunction) "";
%rename("%s", %$isclass) "";

/* A box class: made empty, filled by open(), deleted by the collector. */
%define BOX(type, name)
%rename(name) type;
%nodefaultctor type;
typedef struct type {} type;
%extend type {
    type() { return type##_create(); }
    ~type() { type##_destroy($self); }
}
%enddef

BOX(splitb_plan, PlanBox)
%extend splitb_plan {
    int open(const double *in, size_t n_in, const char *text, size_t text_len);
    int close();
    int assign(const char *key, size_t key_len, uint32_t *out_variant);
    int decide(const char *key, size_t key_len, double *out, size_t *n_out);
    int explain(const char *key, size_t key_len, double *out, size_t *n_out);
    int gate(const char *key, size_t key_len, double *out, size_t *n_out);
    int unit_hash(const char *key, size_t key_len, double *out, size_t *n_out);
    int assign_columns(const char *keys, size_t keys_len, const uint32_t *offsets, size_t n_offsets,
                       uint16_t *variants, size_t n_variants, uint32_t *out_n_bad);
    int describe(double *out, size_t *n_out);
    int name(const char **out_text, size_t *out_text_len);
    int salt(const char **out_text, size_t *out_text_len);
    int override_key(uint32_t index, const char **out_text, size_t *out_text_len);
    int override_variant(uint32_t index, double *out, size_t *n_out);
    int reweight(const double *in, size_t n_in, splitb_plan *into, double *out, size_t *n_out);
    int rehome(const double *in, size_t n_in, splitb_plan *into, double *out, size_t *n_out);
    int diff(splitb_plan *to, double *out, size_t *n_out);
}

BOX(splitb_draw, DrawBox)
%extend splitb_draw {
    int seed(const double *in, size_t n_in);
    int next(splitb_plan *plan, double *out, size_t *n_out);
}
