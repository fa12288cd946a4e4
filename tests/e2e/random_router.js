/* SPDX-License-Identifier: MIT */
/* The weighted random router of many examples: random(0..100) < percentage, for each request again. */
var fs = require('fs');
var last = {request: '', choice: ''};

function choose(r) {
    if (last.request !== r.variables.split_request) {
        var share = JSON.parse(fs.readFileSync(r.variables.split_route, 'utf8')).share;
        last = {request: r.variables.split_request, choice: Math.random() * 100 < share ? 'new' : 'legacy'};
    }
    return last.choice;
}

export default {choose};
