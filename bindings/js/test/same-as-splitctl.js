/* SPDX-License-Identifier: MIT */
/* Routes as splitctl writes them: split.js and the edge builds take them and decide as `splitctl assign` does.
 * Node: same-as-splitctl.js SPLITCTL */
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const {execFileSync} = require('child_process');
const split = require('../split.js');
const {build} = require('../../../examples/edge/build.js');

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
} finally {
    fs.rmSync(dir, {recursive: true});
}
console.log(passed + ' passed, ' + failed + ' failed');
process.exitCode = failed ? 1 : 0;
