/* SPDX-License-Identifier: MIT */
/* Lambda@Edge (Node): handlers for viewer-request, origin-request and viewer-response. Settings are compiled in as CONFIG. */
'use strict';
const http = require('http');
const https = require('https');

/* The libsplit package (native or WebAssembly) behind the two calls that the router makes. */
function packageEngine(lib) {
    return {
        load(route) {
            split.load(route); /* refuses what this document must not hold, with the same codes everywhere */
            const {salt, coverage, holdout, overrides, ranges} = route;
            const home = route.home || route.variants.map(() => 1);
            const options = {default: route.default, ranges, home, coverage, holdout, overrides, salt};
            Object.keys(options).forEach((name) => options[name] === undefined && delete options[name]);
            return new lib.Plan(route.split, undefined, options);
        },
        assign: (plan, key) => plan.decide(key),
    };
}

function pickEngine() {
    try {
        const engine = packageEngine(require(CONFIG.package));
        const probe = (e) => JSON.stringify(e.assign(e.load(CONFIG.route), 'probe').variant);
        if (probe(engine) === probe(split))
            return [engine, CONFIG.package];
    } catch (e) {
        console.log('split: package not usable, plain JavaScript decides: ' + e.message);
    }
    return [split, 'split.js'];
}

const [engine, engineName] = pickEngine();
const router = makeRouter(engine, CONFIG);
const state = {route: router.own, due: 0, reading: null};

function fetchText(url) {
    return new Promise((resolve, reject) => {
        const client = url.startsWith('https:') ? https : http;
        const req = client.get(url, {timeout: CONFIG.routeTimeoutMs}, (res) => {
            let text = '';
            res.setEncoding('utf8');
            res.on('data', (part) => {
                text += part;
                if (text.length > 262144)
                    req.destroy(new Error('route too large'));
            });
            res.on('error', reject);
            res.on('end', () => res.statusCode === 200 ? resolve(text) : reject(new Error('status ' + res.statusCode)));
        });
        const limit = setTimeout(() => req.destroy(new Error('time-out')), CONFIG.routeTimeoutMs);
        req.on('error', reject);
        req.on('close', () => clearTimeout(limit));
    });
}

/* A frozen runtime runs nothing in the background: read when due, in line, and keep what is there on any failure. */
async function readRoute() {
    try {
        state.route = router.take(state.route, await fetchText(CONFIG.routeUrl), console.log);
        state.due = Date.now() + CONFIG.routeTtlMs;
    } catch (e) {
        console.log('split: route not read: ' + e.message);
        state.due = Date.now() + CONFIG.routeRetryMs;
    }
    state.reading = null;
}

async function currentRoute() {
    if (CONFIG.routeUrl && Date.now() >= state.due)
        await (state.reading = state.reading || readRoute());
    return state.route;
}

function cookieOf(request) {
    return router.idIn((request.headers.cookie || []).map((header) => header.value), CONFIG.cookie);
}

async function viewerRequest(event) {
    const {request, config} = event.Records[0].cf;
    const who = router.visitor(cookieOf(request), config.requestId);
    const got = router.decide(await currentRoute(), who.id);
    router.forged(request.headers).forEach((name) => delete request.headers[name]);
    request.headers['x-split-variant'] = [{key: 'X-Split-Variant', value: got.variant}];
    return request;
}

/* In a behaviour with an origin group this event comes again for the second origin: one of the chain is left alone. */
function wantedOrigin(route, request, chain) {
    const now = request.origin && request.origin.custom && request.origin.custom.domainName;
    const hosts = chain.map((name) => new URL(route.origins[name].url).hostname);
    const keeps = CONFIG.originGroup && router.isSafe(request.method) && hosts.includes(now);
    return keeps ? null : route.origins[chain[0]];
}

function useOrigin(request, origin) {
    const url = new URL(origin.url), isTls = url.protocol === 'https:';
    request.origin = {custom: {
        domainName: url.hostname,
        port: Number(url.port) || (isTls ? 443 : 80),
        protocol: isTls ? 'https' : 'http',
        path: url.pathname.replace(/\/$/, ''),
        sslProtocols: ['TLSv1.2'],
        readTimeout: 5,
        keepaliveTimeout: 5,
        customHeaders: {},
    }};
    request.headers.host = [{key: 'Host', value: origin.host || url.host}];
}

/* Runs on cache misses only: from the header that is in the cache key to the origin, and nothing else. */
async function originRequest(event) {
    const {request} = event.Records[0].cf;
    try {
        const route = await currentRoute();
        const header = request.headers['x-split-variant'];
        const index = route ? route.variants.indexOf(header ? header[0].value : '') : -1;
        const origin = index < 0 ? null : wantedOrigin(route, request, route.chains[index]);
        if (origin)
            useOrigin(request, origin);
    } catch (e) {
        console.log('split: origin not changed: ' + e.message);
    }
    return request;
}

async function viewerResponse(event) {
    const {request, response, config} = event.Records[0].cf;
    const who = router.visitor(cookieOf(request), config.requestId);
    delete response.headers['x-split-variant'];
    if (who.isNew && who.id) {
        const value = CONFIG.cookie + '=' + who.id + '; ' + router.attributes(true);
        response.headers['set-cookie'] = (response.headers['set-cookie'] || []).concat({key: 'Set-Cookie', value});
    }
    return response;
}

module.exports = {viewerRequest, originRequest, viewerResponse, engineName};
