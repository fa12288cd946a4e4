/* SPDX-License-Identifier: MIT */
/* A small minifier for the ES5 of this project: drops comments and white space, shortens local names. Node: minify.js FILE... > OUT */
'use strict';

/* Comments, strings and regular expressions pass as a whole; a slash after a value is a division. */
const TOKEN = /\/\*[^]*?\*\/|\/\/[^\n]*|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\.|[^`\\])*`|[\w$]+|\s+|[^]/g;
const REGEX = /\/(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\[\n])+\/[a-z]*/y;
const VALUE_BEFORE = /[\w$)\]}]$/;
const WORD = /[\w$]/;

function tokens(source) {
    const out = [];
    let last = '', at = 0;
    while (at < source.length) {
        const isRegex = source[at] === '/' && !/[/*]/.test(source[at + 1]) &&
            (!VALUE_BEFORE.test(last) || last === 'return');
        const pattern = isRegex ? REGEX : TOKEN;
        pattern.lastIndex = at;
        const token = pattern.exec(source)[0];
        at = pattern.lastIndex;
        const isGap = /^\s/.test(token) || /^\/[/*]/.test(token);
        if (!isGap)
            last = token;
        out.push(isGap ? ' ' : token);
    }
    return out;
}

/* A space stays where two words, or two equal signs such as "+ +", would grow together. */
function needsSpace(a, b) {
    return WORD.test(a) && WORD.test(b) || (a === b && (a === '+' || a === '-'));
}

/* Names that the source declares, in order of use, most used first. Names at the outermost level stay as they are. */
function localNames(list) {
    const words = list.filter((t) => t !== ' ');
    const declared = new Set(), count = {};
    let depth = 0;
    words.forEach((word, i) => {
        depth += word === '{' ? 1 : word === '}' ? -1 : 0;
        if (/^(var|function|catch)$/.test(word)) {
            const open = word === 'var' ? i : words.indexOf('(', i);
            const names = word === 'var' ? declarators(words, i + 1) : words.slice(open + 1, words.indexOf(')', open));
            if (word === 'function' && depth > 0 && open > i + 1)
                declared.add(words[i + 1]);
            if (word !== 'var' || depth > 0)
                names.filter((name) => WORD.test(name)).forEach((name) => declared.add(name));
        }
        count[word] = (count[word] || 0) + 1;
    });
    return [...declared].sort((a, b) => count[b] - count[a] || (a < b ? -1 : 1));
}

/* Names of one var statement: the first word, and each word after a comma that is in no bracket. */
function declarators(words, at) {
    const names = [words[at]];
    for (let depth = 0; words[at] !== ';' && words[at] !== 'in'; at++) {
        depth += /^[([{]$/.test(words[at]) ? 1 : /^[)\]}]$/.test(words[at]) ? -1 : 0;
        if (words[at] === ',' && depth === 0)
            names.push(words[at + 1]);
    }
    return names;
}

/* A short name for each local name, the same one everywhere in the source, and none that the source uses already. */
function shortNames(list) {
    const used = new Set(list), short = {};
    let n = 0;
    for (const name of localNames(list)) {
        const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_$';
        let next;
        do {
            next = letters[n % 54] + (n < 54 ? '' : letters[Math.floor(n / 54) - 1]);
            n++;
        } while (used.has(next) && next !== name);
        if (next.length < name.length)
            short[name] = next;
    }
    return short;
}

/* A word after a dot, or before a colon in an object, is a property: it keeps its name. */
function isProperty(words, i) {
    return words[i - 1] === '.' || (words[i + 1] === ':' && /^[{,]$/.test(words[i - 1]));
}

function minify(source) {
    const list = tokens(source), short = shortNames(list);
    const words = list.filter((t) => t !== ' ');
    let out = '', gap = false, i = -1;
    for (const token of list) {
        if (token === ' ') {
            gap = true;
            continue;
        }
        i++;
        const word = Object.prototype.hasOwnProperty.call(short, token) && !isProperty(words, i) ? short[token] : token;
        if (gap && needsSpace(out[out.length - 1] || '', word[0]))
            out += ' ';
        if (token === '}' && out.endsWith(';'))
            out = out.slice(0, -1);
        out += word;
        gap = false;
    }
    return out + '\n';
}

module.exports = minify;

if (require.main === module) {
    const fs = require('fs');
    process.stdout.write(minify(process.argv.slice(2).map((f) => fs.readFileSync(f, 'utf8')).join('\n')));
}
