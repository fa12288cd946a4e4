/* SPDX-License-Identifier: MIT */
/* What build.js refuses, and what it says of it. */
'use strict';
const assert = require('assert');
const fs = require('fs');
const os = require('os');
const path = require('path');
const {spawnSync} = require('child_process');
const {build} = require('../build.js');

const ROUTE = require('../route.json');
const BUILD = path.join(__dirname, '../build.js');
const TARGETS = ['cloudfront', 'lambda', 'nginx'];
let passed = 0;

function refuses(pattern, target, route, settings) {
    assert.throws(() => build(target, route, settings), (e) => pattern.test(e.message), String(pattern));
    passed++;
}

TARGETS.forEach((target) => {
    refuses(/stores decisions \(cookie\.signed\).*take cookie\.signed out of the policy/, target,
        {...ROUTE, cookie: {...ROUTE.cookie, signed: 'file:/etc/split/keys'}});
    refuses(/the route is damaged/, target, {...ROUTE, ranges: [[0, 1, 0]]});
    refuses(/no setting is called routeUlr/, target, ROUTE, {routeUlr: 'http://127.0.0.1/'});
    assert.ok(build(target, {...ROUTE, cookie: {name: 'id', max_age: '30d'}}).length > 1000);
    passed++;
});
refuses(/no target is called cloudfare/, 'cloudfare', ROUTE);
refuses(/the function has \d+ bytes, at most 10240/, 'cloudfront', {
    ...ROUTE, overrides: Object.fromEntries(Array.from({length: 400}, (_, i) => ['a-visitor-of-ours-' + i, 0])),
});

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'split-build-'));
try {
    const file = path.join(dir, 'route.json');
    fs.writeFileSync(file, '{"schema": 1,');
    [[['nginx', path.join(dir, 'none.json')], /none\.json/], [['nginx', file], /JSON/], [[], /no target/]].forEach(([args, pattern]) => {
        const run = spawnSync(process.execPath, [BUILD, ...args], {encoding: 'utf8'});
        assert.strictEqual(run.status, 1);
        assert.strictEqual(run.stdout, '');
        assert.match(run.stderr, /^error: /);
        assert.match(run.stderr, pattern);
        passed++;
    });
} finally {
    fs.rmSync(dir, {recursive: true});
}
console.log(passed + ' passed, 0 failed');
