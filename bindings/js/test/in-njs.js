/* SPDX-License-Identifier: MIT */
/* Runs a script in njs behind the minified split.js. Node: in-njs.js NJS SCRIPT [ARG...] */
'use strict';
const fs = require('fs');
const os = require('os');
const path = require('path');
const {spawnSync} = require('child_process');
const minify = require('../minify.js');

const [njs, script, ...args] = process.argv.slice(2);
const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'split-js-'));
const joined = path.join(dir, path.basename(script));
try {
    fs.writeFileSync(joined, minify(fs.readFileSync(path.join(__dirname, '../split.js'), 'utf8')) +
        fs.readFileSync(script, 'utf8'));
    process.exitCode = spawnSync(njs, ['-e', '1', joined, ...args], {stdio: 'inherit'}).status;
} finally {
    fs.rmSync(dir, {recursive: true});
}
