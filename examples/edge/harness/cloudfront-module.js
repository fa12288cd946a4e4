/* SPDX-License-Identifier: MIT */
/* A stand-in for the module 'cloudfront' of runtime 2.0: reads an edge's view of a store, records which origin was chosen. ES5. */
function makeCloudFront(view, originIds) {
    'use strict';
    var CODES = [400, 403, 404, 416, 429, 500, 502, 503, 504];
    var chosen = null;

    function known(id) {
        if (originIds.indexOf(id) < 0)
            throw new Error('no origin has the id ' + id);
    }

    return {
        kvs: function () {
            return {
                get: function (key, options) {
                    return new Promise(function (resolve) {
                        var value = view.get(key);
                        resolve(options && options.format === 'json' ? JSON.parse(value) : value);
                    });
                }
            };
        },
        selectRequestOriginById: function (id) {
            known(id);
            chosen = id;
        },
        createRequestOriginGroup: function (group) {
            if (group.originIds.length !== 2)
                throw new Error('a group has two origins');
            group.originIds.forEach(function (origin) { known(origin.originId); });
            group.failoverCriteria.statusCodes.forEach(function (code) {
                if (CODES.indexOf(code) < 0)
                    throw new Error('no failover for ' + code);
            });
            chosen = group.originIds.map(function (origin) { return origin.originId; }).join(' then ') +
                ' on ' + group.failoverCriteria.statusCodes.join(', ');
        },
        /* The last choice since it was asked for; null: the behaviour's own origin. Not part of the real module. */
        takeChoice: function () {
            var was = chosen;
            chosen = null;
            return was;
        }
    };
}
if (typeof module === 'object')
    module.exports = makeCloudFront;
