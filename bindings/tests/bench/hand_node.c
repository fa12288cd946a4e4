/* SPDX-License-Identifier: MIT */
/* The floor for Node: a hand-written Node-API function that hashes the same bytes. */
#include <node_api.h>

#include "hand.h"

static napi_value
hash_one(napi_env env, napi_callback_info info)
{
    char key[4096];
    size_t n_arguments = 1, n = 0;
    napi_value text, out;
    napi_get_cb_info(env, info, &n_arguments, &text, NULL, NULL);
    napi_get_value_string_utf8(env, text, key, sizeof key, &n);
    napi_create_uint32(env, hash_unit(key, n), &out);
    return out;
}

static napi_value
hash_bare(napi_env env, napi_callback_info info)
{
    char key[4096];
    size_t n_arguments = 1, n = 0;
    napi_value text, out;
    napi_get_cb_info(env, info, &n_arguments, &text, NULL, NULL);
    napi_get_value_string_utf8(env, text, key, sizeof key, &n);
    napi_create_uint32(env, (uint32_t)XXH64(key, n, 0) & 0xFFFFF, &out);
    return out;
}

/* batch(keys, offsets, out): 0, or an error. */
static napi_value
batch(napi_env env, napi_callback_info info)
{
    size_t n_arguments = 3, n[3] = {0};
    void *bytes[3] = {0};
    napi_value arguments[3], result;
    napi_get_cb_info(env, info, &n_arguments, arguments, NULL, NULL);
    for (int i = 0; i < 3; i++)
        napi_get_typedarray_info(env, arguments[i], NULL, &n[i], &bytes[i], NULL, NULL);
    napi_create_int32(env, assign_batch(bytes[0], n[0], bytes[1], n[1], bytes[2], n[2]), &result);
    return result;
}

NAPI_MODULE_INIT()
{
    napi_value function;
    napi_create_function(env, "hashOne", NAPI_AUTO_LENGTH, hash_one, NULL, &function);
    napi_set_named_property(env, exports, "hashOne", function);
    napi_create_function(env, "hashBare", NAPI_AUTO_LENGTH, hash_bare, NULL, &function);
    napi_set_named_property(env, exports, "hashBare", function);
    napi_create_function(env, "batch", NAPI_AUTO_LENGTH, batch, NULL, &function);
    napi_set_named_property(env, exports, "batch", function);
    return exports;
}
