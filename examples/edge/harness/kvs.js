/* SPDX-License-Identifier: MIT */
/* A stand-in for a CloudFront KeyValueStore: ETags, conflicts, limits, and edges that learn of a change later. ES5. */
function makeStore(now) {
    'use strict';
    var KEY_BYTES = 512, VALUE_BYTES = 1024, KEYS_A_CALL = 50;
    var history = [{at: -Infinity, items: {}}];

    function fail(name, text) {
        var error = new Error(name + ': ' + text);
        error.name = name;
        throw error;
    }

    function latest() {
        return history[history.length - 1];
    }

    function etag() {
        return 'ETAG' + history.length;
    }

    function bytes(text) {
        return encodeURIComponent(text).replace(/%../g, 'x').length;
    }

    /* One change of the whole store: all of it or nothing. The tag is the store's, so any other writer makes it stale. */
    function update(ifMatch, puts, deletes) {
        var items = {}, name, old = latest().items;
        if (!ifMatch)
            fail('ValidationException', 'If-Match is required');
        if (ifMatch !== etag())
            fail('ConflictException', 'the store has changed since ' + ifMatch);
        if (puts.length + deletes.length > KEYS_A_CALL)
            fail('ServiceQuotaExceededException', 'too many keys in one call');
        for (name in old)
            items[name] = old[name];
        deletes.forEach(function (key) {
            if (!(key in items))
                fail('ResourceNotFoundException', key);
            delete items[key];
        });
        puts.forEach(function (put) {
            if (!put.key || bytes(put.key) > KEY_BYTES || bytes(put.value) > VALUE_BYTES)
                fail('ValidationException', 'key of at most 512, value of at most 1024 bytes');
            items[put.key] = put.value;
        });
        history.push({at: now(), items: items});
        return {ETag: etag(), ItemCount: Object.keys(items).length};
    }

    function get(items, key) {
        if (!(key in items))
            fail('KeyNotFound', key);
        return items[key];
    }

    /* What an edge location sees: the store as it was `delay` ago. */
    function edge(delay) {
        return {
            get: function (key) {
                var i = history.length - 1;
                while (history[i].at > now() - delay)
                    i--;
                return get(history[i].items, key);
            }
        };
    }

    return {
        describe: function () { return {ETag: etag(), ItemCount: Object.keys(latest().items).length}; },
        put: function (key, value, ifMatch) { return update(ifMatch, [{key: key, value: value}], []); },
        remove: function (key, ifMatch) { return update(ifMatch, [], [key]); },
        update: update,
        get: function (key) { return get(latest().items, key); },
        edge: edge
    };
}

/* How a tool writes: read the tag, write, and begin again when somebody else was faster. Returns the attempts it took. */
function publishRoute(store, key, text, beforeWrite) {
    var attempt, tag;
    for (attempt = 1; attempt <= 5; attempt++) {
        tag = store.describe().ETag;
        if (beforeWrite)
            beforeWrite(attempt);
        try {
            store.put(key, text, tag);
            return attempt;
        } catch (e) {
            if (e.name !== 'ConflictException')
                throw e;
        }
    }
    throw new Error('still in conflict after 5 attempts');
}
if (typeof module === 'object')
    module.exports = {makeStore: makeStore, publishRoute: publishRoute};
