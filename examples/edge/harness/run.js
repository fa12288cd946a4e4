/* SPDX-License-Identifier: MIT */
/* Runs the built CloudFront Function on events and shows what it did, the origin selection included:
 *     node harness/run.js [--route ROUTE.json] [--kvs FILE] [EVENT.json...]
 * --route is compiled in (default: ../route.json); --kvs is the value in the KeyValueStore (default: the key is missing). */
'use strict';
const fs = require('fs');
const path = require('path');
const {build} = require('../build.js');
const makeCloudFront = require('./cloudfront-module.js');
const {makeStore, publishRoute} = require('./kvs.js');

/* The function as CloudFront would load it, with `cf` in place of the module that it imports. */
function load(route, cf) {
    const source = build('cloudfront', route).replace(/^import cf[^\n]*\n/, '');
    return new Function('cf', source + '\nreturn handler;')(cf);
}

function describe(event, out, choice) {
    if (event.context.eventType === 'viewer-response') {
        const cookie = Object.entries(out.cookies || {}).map(([name, c]) => name + '=' + c.value + '; ' + c.attributes);
        return 'cookies set: ' + (cookie.join(' | ') || 'none');
    }
    return 'variant ' + out.headers['x-split-variant'].value + ', origin ' + (choice || "the behaviour's own");
}

async function main(args) {
    const files = [], given = {'--route': path.join(__dirname, '../route.json'), '--kvs': null};
    for (let i = 0; i < args.length; i++) {
        if (args[i] in given)
            given[args[i]] = args[++i];
        else
            files.push(args[i]);
    }
    const route = JSON.parse(fs.readFileSync(given['--route'], 'utf8'));
    const store = makeStore(() => 0);
    if (given['--kvs'])
        publishRoute(store, 'route', fs.readFileSync(given['--kvs'], 'utf8'));
    const cf = makeCloudFront(store.edge(0), Object.keys(route.origins));
    const handler = load(route, cf);
    const folder = path.join(__dirname, 'events');
    const all = fs.readdirSync(folder).filter((name) => name.startsWith('viewer-')).map((name) => path.join(folder, name));
    for (const file of files.length ? files : all) {
        const event = JSON.parse(fs.readFileSync(file, 'utf8'));
        const out = await handler(event);
        console.log(path.basename(file) + ': ' + event.request.method + ' ' + event.request.uri + ': ' +
            describe(event, out, cf.takeChoice()));
    }
}

main(process.argv.slice(2)).catch((e) => {
    console.error('error: ' + e.message);
    process.exitCode = 1;
});
