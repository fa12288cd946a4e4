/* SPDX-License-Identifier: MIT */
/* Routes as splitctl writes them: split.js and the edge builds take them and decide as `splitctl assign` does; of routes
 * broken in one place the edge refuses exactly those that `splitctl check` refuses. Node: same-as-splitctl.js SPLITCTL */
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const {execFileSync, spawnSync} = require('child_process');
const split = require('../split.js');
const {build} = require('../../../examples/edge/build.js');
const makeRouter = require('../../../examples/edge/router.js');

const SPLITCTL = process.argv[2];
const BASE = {
    schema: 1,
    split: {name: 'intelligent-search', default: 'legacy', variants: [
        {name: 'new', weight: 10, chain: ['new', 'legacy']}, {name: 'legacy', weight: 90, chain: ['legacy']}]},
    origins: {new: {url: 'http://127.0.0.1:9001'}, legacy: {url: 'http://127.0.0.1:9002'}},
    metrics: [{name: 'error_rate', kind: 'error', target: '< 1%', warning: '> 1%', critical: '> 5%'}],
    rollout: {variant: 'new', baseline: 'legacy', phases: [{percent: 10, bake: '4h'}, {percent: 100, bake: '4h'}]},
};
const POLICIES = {
    plain: {},
    salted: {salt: 's-2'},
    unsalted: {salt: ''},
    gated: {coverage: 33.3, holdout: 7.654321, overrides: {'qa-1': 'new', 'k\u00e9y \u{1F600}': 'legacy'}, cookie: {name: 'visitor', max_age: '30d'}},
};
const KEYS = ['qa-1', 'k\u00e9y \u{1F600}', 'a', '\u4e80', 'x'.repeat(4096)].concat(Array.from({length: 995}, (x, i) => 'user-' + i));

let passed = 0, failed = 0;
function check(what, got, expected) {
    passed += got === expected;
    failed += got !== expected;
    if (got !== expected && failed < 10)
        console.log(`${what}: expected ${expected} got ${got}`);
}

/* What replaces a value of a route, and the fields that the edge reads: others are not its business. */
const BREAKS = [null, 0, 1, 2, -1, 0.5, 1e9, 1048576, 1048577, '', 'x', 'a b', [], [[]], {}, true, 'random', 'new', ['new'], [0, 1],
    100.0000001, 100, 1e-7, '1', '-', undefined];
const READ = ['schema', 'split', 'revision', 'salt', 'mode', 'variants', 'default', 'ranges', 'chains', 'overrides', 'coverage', 'holdout'];

/* Every place below the fields that are read, as paths. */
function places(value, at) {
    const own = value && typeof value === 'object' ? Object.keys(value).flatMap((k) => places(value[k], at.concat(k))) : [];
    return own.concat(at.length ? [at] : []);
}

function broken(route, at, by) {
    const out = JSON.parse(JSON.stringify(route)), last = at[at.length - 1];
    const owner = at.slice(0, -1).reduce((o, k) => o[k], out);
    if (by === undefined && Array.isArray(owner))
        owner.splice(Number(last), 1);
    else
        owner[last] = by;
    return JSON.stringify(out);
}

function refusals(dir, route) {
    const all = places(Object.fromEntries(READ.filter((f) => f in route).map((f) => [f, route[f]])), []);
    const texts = all.flatMap((at) => BREAKS.map((by) => broken(route, at, by)));
    const files = texts.map((text, i) => path.join(dir, 'broken-' + i + '.json'));
    const router = makeRouter(split, {legacy: {}, route: null});
    texts.forEach((text, i) => fs.writeFileSync(files[i], text));
    const bad = new Set();
    for (let i = 0; i < files.length; i += 200) {
        const told = spawnSync(SPLITCTL, ['check', '--json', ...files.slice(i, i + 200)], {maxBuffer: 1 << 26}).stdout;
        JSON.parse(told).forEach((fault) => bad.add(fault.file));
    }
    texts.forEach((text, i) => {
        let why = '';
        const taken = router.take(null, text, (line) => { why = line; }) !== null;
        const isOtherMode = /refused: mode$/.test(why);
        check('broken route ' + text.slice(0, 300) + ' ' + why, taken, !bad.has(files[i]) && !isOtherMode);
    });
    console.log(texts.length + ' broken routes, refused by the library ' + bad.size);
}

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'split-js-'));
try {
    for (const [name, changes] of Object.entries(POLICIES)) {
        const policy = path.join(dir, name + '.json'), file = path.join(dir, name + '-route.json');
        fs.writeFileSync(policy, JSON.stringify({...BASE, split: {...BASE.split, ...changes}}));
        for (const percent of ['10', '37.5', '100', '0']) {
            execFileSync(SPLITCTL, ['set', percent, '-p', policy, '--route', file], {stdio: 'ignore'});
            const route = JSON.parse(fs.readFileSync(file, 'utf8')), plan = split.load(route);
            const lines = execFileSync(SPLITCTL, ['assign', '-p', file, '-'], {input: KEYS.join('\n') + '\n'}).toString().trim().split('\n');
            check(`${name} ${percent} %: lines`, lines.length, KEYS.length);
            KEYS.forEach((key, i) => {
                const got = split.assign(plan, key);
                check(`${name} ${percent} %: ${key.slice(0, 20)}`, [key, got.bucket, plan.variants[got.variant]].join('\t'), lines[i]);
            });
            for (const target of ['cloudfront', 'lambda', 'nginx'])
                check(`${name}: ${target} builds`, build(target, route).includes('"revision":' + route.revision), true);
            if (name !== 'gated')
                check(`${name}: fits a store's value`, fs.statSync(file).size <= 1000, true);
            if (name === 'gated')
                check('cookie of the policy', /"cookie":"visitor","maxAge":2592000/.test(build('nginx', route)), true);
        }
    }
    const route = JSON.parse(fs.readFileSync(path.join(dir, 'gated-route.json'), 'utf8'));
    refusals(dir, {...route, salt: 's-2', mode: 'sticky', ranges: [[0, 104858, 0], [104858, 1048576, 1]]});
} finally {
    fs.rmSync(dir, {recursive: true});
}
console.log(passed + ' passed, ' + failed + ' failed');
process.exitCode = failed ? 1 : 0;
