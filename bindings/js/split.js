/* SPDX-License-Identifier: MIT */
/* Sticky assignment of libsplit (design/assignment.md) in ES5, for runtimes without BigInt, WebAssembly and classes. */
var split = (function () {
    'use strict';
    var BUCKETS = 1048576, KEY_BYTES_MAX = 4096;
    var NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, SALT = /^[A-Za-z0-9._-]{0,64}$/;
    /* The five primes of XXH64, each as [high word, low word]. */
    var P1 = [0x9E3779B1, 0x85EBCA87], P2 = [0xC2B2AE3D, 0x27D4EB4F], P3 = [0x165667B1, 0x9E3779F9],
        P4 = [0x85EBCA77, 0xC2B2AE63], P5 = [0x27D4EB2F, 0x165667C5], ZERO = [0, 0];
    var isArray = Array.isArray;
    /* One 64-bit register as two unsigned words. A call runs to its end, so one is enough. */
    var hi, lo;

    /* The code has the library's name; the message says which field, or what is wrong with a key. */
    function fail(name, text) {
        var error = new Error(text);
        error.code = 'SPLIT_ERR_' + name;
        throw error;
    }

    function put(p) {
        hi = p[0];
        lo = p[1];
    }

    function add(p) {
        lo += p[1];
        hi = (hi + p[0] + (lo > 0xFFFFFFFF ? 1 : 0)) >>> 0;
        lo >>>= 0;
    }

    function xor(h, l) {
        hi = (hi ^ h) >>> 0;
        lo = (lo ^ l) >>> 0;
    }

    function rotate(n) {
        var h = hi;
        hi = (h << n | lo >>> 32 - n) >>> 0;
        lo = (lo << n | h >>> 32 - n) >>> 0;
    }

    /* Low word of a product: each partial product stays below 2^48, where doubles are exact. */
    function low(a, b) {
        return (a * (b >>> 16) << 16) + a * (b & 65535) | 0;
    }

    function times(p) {
        var b0 = p[1] & 65535, b1 = p[1] >>> 16, a0 = lo & 65535, a1 = lo >>> 16;
        var first = a0 * b0, mid = a1 * b0 + (first >>> 16), cross = a0 * b1 + (mid & 65535);
        hi = (a1 * b1 + (mid >>> 16) + (cross >>> 16) + low(hi, p[1]) + low(p[0], lo)) >>> 0;
        lo = (cross << 16 | first & 65535) >>> 0;
    }

    function word(b, i) {
        return (b[i] | b[i + 1] << 8 | b[i + 2] << 16 | b[i + 3] << 24) >>> 0;
    }

    function round(sum, input) {
        put(input);
        times(P2);
        add(sum);
        rotate(31);
        times(P1);
        return [hi, lo];
    }

    function stripes(b, end) {
        var v = [[0x60EA27EE, 0xADC0B5D6], P2, ZERO, [0x61C8864E, 0x7A143579]];
        var turns = [1, 7, 12, 18], sum = ZERO, i, k;
        for (i = 0; i < end; i += 8) {
            k = i / 8 & 3;
            v[k] = round(v[k], [word(b, i + 4), word(b, i)]);
        }
        for (k = 0; k < 4; k++) {
            put(v[k]);
            rotate(turns[k]);
            add(sum);
            sum = [hi, lo];
        }
        for (k = 0; k < 4; k++) {
            v[k] = round(ZERO, v[k]);
            put(sum);
            xor(v[k][0], v[k][1]);
            times(P1);
            add(P4);
            sum = [hi, lo];
        }
    }

    /* The sum in `s`, with one input word in the register mixed into it. */
    function mix(s, turn, by, plus) {
        xor(s[0], s[1]);
        rotate(turn);
        times(by);
        add(plus);
    }

    /* XXH64 with seed 0 of bytes; [high word, low word]. */
    function hash(b) {
        var n = b.length, i = n - n % 32, s;
        put(P5);
        if (i)
            stripes(b, i);
        add([0, n]);
        for (; i + 8 <= n; i += 8) {
            s = [hi, lo];
            round(ZERO, [word(b, i + 4), word(b, i)]);
            mix(s, 27, P1, P4);
        }
        s = [hi, lo];
        if (i + 4 <= n) {
            put([0, word(b, i)]);
            times(P1);
            mix(s, 23, P2, P3);
            i += 4;
        }
        for (; i < n; i++) {
            s = [hi, lo];
            put([0, b[i]]);
            times(P5);
            mix(s, 11, P1, ZERO);
        }
        xor(0, hi >>> 1);
        times(P2);
        xor(hi >>> 29, lo >>> 29 | hi << 3);
        times(P3);
        xor(0, hi);
        return [hi, lo];
    }

    /* Bytes of a text in UTF-8. A code above 65535 comes from runtimes that do not use UTF-16 (njs). */
    function utf8(text) {
        var out = [], i, c, d, n;
        for (i = 0; i < text.length; i++) {
            c = text.charCodeAt(i);
            if (c >> 11 === 27) {
                d = text.charCodeAt(++i);
                if (c > 0xDBFF || d >> 10 !== 55)
                    fail('TEXT', 'the text is not valid UTF-8');
                c = (c - 0xD7F7 << 10) + d;
            }
            n = c < 128 ? 0 : c < 2048 ? 1 : c < 65536 ? 2 : 3;
            out.push([0, 192, 224, 240][n] | c >> 6 * n);
            while (n--)
                out.push(128 | c >> 6 * n & 63);
        }
        return out;
    }

    /* Bytes of a key that is text, or bytes already. */
    function bytes(key) {
        var b = key;
        if (typeof key === 'string')
            b = utf8(key);
        else if (!key || !(key.length >= 0))
            fail('ARG', 'a key is text or bytes');
        if (!b.length || b.length > KEY_BYTES_MAX)
            fail('KEY', 'the key is empty or longer than 4096 bytes');
        return b;
    }

    function unit(prefix, key) {
        var out = prefix.slice(), i;
        for (i = 0; i < key.length; i++)
            out.push(key[i] & 255);
        return out;
    }

    function bucket(prefix, key) {
        return hash(unit(prefix, key))[1] & BUCKETS - 1;
    }

    function given(x, otherwise) {
        return x === undefined ? otherwise : x;
    }

    function isText(x, form) {
        return typeof x === 'string' && form.test(x);
    }

    function isIndex(x, n) {
        return x >= 0 && x < n && Math.floor(x) === x;
    }

    /* A gate from its percentage: [buckets, prefix]. The nearest count, but all or none only for 100 and 0. */
    function gate(percent, prefix) {
        var share = Math.round(percent * 1e6), n = Math.floor((share * BUCKETS + 5e7) / 1e8);
        if (share / 1e6 !== percent || share < 0 || share > 1e8)
            fail('VALUE', prefix);
        return [share && share < 1e8 ? Math.min(Math.max(n, 1), BUCKETS - 1) : n, utf8(prefix)];
    }

    function checkRanges(ranges, n) {
        var at = 0, i, r;
        for (i = 0; isArray(ranges) && i < ranges.length; i++) {
            r = ranges[i];
            if (!isArray(r) || r.length !== 3 || r[0] !== at || !isIndex(r[1], BUCKETS + 1) || r[1] <= at)
                break;
            if (!isIndex(r[2], n))
                fail('INDEX', 'ranges');
            at = r[1];
        }
        if (at !== BUCKETS || i !== ranges.length || i > 1024)
            fail('LAYOUT', 'ranges');
    }

    function fixed(overrides, n) {
        var out = {}, key;
        if ('' + overrides !== '[object Object]')
            fail('FIELD', 'overrides');
        for (key in overrides) {
            if (!isIndex(overrides[key], n))
                fail('INDEX', 'overrides');
            out[bytes(key).join()] = overrides[key];
        }
        return out;
    }

    /* A plan from a route document (design/documents.md), parsed. Throws with a code and leaves nothing behind. */
    function load(route) {
        var names, salt, name, i;
        if (!route || route.schema !== 1)
            fail('SCHEMA', 'schema');
        if (given(route.mode, 'sticky') !== 'sticky')
            fail('MODE', 'mode');
        name = route.split;
        names = route.variants;
        salt = given(route.salt, name);
        if (!isText(name, NAME) || !isArray(names) || !names.length || names.length > 64)
            fail('FIELD', 'variants');
        for (i = 0; i < names.length; i++)
            if (!isText(names[i], NAME) || names.indexOf(names[i]) < i)
                fail('NAME', 'variants');
        if (!isText(salt, SALT))
            fail('SALT', 'salt');
        if (!isIndex(route['default'], names.length))
            fail('INDEX', 'default');
        checkRanges(route.ranges, names.length);
        return {
            variants: names,
            ranges: route.ranges,
            otherwise: route['default'],
            prefix: salt ? utf8(salt + ':') : [],
            overrides: fixed(given(route.overrides, {}), names.length),
            holdout: gate(given(route.holdout, 0), name + '/holdout:'),
            coverage: gate(given(route.coverage, 100), name + '/coverage:')
        };
    }

    function isIn(gate, key) {
        return gate[0] === BUCKETS || gate[0] && bucket(gate[1], key) < gate[0];
    }

    function pick(plan, key, at) {
        var id = key.join(), first = 0, last = plan.ranges.length - 1, mid;
        if (id in plan.overrides)
            return [plan.overrides[id], 'override'];
        if (isIn(plan.holdout, key))
            return [plan.otherwise, 'holdout'];
        if (!isIn(plan.coverage, key))
            return [plan.otherwise, 'coverage'];
        while (first < last) {
            mid = first + last >> 1;
            if (at < plan.ranges[mid][1])
                last = mid;
            else
                first = mid + 1;
        }
        return [plan.ranges[first][2], 'hash'];
    }

    /* The decision for a key: {variant (index), bucket, reason}. Throws for an unusable key. */
    function assign(plan, key) {
        var b = unit([], bytes(key)), at = bucket(plan.prefix, b), won = pick(plan, b, at);
        return {variant: won[0], bucket: at, reason: won[1]};
    }

    return {load: load, assign: assign, hash: hash, utf8: utf8};
})();
if (typeof module === 'object')
    module.exports = split;
