/* SPDX-License-Identifier: MIT */
/* Lambda@Edge handlers, built and loaded as Node would: node test-lambda.js [PACKAGE]
 * PACKAGE is the folder of the libsplit package; without it, bindings/node, if that is built. */
'use strict';
const assert = require('assert');
const fs = require('fs');
const http = require('http');
const os = require('os');
const path = require('path');
const {build} = require('../build.js');
const split = require('../../../bindings/js/split.js');

const ROUTE = require('../route.json');
const EVENTS = path.join(__dirname, '../harness/events');
const NONE = 'a-package-that-is-not-there';
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'split-lambda-'));
const answers = {mode: 'ok', text: '', asked: 0};
let passed = 0, failed = 0, n = 0;
console.log = () => {};

const server = http.createServer((req, res) => {
    answers.asked++;
    if (answers.mode === 'hang')
        return;
    res.statusCode = answers.mode === 'ok' ? 200 : 500;
    res.end(answers.text);
});

async function test(name, run) {
    try {
        await run();
        passed++;
    } catch (e) {
        failed++;
        process.stdout.write('FAILED ' + name + ': ' + e.message + '\n');
    }
}

/* A fresh copy of the built file: state of its own, as in a new container. */
function lambda(settings, route) {
    const file = path.join(dir, 'lambda-' + n++ + '.js');
    fs.writeFileSync(file, build('lambda', route || ROUTE, {package: NONE, ...settings}));
    return require(file);
}

function event(name, change) {
    const e = JSON.parse(fs.readFileSync(path.join(EVENTS, 'lambda-' + name + '.json'), 'utf8'));
    if (change)
        change(e.Records[0].cf);
    return e;
}

function routeAt(start, revision) {
    const ranges = start === 0 ? [[0, 1048576, 1]] : start === 1048576 ? [[0, start, 0]] : [[0, start, 0], [start, 1048576, 1]];
    return {...ROUTE, ranges, revision};
}

function expected(id, route) {
    return route.variants[split.assign(split.load(route), id).variant];
}

const withId = (id) => (cf) => { cf.request.headers.cookie = [{key: 'Cookie', value: 'a=b; split_id=' + id}]; };

async function variantOf(edge, id) {
    const request = await edge.viewerRequest(event('viewer-request-known', withId(id)));
    return request.headers['x-split-variant'][0].value;
}

async function countNew(edge) {
    let count = 0;
    for (let i = 0; i < 50; i++)
        count += await variantOf(edge, 'v' + i) === 'new';
    return count;
}

async function decisions(settings, engineName, route) {
    const edge = lambda(settings, route);
    assert.strictEqual(edge.engineName, engineName);
    for (let i = 0; i < 500; i++)
        assert.strictEqual(await variantOf(edge, 'visitor-' + i), expected('visitor-' + i, route || ROUTE));
}

async function newVisitor() {
    const edge = lambda();
    for (let i = 0; i < 100; i++) {
        const fresh = (cf) => { cf.config.requestId = 'rq' + i + '=='; };
        const request = await edge.viewerRequest(event('viewer-request-new', fresh));
        const response = await edge.viewerResponse(event('viewer-response-new', fresh));
        const cookies = response.headers['set-cookie'].map((c) => c.value);
        assert.deepStrictEqual(cookies, ['session=s1; Path=/',
            `split_id=rq${i}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure`]);
        assert.strictEqual(request.headers['x-split-variant'][0].value, expected('rq' + i, ROUTE));
    }
    const known = await edge.viewerResponse(event('viewer-response-new', withId('me')));
    assert.strictEqual(known.headers['set-cookie'].length, 1);
}

function originOf(request) {
    return request.origin.custom.domainName + ' ' + request.headers.host[0].value;
}

const asks = (variant, method, host) => (cf) => {
    cf.request.headers['x-split-variant'] = [{key: 'X-Split-Variant', value: variant}];
    cf.request.method = method;
    cf.request.origin.custom.domainName = host;
    cf.request.headers.host[0].value = host;
};

async function origins() {
    const plain = lambda(), grouped = lambda({originGroup: true});
    const cases = [ /* edge, variant, method, origin of the behaviour or of this attempt, what comes out */
        [plain, 'new', 'GET', 'legacy', 'new'], [plain, 'legacy', 'GET', 'new', 'legacy'], [plain, 'new', 'POST', 'legacy', 'new'],
        [grouped, 'new', 'GET', 'new', 'new'], [grouped, 'new', 'GET', 'legacy', 'legacy'], /* the second attempt */
        [grouped, 'legacy', 'GET', 'new', 'legacy'], [grouped, 'legacy', 'GET', 'legacy', 'legacy'],
        [grouped, 'new', 'POST', 'legacy', 'new'],
        [plain, 'nonsense', 'GET', 'legacy', 'legacy'], [plain, '', 'GET', 'legacy', 'legacy'],
    ];
    for (const [edge, variant, method, from, to] of cases) {
        const request = await edge.originRequest(event('origin-request', asks(variant, method, from + '.example.com')));
        assert.strictEqual(originOf(request), `${to}.example.com ${to}.example.com`, [variant, method, from].join(' '));
    }
    const bare = await plain.originRequest(event('origin-request', (cf) => { delete cf.request.headers['x-split-variant']; }));
    assert.strictEqual(originOf(bare), 'legacy.example.com legacy.example.com');
}

async function routes(url) {
    const settings = {routeUrl: url, routeTtlMs: 0, routeRetryMs: 0, routeTimeoutMs: 150};
    const edge = lambda(settings), own = await countNew(lambda());
    answers.text = JSON.stringify(routeAt(1048576, 5));
    assert.strictEqual(await countNew(edge), 50);
    for (const text of ['', '{', 'null', JSON.stringify(routeAt(0, 4)), JSON.stringify({...routeAt(0, 9), split: 'other'}), 'x'.repeat(300000)]) {
        answers.text = text;
        assert.strictEqual(await countNew(edge), 50, 'stale while damaged: ' + text.slice(0, 20));
    }
    answers.mode = 'error';
    assert.strictEqual(await countNew(edge), 50, 'stale while the origin answers 500');
    assert.strictEqual(await countNew(lambda(settings)), own, 'compiled in, when nothing was ever read');
    answers.mode = 'hang';
    const before = Date.now();
    assert.strictEqual(await variantOf(edge, 'v1'), 'new', 'stale while the origin hangs');
    assert.ok(Date.now() - before < 2000, 'a hanging origin delays only up to the limit');
    answers.mode = 'ok';
    answers.text = JSON.stringify(routeAt(0, 6));
    assert.strictEqual(await countNew(edge), 0, 'rollback');
    assert.strictEqual(await countNew(lambda({...settings, routeUrl: 'http://127.0.0.1:1/'})), own, 'refused connection');
}

async function timeToLive(url) {
    const edge = lambda({routeUrl: url, routeTtlMs: 60000});
    answers.asked = 0;
    answers.text = JSON.stringify(routeAt(1048576, 7));
    await Promise.all([variantOf(edge, 'a'), variantOf(edge, 'b'), variantOf(edge, 'c')]);
    await countNew(edge);
    assert.strictEqual(answers.asked, 1);
}

/* A package whose answers differ must not decide. */
async function lyingPackage() {
    const file = path.join(dir, 'lying.js');
    fs.writeFileSync(file, 'exports.Plan = class { decide(key) { return {variant: 2, bucket: 0, reason: "hash"}; } };');
    await decisions({package: file}, 'split.js');
}

function builtPackage() {
    const folder = path.join(__dirname, '../../../bindings/node');
    try {
        return typeof require(folder).Plan === 'function' ? folder : null;
    } catch (e) {
        return null;
    }
}

async function main() {
    await new Promise((done) => server.listen(0, '127.0.0.1', done));
    const url = 'http://127.0.0.1:' + server.address().port + '/route.json';
    const gated = {...ROUTE, salt: 's2', coverage: 60, holdout: 12.5, overrides: {'visitor-3': 0, 'visitor-4': 1}};
    await test('plain JavaScript decides as split.js', () => decisions({}, 'split.js'));
    await test('gates and overrides', () => decisions({}, 'split.js', gated));
    await test('a package that lies is not used', lyingPackage);
    await test('new visitors get one id in both events', newVisitor);
    await test('origin by variant, method and attempt', origins);
    await test('routes: newer, damaged, older, failing, hanging', () => routes(url));
    await test('one read in a time to live', () => timeToLive(url));
    const lib = process.argv[2] ? path.resolve(process.argv[2]) : builtPackage();
    if (lib) {
        await test('the libsplit package decides the same', () => decisions({package: lib}, lib));
        await test('the libsplit package: gates and overrides', () => decisions({package: lib}, lib, gated));
    }
    server.closeAllConnections();
    server.close();
    fs.rmSync(dir, {recursive: true});
    process.stdout.write((lib ? 'with' : 'without') + ' the libsplit package\n' + passed + ' passed, ' + failed + ' failed\n');
    process.exitCode = failed ? 1 : 0;
}

main();
