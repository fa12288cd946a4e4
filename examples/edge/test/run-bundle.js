/* SPDX-License-Identifier: MIT */
/* Puts the built function, its stand-ins and its test into one script and runs it in Node or njs: run-bundle.js ENGINE */
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const {spawnSync} = require('child_process');
const {build, EDGE_BYTES_MAX} = require('../build.js');

/* What runtime 2.0 does not have; strings and comments are ignored. */
const ABSENT = [/\bof\b/, /\bclass\b/, /\bBigInt\b/, /\beval\b/, /\bprocess\b/, /\brequire\b/, /\.\.\./, /=>/];

function checkSource(source) {
    const code = source.replace(/'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g, "''");
    const found = ABSENT.filter((pattern) => pattern.test(code)).concat(code.match(/await/g).length === 1 ? [] : ['one await']);
    const size = Buffer.byteLength(source);
    console.log('function: ' + size + ' bytes, at most ' + EDGE_BYTES_MAX + '; not in the runtime: ' + (found.join(' ') || 'nothing'));
    return size <= EDGE_BYTES_MAX && found.length === 0;
}

function script(source, route) {
    const events = {}, folder = path.join(__dirname, '../harness/events');
    const read = (name) => fs.readFileSync(path.join(__dirname, name), 'utf8').replace(/if \(typeof module[^]*$/, '');
    fs.readdirSync(folder).filter((name) => name.startsWith('viewer-')).forEach((name) => {
        events[path.basename(name, '.json')] = JSON.parse(fs.readFileSync(path.join(folder, name), 'utf8'));
    });
    return read('../harness/kvs.js') + read('../harness/cloudfront-module.js') + '\n' +
        'var clock = {now: 0}, store = makeStore(function () { return clock.now; });\n' +
        'var cf = makeCloudFront(store.edge(5), ["new", "legacy"]);\n' +
        'var ROUTE = ' + JSON.stringify(route) + ', EVENTS = ' + JSON.stringify(events) + ';\n' +
        source.replace(/^import cf[^\n]*\n/, '').replace(/function log\((\w+)\)\{console\.log\(\1\)\}/, 'function log(){}') +
        fs.readFileSync(path.join(__dirname, 'test-cloudfront.js'), 'utf8');
}

const engine = process.argv[2];
const route = JSON.parse(fs.readFileSync(path.join(__dirname, '../route.json'), 'utf8'));
const source = build('cloudfront', route);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'split-edge-'));
try {
    fs.writeFileSync(path.join(dir, 'bundle.js'), script(source, route));
    const run = spawnSync(engine, [path.join(dir, 'bundle.js')], {encoding: 'utf8'});
    process.stdout.write(run.stdout + run.stderr);
    const ok = checkSource(source);
    process.exitCode = ok && run.status === 0 && / passed, 0 failed\n$/.test(run.stdout) ? 0 : 1;
} finally {
    fs.rmSync(dir, {recursive: true});
}
