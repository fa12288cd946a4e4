/* SPDX-License-Identifier: MIT */
/* The built CloudFront Function under test, in Node and in njs. Put together by run-bundle.js, which defines handler, cf, EVENTS,
 * ROUTE, store and clock before this text. */
var passed = 0, failed = 0;

function check(what, got, expected) {
    var same = String(got) === String(expected);
    if (!same)
        console.log('FAILED ' + what + ': expected ' + expected + ' got ' + got);
    passed += same ? 1 : 0;
    failed += same ? 0 : 1;
}

function copy(value) {
    return JSON.parse(JSON.stringify(value));
}

function event(name, id, method) {
    var e = copy(EVENTS[name]);
    if (id !== undefined)
        e.request.cookies.split_id = {value: id};
    if (method)
        e.request.method = method;
    return e;
}

function routeAt(start, revision) {
    var route = copy(ROUTE);
    route.ranges = start === 0 ? [[0, 1048576, 1]] : start === 1048576 ? [[0, start, 0]] : [[0, start, 0], [start, 1048576, 1]];
    route.revision = revision;
    return JSON.stringify(route);
}

function expected(id, start) {
    return split.assign(split.load(JSON.parse(routeAt(start, 1))), id).bucket < start ? 'new' : 'legacy';
}

/* Variant and choice for one event. */
async function send(e) {
    var out = await handler(e);
    return {variant: out.headers['x-split-variant'].value, choice: cf.takeChoice(), request: out};
}

async function knownVisitors() {
    var i, got, wrong = 0, moved = 0, id, e;
    for (i = 0; i < 200; i++) {
        id = 'visitor-' + i;
        got = await send(event('viewer-request-known', id));
        wrong += got.variant === expected(id, 104858) ? 0 : 1;
        moved += got.variant === 'new' ? 1 : 0;
        if (got.choice !== (got.variant === 'new' ? 'new then legacy on 500, 502, 503, 504' : 'legacy'))
            wrong++;
        e = await send(event('viewer-request-known', id, 'POST'));
        if (e.choice !== got.variant || e.variant !== got.variant)
            wrong++;
    }
    check('known visitors: variant and origins', wrong, 0);
    check('about a tenth is on new', moved > 5 && moved < 40, true);
}

async function newVisitors() {
    var i, wrong = 0, request, response, got, cookie;
    for (i = 0; i < 100; i++) {
        request = event('viewer-request-new');
        response = event('viewer-response-new');
        request.context.requestId = response.context.requestId = 'rq-' + i + '+/ab==';
        got = await send(request);
        response = await handler(response);
        cookie = response.cookies.split_id;
        if (cookie.value !== 'rq-' + i + 'ab' || got.variant !== expected(cookie.value, 104858))
            wrong++;
        request = await send(event('viewer-request-known', cookie.value));
        if (request.variant !== got.variant)
            wrong++;
    }
    check('the cookie names the id that decided', wrong, 0);
    check('its attributes', cookie.attributes, 'Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax; Secure');
}

async function responses() {
    var out = await handler(event('viewer-response-new'));
    check("the origin's cookies stay", out.cookies.session.value, 's1');
    check("the origin's word on the variant goes", out.headers['x-split-variant'], undefined);
    out = await handler(event('viewer-response-known'));
    check('known visitors get no cookie', Object.keys(out.cookies).length, 0);
    check('the answer is otherwise the same', JSON.stringify(out), JSON.stringify(EVENTS['viewer-response-known'].response));
}

async function forged() {
    var out;
    var got = await send(event('viewer-request-forged')), names = Object.keys(got.request.headers).sort().join();
    check('forged headers are gone', names, 'accept,host,user-agent,x-split-variant');
    check('the variant is ours', got.variant, expected('k1Vt-6hLw0aYc2_9PzQmXsR7bD4uGfEoJnTiHy5CvBqAxNlKMrWZeg', 104858));
    var bad = ['', ' ', 'a b', new Array(66).join('x'), '../x', '\u00e9', 'a;b'], i, same = 0;
    for (i = 0; i < bad.length; i++) {
        out = await send(event('viewer-request-known', bad[i]));
        same += out.variant === got.variant ? 1 : 0;
    }
    check('cookies that are no id make a new visitor', same, bad.length);
    var e = event('viewer-request-new');
    delete e.context.requestId;
    out = await send(e);
    check('without any id the default serves', out.variant, 'legacy');
    e = event('viewer-response-new');
    delete e.context.requestId;
    out = await handler(e);
    check('and no cookie is set', out.cookies.split_id, undefined);
}

/* Everybody's variant under what lies in the store, as a count of new among 40 visitors. */
async function countNew() {
    var i, n = 0, got;
    for (i = 0; i < 40; i++) {
        got = await send(event('viewer-request-known', 'v' + i));
        n += got.variant === 'new' ? 1 : 0;
    }
    return n;
}

async function storeValues() {
    var now, own = await countNew(), damaged = ['', '{', 'null', '[]', '7', '"x"', routeAt(524288, 1).slice(0, 300),
        routeAt(524288, 0), routeAt(524288, -5), routeAt(524288, 1.5), routeAt(1048577, 9),
        routeAt(524288, 9).replace('intelligent-search', 'other'), routeAt(524288, 9).replace('"schema":1', '"schema":2'),
        routeAt(524288, 9).replace('[["new"', '[["gone"'), routeAt(524288, 9).replace('"default":1', '"default":7'),
        routeAt(524288, 9).replace('"sticky"', '"random"')];
    var i, kept = 0;
    for (i = 0; i < damaged.length; i++) {
        publishRoute(store, 'route', damaged[i]);
        clock.now += 60;
        now = await countNew();
        kept += now === own ? 1 : 0;
    }
    check('damaged, older and foreign routes: the one compiled in serves', kept, damaged.length);
    publishRoute(store, 'route', routeAt(1048576, 2));
    now = await countNew();
    check('before a change has spread the old one holds', now, own);
    clock.now += 4;
    now = await countNew();
    check('still', now, own);
    clock.now += 1;
    now = await countNew();
    check('after it has, the new one', now, 40);
    publishRoute(store, 'route', routeAt(0, 3));
    clock.now += 5;
    now = await countNew();
    check('a rollback, too', now, 0);
    store.remove('route', store.describe().ETag);
    clock.now += 5;
    now = await countNew();
    check('a missing key: the one compiled in', now, own);
}

async function unknownOrigin() {
    var route = JSON.parse(routeAt(1048576, 4)), got;
    route.chains = [['elsewhere'], ['legacy']];
    route.origins.elsewhere = {url: 'https://elsewhere.example.com'};
    publishRoute(store, 'route', JSON.stringify(route));
    clock.now += 5;
    got = await send(event('viewer-request-known', 'v1'));
    check('an origin that the distribution has not: legacy, in the cache key too', got.variant + ' ' + got.choice, 'legacy null');
    store.remove('route', store.describe().ETag);
    clock.now += 5;
}

function thrown(run) {
    try {
        run();
        return 'nothing';
    } catch (e) {
        return e.name;
    }
}

function storeRules() {
    var tag = store.describe().ETag, long = new Array(1026).join('x');
    check('a write without If-Match', thrown(function () { store.put('k', 'v'); }), 'ValidationException');
    check('a value of 1,025 bytes', thrown(function () { store.put('k', long, tag); }), 'ValidationException');
    check('a sample route fits', routeAt(104858, 1).length < 1000, true);
    store.put('k', 'v', tag);
    check('a stale tag', thrown(function () { store.put('k', 'w', tag); }), 'ConflictException');
    check('all or nothing', thrown(function () { store.update(store.describe().ETag, [{key: 'a', value: '1'}], ['gone']); }) +
        store.describe().ItemCount, 'ResourceNotFoundException1');
    check('another writer in between: again, and it is there', publishRoute(store, 'k', 'mine', function (attempt) {
        if (attempt < 3)
            publishRoute(store, 'other', String(attempt));
    }) + store.get('k'), '3mine');
    store.update(store.describe().ETag, [], ['k', 'other']);
}

async function all() {
    await knownVisitors();
    await newVisitors();
    await responses();
    await forged();
    await storeValues();
    await unknownOrigin();
    storeRules();
    console.log(passed + ' passed, ' + failed + ' failed');
}

all().catch(function (e) { console.log('threw ' + e.message + '\n' + passed + ' passed, ' + (failed + 1) + ' failed'); });
