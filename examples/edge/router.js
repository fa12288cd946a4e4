/* SPDX-License-Identifier: MIT */
/* The routing logic of every edge (design/routers.md): pure functions, no runtime's own objects, ES5. */
function makeRouter(engine, config) {
    'use strict';
    var ID = /^[A-Za-z0-9_-]{1,64}$/;

    function isChain(chain, origins) {
        return Array.isArray(chain) && chain.length > 0 && chain.every(function (name, i) {
            return typeof name === 'string' && chain.indexOf(name) === i && Object.prototype.hasOwnProperty.call(origins, name);
        });
    }

    /* A route ready to decide with. Throws for one that is not whole. */
    function open(route) {
        var plan = engine.load(route), chains = route.chains, origins = route.origins;
        if (typeof route.revision !== 'number' || !(route.revision > 0) || route.revision % 1)
            throw new Error('revision');
        if (!origins || !Array.isArray(chains) || chains.length !== route.variants.length ||
            !chains.every(function (chain) { return isChain(chain, origins); }))
            throw new Error('chains');
        return {plan: plan, split: route.split, revision: route.revision, variants: route.variants, chains: chains,
            origins: origins, otherwise: route['default']};
    }

    /* The route in force after reading `text`: a damaged, older or foreign one changes nothing (P15). */
    function take(current, text, complain) {
        try {
            var route = JSON.parse(text);
            if (current && route.split !== current.split)
                throw new Error('split');
            if (current && route.revision < current.revision)
                throw new Error('revision ' + route.revision + ' is older than ' + current.revision);
            return current && route.revision === current.revision ? current : open(route);
        } catch (e) {
            complain('split: route refused: ' + e.message);
            return current;
        }
    }

    /* The visitor: the id of the cookie, or a new one from what the runtime calls unique to this request. */
    function visitor(value, unique) {
        if (typeof value === 'string' && ID.test(value))
            return {id: value, isNew: false};
        return {id: String(unique || '').replace(/[^A-Za-z0-9_-]/g, '').slice(0, 64), isNew: true};
    }

    /* Variant and origins for an id. Never throws: without a usable key the default serves, without a route legacy. */
    function decide(route, id) {
        var index, reason;
        if (!route)
            return {variant: config.legacy.variant, chain: [config.legacy.origin], reason: 'legacy'};
        try {
            var got = engine.assign(route.plan, id);
            index = got.variant;
            reason = got.reason;
        } catch (e) {
            index = route.otherwise;
            reason = 'default';
        }
        return {variant: route.variants[index], chain: route.chains[index], reason: reason};
    }

    /* The first of these values that is an id; undefined when none is. */
    function firstId(values) {
        return values.filter(function (value) { return ID.test(value); })[0];
    }

    /* The id in the texts of the Cookie headers (P1). */
    function idIn(headers, name) {
        return firstId(headers.join(';').split(';').map(function (piece) {
            var at = piece.indexOf('='), blanks = /^[ \t]+|[ \t]+$/g;
            return at > 0 && piece.slice(0, at).replace(blanks, '') === name ? piece.slice(at + 1).replace(blanks, '') : '';
        }));
    }

    function attributes(secure) {
        return 'Path=/; Max-Age=' + config.maxAge + '; HttpOnly; SameSite=Lax' + (secure ? '; Secure' : '');
    }

    /* Whether a second origin may be tried: the methods that an edge repeats by itself. */
    function isSafe(method) {
        return method === 'GET' || method === 'HEAD' || method === 'OPTIONS';
    }

    /* Names among these headers that only a router may set. */
    function forged(headers) {
        return Object.keys(headers).filter(function (name) { return name.toLowerCase().indexOf('x-split-') === 0; });
    }

    function compiledIn() {
        try {
            return open(config.route);
        } catch (e) {
            return null;
        }
    }

    return {own: compiledIn(), take: take, visitor: visitor, decide: decide, firstId: firstId, idIn: idIn, attributes: attributes,
        isSafe: isSafe, forged: forged};
}
if (typeof module === 'object')
    module.exports = makeRouter;
