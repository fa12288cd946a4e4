/* SPDX-License-Identifier: MIT */
/* The minified file keeps to its size, and the source to the language that CloudFront Functions and njs have. */
'use strict';
const fs = require('fs');
const path = require('path');
const minify = require('../minify.js');

const LIMIT = 4096;
const source = fs.readFileSync(path.join(__dirname, '../split.js'), 'utf8');
const code = source.replace(/\/\*[^]*?\*\//g, '').replace(/'(?:\\.|[^'\\])*'/g, "''");
const words = ['let', 'const', 'class', 'BigInt', 'WebAssembly', 'Symbol', 'Map', 'Set', 'of', 'async', 'await', 'imul', 'yield'];
const newer = words.filter((word) => new RegExp('\\b' + word + '\\b').test(code));
['=>', '`', '...', '?.', '??', '**'].forEach((sign) => code.includes(sign) && newer.push(sign));
const size = Buffer.byteLength(minify(source));
console.log('split.js minified: ' + size + ' bytes, at most ' + LIMIT + '; newer than ES5: ' + (newer.join(' ') || 'nothing'));
process.exitCode = size > LIMIT || newer.length ? 1 : 0;
