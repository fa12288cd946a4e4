/* SPDX-License-Identifier: MIT */
/* Makes one file for an edge out of the shared sources and a route:
 *     node build.js cloudfront|lambda|nginx ROUTE.json [SETTINGS.json] > OUT
 * The route is compiled in as what serves when nothing newer can be read. SETTINGS overrides the fields of `defaults`. */
'use strict';
const fs = require('fs');
const path = require('path');
const split = require('../../bindings/js/split.js');
const minify = require('../../bindings/js/minify.js');
const makeRouter = require('./router.js');

const EDGE_BYTES_MAX = 10240;
/* Codes that CloudFront lets a failover group have. */
const STATUSES = [400, 403, 404, 416, 429, 500, 502, 503, 504];
const SECONDS = {ms: 0.001, s: 1, m: 60, h: 3600, d: 86400};

function seconds(duration) {
    const [, number, unit] = /^([\d.]+)(ms|s|m|h|d)$/.exec(duration);
    return Math.floor(Number(number) * SECONDS[unit]);
}

function configOf(route, settings) {
    const cookie = route.cookie || {}, legacy = route.default;
    const statuses = (route.failover && route.failover.statuses || [500, 502, 503, 504]).filter((s) => STATUSES.includes(s));
    const defaults = {
        cookie: cookie.name || 'split_id',
        maxAge: seconds(cookie.max_age || '365d'),
        statuses,
        legacy: {variant: route.variants[legacy], origin: route.chains[legacy][0]},
        key: 'route', /* in the KeyValueStore */
        package: 'libsplit', /* Lambda@Edge only, as the rest */
        originGroup: false,
        routeUrl: '',
        routeTtlMs: 60000,
        routeRetryMs: 10000,
        routeTimeoutMs: 300,
    };
    Object.keys(settings).forEach((name) => {
        if (!(name in defaults))
            throw new Error('no setting is called ' + name);
    });
    return {...defaults, ...settings, route};
}

/* Only what a target reads goes into it. */
function compact(target, config) {
    if (target === 'lambda')
        return config;
    const {cookie, maxAge, statuses, legacy, key, route} = config;
    const {home, issued_at, failover, cookie: inRoute, ...rest} = route; /* not needed to decide */
    return {cookie, maxAge, legacy, route: rest, ...(target === 'cloudfront' ? {statuses, key} : {})};
}

function build(target, route, settings) {
    if (!['cloudfront', 'lambda', 'nginx'].includes(target))
        throw new Error('no target is called ' + target);
    const config = configOf(route, settings || {});
    if (config.route.cookie && config.route.cookie.signed !== undefined)
        throw new Error('the route stores decisions (cookie.signed), which no edge reads: a visitor would go where the edge\'s plan ' +
            'says and not where the proxy said before; take cookie.signed out of the policy');
    if (!makeRouter(split, config).own)
        throw new Error('the route is damaged: ' + reason(route));
    const read = (file) => fs.readFileSync(path.join(__dirname, file), 'utf8').replace(/if \(typeof module[^]*$/, '');
    const shared = minify(read('../../bindings/js/split.js')) + minify(read('router.js')) +
        'var CONFIG=' + JSON.stringify(compact(target, config)) + ';\n';
    if (target !== 'cloudfront')
        return shared + read(target + '.js');
    const out = "import cf from 'cloudfront';\n" + shared + minify(read('cloudfront.js'));
    if (Buffer.byteLength(out) > EDGE_BYTES_MAX)
        throw new Error('the function has ' + Buffer.byteLength(out) + ' bytes, at most ' + EDGE_BYTES_MAX);
    return out;
}

function reason(route) {
    try {
        split.load(route);
        return 'revision or chains';
    } catch (e) {
        return e.message;
    }
}

module.exports = {build, EDGE_BYTES_MAX};

if (require.main === module) {
    const [target, ...files] = process.argv.slice(2);
    try {
        const [route, settings] = files.map((file) => JSON.parse(fs.readFileSync(file, 'utf8')));
        process.stdout.write(build(target, route, settings));
    } catch (e) {
        console.error('error: ' + e.message);
        process.exitCode = 1;
    }
}
