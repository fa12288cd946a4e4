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
#include "split/export.h"
#include "split/failover.h"
#include "split/rollout.h"
#include "split/lines.h"
#include "split/token.h"
#include "bridge/bridge.h"
%}

%include <stdint.i>

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
%rename("%s") split_export_name;
%rename("%s") split_failover_state_name;
%rename("%s") split_failover_mode_name;
%rename("%s") split_failover_action_name;
%rename("%s") split_failover_kind_name;
%rename("%s") split_failover_reason_name;
%rename("%s") split_failover_class_name;
%rename("%s") split_failover_credit_name;
%rename("%s") split_failover_next_name;
%rename("%s") split_failover_cause_name;
%rename("%s") split_failover_preset_name;
%rename("%s") split_counter_name;
%rename("%s") split_metric_kind_name;
%rename("%s") split_metric_form_name;
%rename("%s") split_op_name;
%rename("%s") split_missing_name;
%rename("%s") split_level_name;
%rename("%s") split_judgement_name;
%rename("%s") split_verdict_name;
%rename("%s") split_decision_name;
%rename("%s") split_reason_name;
%rename("%s") split_action_name;
%rename("%s") split_token_status_name;
%ignore SPLIT_NEVER;
%ignore SPLIT_NO_BUCKET;
%include "split/version.h"
%include "split/base.h"
%include "split/error.h"
%include "split/plan.h"
%include "split/assign.h"
%include "split/export.h"
%include "split/failover_types.h"
%include "split/failover.h"
%include "split/metric.h"
%include "split/threshold.h"
%include "split/rollout.h"
%include "split/token.h"
%include "split/lines.h"
%rename("%s", %$isfunction) "";
%rename("%s", %$isclass) "";

/* Boxes: flat functions plan_open, plan_assign and so on, named the same in Python, Node and WebAssembly. */
%rename("%(strip:[splitb_])s") "";
%ignore splitb_plan_pin;
%ignore splitb_plan_unpin;
%ignore splitb_plan_assign_pinned;
%ignore splitb_plan_assign_each;

#ifdef SWIGPYTHON
/* Classes, so that Python's own can derive from them and the collector frees them. */
%define BOX(type, name)
%ignore type##_create;
%ignore type##_destroy;
%rename(name) type;
%nodefaultctor type;
typedef struct type {} type;
%extend type {
    type() { return type##_create(); }
    ~type() { type##_destroy($self); }
}
%enddef

BOX(splitb_plan, PlanBox)
BOX(splitb_draw, DrawBox)
BOX(splitb_failover, FailoverBox)
BOX(splitb_meter, MeterBox)
BOX(splitb_histogram, HistogramBox)
BOX(splitb_distinct, DistinctBox)
BOX(splitb_evidence, EvidenceBox)
BOX(splitb_rollout, RolloutBox)
BOX(splitb_policy, PolicyBox)
BOX(splitb_route, RouteBox)
BOX(splitb_lines, LinesBox)
BOX(splitb_token, TokenBox)

/* The one method: a call of a flat function would cost more than the decision. */
%extend splitb_plan {
    int assign(const char *key, size_t key_len, uint32_t *out_variant);
}
#endif

%include "bridge/plan.h"
%include "bridge/failover.h"
%include "bridge/measure.h"
%include "bridge/rollout.h"
%include "bridge/document.h"
%include "bridge/lines.h"
%include "bridge/token.h"
