/* SPDX-License-Identifier: MIT */
/* Runs vector files through split.js, in Node (run-vectors.js assign FILE...) and, after split.js, in njs. */
'use strict';
var fs = require('fs');
var engine = typeof split === 'object' ? split : require('../split.js');
var passed = 0, failed = 0;

/* What is wrong with one case, or "". Layout from weights is not this runtime's job: it reads ranges. */
function fault(item) {
    var route = {schema: 1, split: 'vectors', salt: item.salt, 'default': 0, ranges: item.ranges, variants: []};
    var counts = [], plan, got, i;
    for (i = 0; i < item.weights.length; i++) {
        route.variants.push('v' + i);
        counts.push(0);
    }
    plan = engine.load(route);
    for (i = 0; i < item.ranges.length; i++)
        counts[item.ranges[i][2]] += item.ranges[i][1] - item.ranges[i][0];
    if (item.buckets && counts.join() !== item.buckets.join())
        return 'expected buckets ' + item.buckets + ' got ' + counts;
    for (i = 0; i < item.keys.length; i++) {
        got = engine.assign(plan, item.keys[i][0]);
        if (got.bucket !== item.keys[i][1] || got.variant !== item.keys[i][2])
            return 'key ' + i + ': expected ' + item.keys[i][1] + ' ' + item.keys[i][2] + ' got ' +
                got.bucket + ' ' + got.variant;
    }
    return item.keys.length ? '' : 'a case without keys proves nothing';
}

function runFile(path) {
    var cases = JSON.parse(fs.readFileSync(path, 'utf8')).cases, i, why;
    for (i = 0; i < cases.length; i++) {
        try {
            why = fault(cases[i]);
        } catch (e) {
            why = 'threw ' + (e.code || e.message);
        }
        if (why)
            console.log(cases[i].id + ': ' + why);
        failed += why ? 1 : 0;
        passed += why ? 0 : 1;
    }
}

function main(args) {
    var i;
    if (args[0] !== 'assign' || args.length < 2) {
        console.log('usage: run-vectors.js assign FILE...');
        return 2;
    }
    try {
        for (i = 1; i < args.length; i++)
            runFile(args[i]);
    } catch (e) {
        console.log('unreadable: ' + args[i] + ': ' + e.message);
        return 2;
    }
    console.log(passed + ' passed, ' + failed + ' failed');
    return failed ? 1 : 0;
}

if (typeof process.exit === 'function')
    process.exitCode = main(process.argv.slice(2));
else if (main(process.argv.slice(2)))
    throw new Error('vectors failed');
