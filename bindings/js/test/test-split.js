/* SPDX-License-Identifier: MIT */
/* Behaviour of split.js that vectors do not show: refusals, gates, bytes. Runs in Node and, after split.js, in njs. */
'use strict';
var engine = typeof split === 'object' ? split : require('../split.js');
var isNjs = typeof njs === 'object';
var passed = 0, failed = 0;

function check(what, got, expected) {
    var same = String(got) === String(expected);
    if (!same)
        console.log(what + ': expected ' + expected + ' got ' + got);
    passed += same ? 1 : 0;
    failed += same ? 0 : 1;
}

function codeOf(run) {
    try {
        return 'no error, ' + JSON.stringify(run());
    } catch (e) {
        return e.code || e.message;
    }
}

function route(changes) {
    var out = {schema: 1, split: 'search', revision: 1, variants: ['new', 'legacy'], 'default': 1,
        ranges: [[0, 104858, 0], [104858, 1048576, 1]]}, name;
    for (name in changes)
        out[name] = changes[name];
    return out;
}

function refuses(code, changes) {
    check('load ' + JSON.stringify(changes), codeOf(function () { return engine.load(route(changes)); }), 'SPLIT_ERR_' + code);
}

function hashes() {
    var known = {'': 'ef46db3751d8e999', 'a': 'd24ec4f1a98c6e5b', 'abc': '44bc2cf5ad770999',
        'Nobody inspects the spammish repetition': 'fbcea83c8a378bf1'}, text, h;
    for (text in known) {
        h = engine.hash(engine.utf8(text));
        check('hash of ' + text, ('0000000' + h[0].toString(16)).slice(-8) + ('0000000' + h[1].toString(16)).slice(-8), known[text]);
    }
}

function refusals() {
    refuses('SCHEMA', {schema: 2});
    refuses('SCHEMA', {schema: '1'});
    refuses('MODE', {mode: 'random'});
    refuses('MODE', {mode: null});
    refuses('FIELD', {split: undefined});
    refuses('FIELD', {split: '-search'});
    refuses('FIELD', {variants: []});
    refuses('FIELD', {variants: 'new'});
    refuses('NAME', {variants: ['new', '']});
    refuses('NAME', {variants: ['new', 7]});
    refuses('SALT', {salt: 'a:b'});
    refuses('SALT', {salt: null});
    refuses('INDEX', {'default': 2});
    refuses('INDEX', {'default': 0.5});
    refuses('INDEX', {'default': '1'});
    refuses('LAYOUT', {ranges: undefined});
    refuses('LAYOUT', {ranges: []});
    refuses('LAYOUT', {ranges: [[0, 10, 0]]});
    refuses('LAYOUT', {ranges: [[1, 1048576, 0]]});
    refuses('LAYOUT', {ranges: [[0, 10, 0], [9, 1048576, 1]]});
    refuses('LAYOUT', {ranges: [[0, 0, 0], [0, 1048576, 1]]});
    refuses('LAYOUT', {ranges: [[0, 1048577, 0]]});
    refuses('LAYOUT', {ranges: [[0, 10.5, 0], [10.5, 1048576, 1]]});
    refuses('LAYOUT', {ranges: [null]});
    refuses('INDEX', {ranges: [[0, 1048576, 2]]});
    refuses('LAYOUT', {ranges: [[0, 1048576, 0, 0]]});
    refuses('NAME', {variants: ['new', 'new']});
    refuses('FIELD', {overrides: null});
    refuses('FIELD', {overrides: [0]});
    refuses('FIELD', {overrides: 'qa'});
    refuses('VALUE', {coverage: 0.0000001});
    refuses('VALUE', {coverage: 100.1});
    refuses('VALUE', {coverage: '50'});
    refuses('VALUE', {holdout: -1});
    refuses('VALUE', {holdout: null});
    refuses('INDEX', {overrides: {qa: 'new'}});
    refuses('KEY', {overrides: {'': 0}});
    check('load null', codeOf(function () { return engine.load(null); }), 'SPLIT_ERR_SCHEMA');
    check('load text', codeOf(function () { return engine.load('{}'); }), 'SPLIT_ERR_SCHEMA');
}

function keys() {
    var plan = engine.load(route({}));
    var bad = [[5, 'ARG'], [null, 'ARG'], [undefined, 'ARG'], [true, 'ARG'], [{}, 'ARG'], [{length: -1}, 'ARG'], ['', 'KEY'],
        [[], 'KEY'], [new Array(4098).join('x'), 'KEY'], [new Array(2050).join('\u00e9'), 'KEY']];
    /* njs has no lone surrogates: its texts hold U+FFFD instead before any script sees them. */
    if (!isNjs)
        bad.push(['\ud800', 'TEXT'], ['a\ud800b', 'TEXT'], ['\udc00', 'TEXT'], ['\udc00\ud800', 'TEXT'], ['\ud800\ud800', 'TEXT']);
    bad.forEach(function (row) {
        check('key ' + String(row[0]).slice(0, 9), codeOf(function () { return engine.assign(plan, row[0]); }), 'SPLIT_ERR_' + row[1]);
    });
    check('longest key', codeOf(function () { return engine.assign(plan, new Array(4097).join('x')).reason; }), 'no error, "hash"');
    check('text and bytes agree', JSON.stringify(engine.assign(plan, 'k\u00e9\u4e80\ud83d\ude00')),
        JSON.stringify(engine.assign(plan, new Uint8Array([107, 195, 169, 228, 186, 128, 240, 159, 152, 128]))));
}

function gates() {
    var held = engine.load(route({holdout: 100})), out = engine.load(route({coverage: 0}));
    var fixed = engine.load(route({holdout: 100, coverage: 0, overrides: {'qa-1': 0, '__proto__x': 0}}));
    var none = engine.load(route({holdout: 0, coverage: 100})), plain = engine.load(route({})), i, same = 0;
    for (i = 0; i < 500; i++) {
        if (engine.assign(held, 'u' + i).reason === 'holdout' && engine.assign(out, 'u' + i).reason === 'coverage' &&
            JSON.stringify(engine.assign(none, 'u' + i)) === JSON.stringify(engine.assign(plain, 'u' + i)))
            same++;
    }
    check('gates at 0 and 100 %', same, 500);
    check('override goes first', engine.assign(fixed, 'qa-1').reason, 'override');
    check('override of odd names', engine.assign(fixed, '__proto__x').variant, 0);
    check('no override', engine.assign(fixed, 'constructor').reason, 'holdout');
    check('smallest gate is one bucket', engine.load(route({holdout: 0.000001})).holdout[0], 1);
    check('largest part of a gate', engine.load(route({coverage: 99.999999})).coverage[0], 1048575);
}

hashes();
refusals();
keys();
gates();
console.log(passed + ' passed, ' + failed + ' failed');
if (failed)
    throw new Error('failed');
