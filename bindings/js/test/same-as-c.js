/* SPDX-License-Identifier: MIT */
/* 20,000 generated keys: the C library's answers equal those of split.js in Node, and minified in njs.
 * Node: same-as-c.js ASSIGN_KEYS [NJS]   SEED=n repeats a run. */
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const {execFileSync} = require('child_process');
const minify = require('../minify.js');

const KEYS = 20000;
const PLANS = [ /* name, salt, coverage and holdout in percent, default, overridden key, weights */
    ['checkout', '-', 100, 0, 1, '', [10, 90]],
    ['checkout', '', 100, 0, 1, '', [10, 90]],
    ['search.v2', 'search-2026', 37.5, 12.000001, 2, 'qa-\u00e9\u{1F600}', [1, 333, 10, 90]],
    ['S'.repeat(64), 'x'.repeat(64), 99.999999, 0.000001, 0, 'k', [1, 0, 999999, 5, 5, 1, 17]],
    ['one', '-', 0, 0, 0, '', [7]],
];
const PLANES = [[0x20, 0x7e], [0x20, 0x7e], [1, 0x7f], [0x80, 0x7ff], [0x800, 0xd7ff], [0xe000, 0xffff],
    [0x10000, 0x1ffff], [0x20000, 0x10ffff]];

let seed = Number(process.env.SEED || Date.now() % 0x7fffffff);
console.log('SEED=' + seed);

/* Park and Miller's generator: small, and the same everywhere. */
function below(n) {
    seed = (seed * 48271) % 0x7fffffff;
    return seed % n;
}

/* Most keys are short; one in twenty goes up to and over the limit of 4,096 bytes. */
function drawKey(overridden) {
    if (overridden && below(50) === 0)
        return overridden;
    const length = Math.floor(Math.pow(2, below(1000) / 1000 * (below(20) === 0 ? 12.2 : 7)));
    const plane = PLANES[below(PLANES.length)];
    let key = '';
    for (let i = 0; i < length; i++)
        key += String.fromCodePoint(plane[0] + below(plane[1] - plane[0] + 1));
    return below(200) === 0 ? '' : key;
}

function framed(keys) {
    return Buffer.concat(keys.map((key) => {
        const bytes = Buffer.from(key), head = Buffer.alloc(4);
        head.writeUInt32LE(bytes.length);
        return Buffer.concat([head, bytes]);
    }));
}

function routeOf(plan, ranges) {
    const [name, salt, coverage, holdout, otherwise, overridden, weights] = plan;
    const route = {schema: 1, split: name, revision: 1, variants: weights.map((w, i) => 'v' + i),
        default: otherwise, ranges, coverage, holdout};
    if (salt !== '-')
        route.salt = salt;
    if (overridden)
        route.overrides = {[overridden]: weights.length - 1};
    return route;
}

function askC(program, plan, keys) {
    const [name, salt, coverage, holdout, otherwise, overridden, weights] = plan;
    const args = [name, salt, Math.round(coverage * 1e6), Math.round(holdout * 1e6), otherwise, overridden, ...weights];
    const out = execFileSync(program, args.map(String), {input: framed(keys), maxBuffer: 1 << 26}).toString().trim().split('\n');
    return {ranges: JSON.parse(out[0]), answers: out.slice(1)};
}

const [program, njs] = process.argv.slice(2);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'split-js-'));
try {
    const routes = [], rows = [];
    PLANS.forEach((plan, index) => {
        const keys = Array.from({length: KEYS / PLANS.length}, () => drawKey(plan[5]));
        const {ranges, answers} = askC(program, plan, keys);
        if (answers.length !== keys.length)
            throw new Error('the C program answered ' + answers.length + ' of ' + keys.length + ' keys');
        routes.push(routeOf(plan, ranges));
        keys.forEach((key, i) => rows.push([index, key, answers[i]]));
    });
    const data = path.join(dir, 'answers.jsonl'), script = path.join(dir, 'njs.js');
    fs.writeFileSync(data, [routes, ...rows].map((row) => JSON.stringify(row)).join('\n') + '\n');
    console.log('Node ' + process.version);
    console.log(execFileSync(process.execPath, [path.join(__dirname, 'compare.js'), data]).toString().trim());
    if (njs) {
        const source = fs.readFileSync(path.join(__dirname, '../split.js'), 'utf8');
        fs.writeFileSync(script, minify(source) + fs.readFileSync(path.join(__dirname, 'compare.js'), 'utf8'));
        console.log('njs ' + execFileSync(njs, ['-v']).toString().trim());
        console.log(execFileSync(njs, ['-e', '1', script, data]).toString().trim());
    }
} finally {
    fs.rmSync(dir, {recursive: true});
}
