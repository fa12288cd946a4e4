/* SPDX-License-Identifier: MIT */
/* CloudFront Function (runtime 2.0) for viewer-request and viewer-response; the route lies in its KeyValueStore. */
var router = makeRouter(split, CONFIG);

function log(line) {
    console.log(line);
}

/* Select origins for the chain; CloudFront repeats only what is safe, and only in a group. Without statuses: no groups. */
function select(chain, method) {
    if (chain.length > 1 && CONFIG.statuses.length && router.isSafe(method))
        cf.createRequestOriginGroup({
            originIds: [{originId: chain[0]}, {originId: chain[1]}],
            failoverCriteria: {statusCodes: CONFIG.statuses}
        });
    else
        cf.selectRequestOriginById(chain[0]);
}

/* CloudFront takes the header apart itself; of several values of one name all but the first are in multiValue. */
function idOf(request) {
    var cookie = request.cookies[CONFIG.cookie];
    return cookie && router.firstId((cookie.multiValue || [cookie]).map(function (one) { return one.value; }));
}

function onRequest(event, text) {
    var request = event.request;
    var route = text === null ? router.own : router.take(router.own, text, log);
    var who = router.visitor(idOf(request), event.context.requestId);
    var got = router.decide(route, who.id);
    router.forged(request.headers).forEach(function (name) { delete request.headers[name]; });
    try {
        select(got.chain, request.method);
    } catch (e) {
        /* The behaviour's own origin serves, which is legacy: so this must be the variant of the cache key, too. */
        log('split: origin not selected: ' + e);
        got = router.decide(null);
    }
    request.headers['x-split-variant'] = {value: got.variant};
    return request;
}

/* After the cache: a new visitor gets the id that decided. The request id is the same in both events. */
function onResponse(event) {
    var response = event.response;
    var who = router.visitor(idOf(event.request), event.context.requestId);
    delete response.headers['x-split-variant'];
    if (who.isNew && who.id) {
        response.cookies = response.cookies || {};
        response.cookies[CONFIG.cookie] = {value: who.id, attributes: router.attributes(true)};
    }
    return response;
}

async function handler(event) {
    var text = null;
    if (event.context.eventType === 'viewer-response')
        return onResponse(event);
    try {
        text = await cf.kvs().get(CONFIG.key);
    } catch (e) {
        log('split: no route in the store: ' + e);
    }
    return onRequest(event, text);
}
