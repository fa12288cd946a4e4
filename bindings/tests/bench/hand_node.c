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

static napi_value
batch_ns(napi_env env, napi_callback_info info)
{
    size_t n_arguments = 1;
    uint32_t n = 0;
    napi_value argument, out;
    napi_get_cb_info(env, info, &n_arguments, &argument, NULL, NULL);
    napi_get_value_uint32(env, argument, &n);
    napi_create_double(env, c_batch_ns(n), &out);
    return out;
}

NAPI_MODULE_INIT()
{
    napi_value function;
    napi_create_function(env, "hashOne", NAPI_AUTO_LENGTH, hash_one, NULL, &function);
    napi_set_named_property(env, exports, "hashOne", function);
    napi_create_function(env, "hashBare", NAPI_AUTO_LENGTH, hash_bare, NULL, &function);
    napi_set_named_property(env, exports, "hashBare", function);
    napi_create_function(env, "batchNs", NAPI_AUTO_LENGTH, batch_ns, NULL, &function);
    napi_set_named_property(env, exports, "batchNs", function);
    return exports;
}
