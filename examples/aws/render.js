/* SPDX-License-Identifier: MIT */
/* Puts the built functions into routing.yaml: node render.js ROUTE.json > stack.yaml */
'use strict';
const fs = require('fs');
const path = require('path');
const {build} = require('../edge/build.js');

function render(route) {
    const code = {PAGES_FUNCTION: build('cloudfront', route), API_FUNCTION: build('cloudfront', route, {statuses: []})};
    const template = fs.readFileSync(path.join(__dirname, 'routing.yaml'), 'utf8');
    /* A JSON text is a double-quoted YAML scalar. */
    return template.replace(/"@(\w+)@"/g, (whole, name) => JSON.stringify(code[name]));
}

try {
    process.stdout.write(render(JSON.parse(fs.readFileSync(process.argv[2], 'utf8'))));
} catch (e) {
    console.error('error: ' + e.message);
    process.exitCode = 1;
}
