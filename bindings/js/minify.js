/* SPDX-License-Identifier: MIT */
/* The small form of a source in plain ES5, by terser. Node: minify.js FILE... > OUT */
'use strict';
let terser;
try {
    terser = require('terser');
} catch (e) {
    throw new Error('terser is not installed: run ' + require('path').join(__dirname, 'setup-dev'));
}

/* Names at the outermost level stay, for files are joined; functions stay apart, for njs knows no closure over await. */
const OPTIONS = {ecma: 5, compress: {passes: 3, inline: false}, format: {comments: false}};

function minify(source) {
    return terser.minify_sync(source, OPTIONS).code + '\n';
}

module.exports = minify;

if (require.main === module) {
    const fs = require('fs');
    process.stdout.write(minify(process.argv.slice(2).map((f) => fs.readFileSync(f, 'utf8')).join('\n')));
}
