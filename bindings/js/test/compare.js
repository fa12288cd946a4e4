/* SPDX-License-Identifier: MIT */
/* Checks decisions of the C library, one JSON line each, against split.js: [plan index, key, answer]; routes come first. */
'use strict';
var fs = require('fs');
var engine = typeof split === 'object' ? split : require('../split.js');

function answer(plan, key) {
    var got;
    try {
        got = engine.assign(plan, key);
        return got.bucket + ' ' + got.variant + ' ' + got.reason;
    } catch (e) {
        return e.code;
    }
}

function main(path) {
    var lines = fs.readFileSync(path, 'utf8').split('\n');
    var plans = JSON.parse(lines[0]).map(function (route) { return engine.load(route); });
    var passed = 0, failed = 0, i, row, got;
    for (i = 1; i < lines.length && lines[i]; i++) {
        row = JSON.parse(lines[i]);
        got = answer(plans[row[0]], row[1]);
        if (got !== row[2] && failed < 5)
            console.log('key ' + i + ': expected ' + row[2] + ' got ' + got);
        passed += got === row[2] ? 1 : 0;
        failed += got === row[2] ? 0 : 1;
    }
    console.log(passed + ' passed, ' + failed + ' failed');
    return failed || !passed;
}

if (main(process.argv[2]))
    throw new Error('answers differ');
