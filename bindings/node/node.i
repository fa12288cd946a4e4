/* SPDX-License-Identifier: MIT */
/*
 * Typemaps for Node (Node-API). Functions never throw: they give a result, or a negative SPLIT_ERR_* number that the
 * JavaScript layer turns into an error, exactly as the WebAssembly build does. A box is an external value, which a
 * script cannot make, and which is looked up among the boxes of its thread.
 */

%{
#include <string.h>
#include <unordered_map>
#include <vector>

/* The boxes of this thread's scripts, with their kinds: an external value of anybody else is not among them. */
static std::unordered_map<void *, int> &
boxes()
{
    static thread_local std::unordered_map<void *, int> live;
    return live;
}

/* A finalizer may run at any time after the script lost its last way to the box. */
template <typename T, void (*destroy)(T *)>
static void
finalize_box(napi_env, void *box, void *)
{
    boxes().erase(box);
    destroy(static_cast<T *>(box));
}

template <typename T, void (*destroy)(T *)>
static napi_value
give_box(napi_env env, T *box, int kind)
{
    napi_value value = nullptr;
    if (box == nullptr)
        return nullptr;
    boxes()[box] = kind;
    if (napi_create_external(env, box, finalize_box<T, destroy>, nullptr, &value) != napi_ok) {
        finalize_box<T, destroy>(env, box, nullptr);
        return nullptr;
    }
    return value;
}

static void *
take_box(napi_env env, napi_value value, int kind)
{
    napi_valuetype type;
    void *box = nullptr;
    if (napi_typeof(env, value, &type) != napi_ok || type != napi_external ||
        napi_get_value_external(env, value, &box) != napi_ok)
        return nullptr;
    auto found = boxes().find(box);
    return found != boxes().end() && found->second == kind ? box : nullptr;
}

/* Node writes U+FFFD for a lone surrogate, and for U+FFFD itself; only then the UTF-16 text is read. */
static bool
has_lone_surrogate(napi_env env, napi_value text)
{
    size_t n = 0;
    napi_get_value_string_utf16(env, text, nullptr, 0, &n);
    std::vector<char16_t> units(n + 1);
    napi_get_value_string_utf16(env, text, units.data(), n + 1, &n);
    for (size_t i = 0; i < n; i++) {
        bool high = (units[i] & 0xFC00) == 0xD800, low = (units[i] & 0xFC00) == 0xDC00;
        if (low || (high && (i + 1 == n || (units[i + 1] & 0xFC00) != 0xDC00)))
            return true;
        i += high;
    }
    return false;
}

static bool
has_replacement(const char *bytes, size_t n_bytes)
{
    const char *end = bytes + n_bytes;
    for (const char *at = bytes; (at = static_cast<const char *>(memchr(at, 0xEF, (size_t)(end - at)))) != nullptr; at++)
        if (end - at >= 3 && (unsigned char)at[1] == 0xBF && (unsigned char)at[2] == 0xBD)
            return true;
    return false;
}

/* Bytes of a typed array, Buffer, DataView or ArrayBuffer, whatever its elements; false for anything else. */
static bool
view_bytes(napi_env env, napi_value value, void **bytes, size_t *n_bytes, size_t item_bytes)
{
    static const size_t sizes[] = {1, 1, 1, 2, 2, 4, 4, 4, 8, 8, 8};
    bool is = false;
    if (napi_is_typedarray(env, value, &is) == napi_ok && is) {
        napi_typedarray_type type;
        size_t n;
        if (napi_get_typedarray_info(env, value, &type, &n, bytes, nullptr, nullptr) != napi_ok)
            return false;
        if ((size_t)type >= sizeof sizes / sizeof *sizes || (item_bytes != 0 && sizes[type] != item_bytes))
            return false;
        *n_bytes = n * sizes[type];
        return true;
    }
    if (item_bytes != 0)
        return false;
    if (napi_is_dataview(env, value, &is) == napi_ok && is)
        return napi_get_dataview_info(env, value, n_bytes, bytes, nullptr, nullptr) == napi_ok;
    if (napi_is_arraybuffer(env, value, &is) == napi_ok && is)
        return napi_get_arraybuffer_info(env, value, bytes, n_bytes) == napi_ok;
    return false;
}

/* Whether another worker can change the bytes behind a typed array meanwhile. */
static bool
is_shared(napi_env env, napi_value value)
{
    napi_value buffer = nullptr;
    bool own = false;
    size_t n;
    if (napi_get_typedarray_info(env, value, nullptr, &n, nullptr, &buffer, nullptr) != napi_ok)
        return true;
    return napi_is_arraybuffer(env, buffer, &own) != napi_ok || !own;
}

static const size_t KEY_ROOM = 4096 + 8;

/* A key into `room`; longer ones stay too long, which is all that matters of them. Returns 0 or an error code. */
static int
take_key(napi_env env, napi_value value, char *room, const char **key, size_t *key_len)
{
    void *bytes = nullptr;
    *key = room;
    if (napi_get_value_string_utf8(env, value, room, KEY_ROOM, key_len) == napi_ok)
        return has_replacement(room, *key_len) && has_lone_surrogate(env, value) ? SPLIT_ERR_TEXT : SPLIT_OK;
    if (!view_bytes(env, value, &bytes, key_len, 0))
        return SPLIT_ERR_ARG;
    *key = *key_len > 0 ? static_cast<const char *>(bytes) : room;
    return SPLIT_OK;
}

static int
take_copy(napi_env env, napi_value value, std::vector<char> *copy)
{
    void *bytes = nullptr;
    size_t n = 0;
    if (napi_get_value_string_utf8(env, value, nullptr, 0, &n) == napi_ok) {
        copy->resize(n + 1);
        napi_get_value_string_utf8(env, value, copy->data(), n + 1, &n);
        copy->resize(n);
        return has_replacement(copy->data(), n) && has_lone_surrogate(env, value) ? SPLIT_ERR_TEXT : SPLIT_OK;
    }
    if (!view_bytes(env, value, &bytes, &n, 0))
        return SPLIT_ERR_ARG;
    if (n > 0)
        copy->assign(static_cast<char *>(bytes), static_cast<char *>(bytes) + n);
    return SPLIT_OK;
}

static Napi::Value
give_record(Napi::Env env, const double *in, size_t n_in)
{
    Napi::Float64Array out = Napi::Float64Array::New(env, n_in);
    if (n_in > 0 && !out.IsEmpty())
        memcpy(out.Data(), in, n_in * sizeof *in);
    return out;
}
%}

/* What went wrong while arguments were taken; the function itself is not called then. */
%define NODE_REFUSE(code)
    return Napi::Number::New(env, code);
%enddef

%define NODE_BOX(type, kind)
%typemap(in) type * {
    $1 = static_cast<type *>(take_box(env, $input, kind));
    if ($1 == nullptr) { NODE_REFUSE(SPLIT_ERR_ARG) }
}
%typemap(out) type * {
    napi_value box = give_box<type, type##_destroy>(env, $1, kind);
    $result = box != nullptr ? Napi::Value(env, box) : Napi::Number::New(env, SPLIT_ERR_NOMEM);
}
%ignore type##_destroy;
%enddef

%typemap(in) (const char *key, size_t key_len) (char room[KEY_ROOM]) {
    int refused = take_key(env, $input, room, (const char **)&$1, &$2);
    if (refused != SPLIT_OK) { NODE_REFUSE(refused) }
}
%typemap(in) (const char *text, size_t text_len) (std::vector<char> copy) {
    int refused = take_copy(env, $input, &copy);
    if (refused != SPLIT_OK) { NODE_REFUSE(refused) }
    $1 = copy.data();
    $2 = copy.size();
}
%typemap(in) (const char *keys, size_t keys_len) {
    void *bytes = nullptr;
    if (!view_bytes(env, $input, &bytes, &$2, 0)) { NODE_REFUSE(SPLIT_ERR_ARG) }
    $1 = static_cast<char *>(bytes);
}
%typemap(in) (const double *in, size_t n_in) (std::vector<double> copy) {
    void *bytes = nullptr;
    size_t n_bytes = 0;
    if (!view_bytes(env, $input, &bytes, &n_bytes, 8)) { NODE_REFUSE(SPLIT_ERR_ARG) }
    copy.resize(n_bytes / 8 + 1);
    if (n_bytes > 0)
        memcpy(copy.data(), bytes, n_bytes);
    $1 = copy.data();
    $2 = n_bytes / 8;
}
%typemap(freearg) (const double *in, size_t n_in) ""
/* Shared offsets are copied: another worker could change them between the check of an offset and its use. */
%typemap(in) (const uint32_t *offsets, size_t n_offsets) (std::vector<uint32_t> copy) {
    void *bytes = nullptr;
    size_t n_bytes = 0;
    if (!view_bytes(env, $input, &bytes, &n_bytes, 4)) { NODE_REFUSE(SPLIT_ERR_ARG) }
    if (n_bytes == 0 || is_shared(env, $input)) {
        copy.resize(n_bytes / 4 + 1);
        if (n_bytes > 0)
            memcpy(copy.data(), bytes, n_bytes);
        bytes = copy.data();
    }
    $1 = static_cast<uint32_t *>(bytes);
    $2 = n_bytes / 4;
}
%typemap(in) (uint16_t *variants, size_t n_variants) (uint16_t nothing = 0) {
    void *bytes = nullptr;
    size_t n_bytes = 0;
    if (!view_bytes(env, $input, &bytes, &n_bytes, 2)) { NODE_REFUSE(SPLIT_ERR_ARG) }
    $1 = n_bytes > 0 ? static_cast<uint16_t *>(bytes) : &nothing;
    $2 = n_bytes / 2;
}
%typemap(in) uint32_t index {
    double number = -1;
    if (napi_get_value_double(env, $input, &number) != napi_ok || !(number >= 0 && number <= UINT32_MAX)) {
        NODE_REFUSE(SPLIT_ERR_ARG)
    }
    $1 = (uint32_t)number;
}

%typemap(in, numinputs=0) (double *out, size_t *n_out) (double record[SPLITB_RECORD_MAX], size_t n_record = 0) {
    $1 = record;
    $2 = &n_record;
}
%typemap(argout) (double *out, size_t *n_out) {
    if (result == SPLIT_OK)
        $result = give_record(env, $1, *$2);
}
%typemap(in, numinputs=0) (const char **out_text, size_t *out_text_len) (const char *given = NULL, size_t n_given = 0) {
    $1 = (char **)&given;
    $2 = &n_given;
}
%typemap(argout) (const char **out_text, size_t *out_text_len) {
    if (result == SPLIT_OK)
        $result = Napi::Buffer<char>::Copy(env, *$1 != nullptr ? *$1 : "", *$2);
}
%typemap(in, numinputs=0) uint32_t *out_variant (uint32_t number = 0) {
    $1 = &number;
}
%typemap(argout) uint32_t *out_variant {
    if (result == SPLIT_OK)
        $result = Napi::Number::New(env, *$1);
}
%apply uint32_t *out_variant {uint32_t *out_n_bad};
%typemap(out) int {
    $result = Napi::Number::New(env, $1);
}

/* The name of a number outside the registry may be NULL. */
%typemap(out) const char * {
    $result = $1 != nullptr ? Napi::Value(Napi::String::New(env, $1)) : Napi::Value(env.Null());
}

NODE_BOX(splitb_plan, 1)
NODE_BOX(splitb_draw, 2)
NODE_BOX(splitb_failover, 3)
NODE_BOX(splitb_meter, 4)
NODE_BOX(splitb_histogram, 5)
NODE_BOX(splitb_distinct, 6)
NODE_BOX(splitb_evidence, 7)
NODE_BOX(splitb_rollout, 8)
NODE_BOX(splitb_policy, 9)
NODE_BOX(splitb_route, 10)
NODE_BOX(splitb_lines, 11)
NODE_BOX(splitb_token, 12)

/* One function for each plan, bound to it: no box to look up, which would cost more than the decision. */
%{
static napi_value
assign_bound(napi_env env, napi_callback_info info)
{
    char room[KEY_ROOM];
    const char *key;
    size_t key_len, n_arguments = 1;
    uint32_t variant = 0;
    napi_value argument, result;
    void *plan;
    napi_get_cb_info(env, info, &n_arguments, &argument, nullptr, &plan);
    int err = take_key(env, argument, room, &key, &key_len);
    if (err == SPLIT_OK)
        err = splitb_plan_assign(static_cast<splitb_plan *>(plan), key, key_len, &variant);
    napi_create_int32(env, err == SPLIT_OK ? (int32_t)variant : err, &result);
    return result;
}

static napi_value
plan_assigner(napi_env env, napi_callback_info info)
{
    size_t n_arguments = 1;
    napi_value box, bound = nullptr;
    napi_ref kept;
    napi_get_cb_info(env, info, &n_arguments, &box, nullptr, nullptr);
    void *plan = take_box(env, box, 1);
    if (plan == nullptr) {
        napi_create_int32(env, SPLIT_ERR_ARG, &bound);
        return bound;
    }
    napi_create_function(env, "assign", NAPI_AUTO_LENGTH, assign_bound, plan, &bound);
    /* The box lives at least as long as the function that points into it. */
    napi_create_reference(env, box, 1, &kept);
    napi_add_finalizer(env, bound, kept,
        [](napi_env env_, void *reference, void *) { napi_delete_reference(env_, static_cast<napi_ref>(reference)); },
        nullptr, nullptr);
    return bound;
}
%}
%init %{
    napi_value assigner;
    napi_create_function(env, "plan_assigner", NAPI_AUTO_LENGTH, plan_assigner, nullptr, &assigner);
    exports.Set("plan_assigner", Napi::Value(env, assigner));
%}
