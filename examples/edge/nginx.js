/* SPDX-License-Identifier: MIT */
/* nginx (njs): variables for a caching edge; the route is the file that $split_route names. See ../nginx. */
var fs = require('fs');
var router = makeRouter(split, CONFIG);
var last = {request: '', got: null, who: null};

function routeNow(r) {
    try {
        return router.take(router.own, fs.readFileSync(r.variables.split_route, 'utf8'), function (line) { r.error(line); });
    } catch (e) {
        r.error('split: no route file: ' + e.message);
        return router.own;
    }
}

/* Not $cookie_NAME: it compares names without regard to case and takes the first value, whatever it is. */
function idOf(r) {
    return router.idIn(r.rawHeadersIn.filter(function (h) { return h[0].toLowerCase() === 'cookie'; })
        .map(function (h) { return h[1]; }), CONFIG.cookie);
}

/* One decision a request, whatever the number of variables that ask for it. */
function decided(r) {
    var unique = r.variables.split_request;
    if (last.request !== unique) {
        var who = router.visitor(idOf(r), unique);
        last = {request: unique, who: who, got: router.decide(routeNow(r), who.id)};
    }
    return last;
}

/* Name of the variant: for the cache key and for the origin. */
function variant(r) {
    return decided(r).got.variant;
}

/* Name of the upstream block: the variant's chain, or its first server alone for what must not be sent twice. */
function pool(r) {
    return 'split_' + decided(r).got.variant + (router.isSafe(r.method) ? '' : '_once');
}

/* Value of Set-Cookie for a new visitor; nginx sends no header when it is empty. */
function cookie(r) {
    var who = decided(r).who;
    return who.isNew && who.id ? CONFIG.cookie + '=' + who.id + '; ' + router.attributes(r.variables.https === 'on') : '';
}

export default {variant, pool, cookie};
