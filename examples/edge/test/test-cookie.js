/* SPDX-License-Identifier: MIT */
/* The grammar of the id cookie (tests/vectors/cookie) in every router of the edge. */
'use strict';
const assert = require('assert');
const fs = require('fs');
const path = require('path');
const vm = require('vm');
const {build} = require('../build.js');

const vectors = JSON.parse(fs.readFileSync(path.join(__dirname, '../../../tests/vectors/cookie/grammar.json'), 'utf8'));
const route = JSON.parse(fs.readFileSync(path.join(__dirname, '../route.json'), 'utf8'));

/* As Lambda@Edge gets it: one entry a header line. Whether the answer sets a new id. */
function lambda() {
    const scope = {require, console, URL, setTimeout, clearTimeout, Buffer, process, module: {exports: {}}};
    vm.runInNewContext(build('lambda', route), scope);
    return async (headers) => {
        const request = {uri: '/', method: 'GET', querystring: '', headers: headers.length ?
            {cookie: headers.map((value) => ({key: 'Cookie', value}))} : {}};
        const cf = {config: {eventType: 'viewer-response', requestId: 'fresh-one'}, request, response: {status: '200', headers: {}}};
        const out = await scope.module.exports.viewerResponse({Records: [{cf}]});
        return (out.headers['set-cookie'] || []).length > 0;
    };
}

async function main() {
    const source = fs.readFileSync(path.join(__dirname, '../router.js'), 'utf8');
    const body = source.slice(source.indexOf('    /* The first of these values'), source.indexOf('    function attributes'));
    const idIn = new Function('var ID = /^[A-Za-z0-9_-]{1,64}$/;' + body + 'return idIn;')();
    const isFresh = lambda();
    for (const c of vectors.cases) {
        assert.strictEqual(idIn(c.headers, vectors.cookie), c.id === null ? undefined : c.id, c.name);
        assert.strictEqual(await isFresh(c.headers), c.id === null, 'lambda: ' + c.name);
    }
    console.log(vectors.cases.length + ' forms of the cookie, in the common router and in Lambda@Edge');
}

main().catch((e) => { console.error(e); process.exit(1); });
