#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Run the shared vectors through the Node package: run-vectors.js KIND FILE... One line for each failing case, then
// "N passed, N failed"; exit status 1 on failures, 2 on an unreadable file. Builds the package when it is not built yet.
'use strict';

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const root = path.join(__dirname, '..');

function split() {
  const build = path.join(root, 'build');
  const wanted = process.env.LIBSPLIT_RUNTIME === 'wasm' ? 'split-full.wasm' : 'core.node';
  if (!fs.existsSync(path.join(build, wanted)) && !fs.existsSync(path.join(build, 'split-full.wasm'))) {
    execFileSync(path.join(root, 'setup-dev'), { stdio: ['ignore', 2, 2] });
  }
  return require('..');
}

function main([kind, ...files]) {
  const kinds = require('./vector-kinds.js')(split());
  if (!kinds[kind] || files.length === 0) {
    console.error(`usage: run-vectors.js {${Object.keys(kinds).join('|')}} FILE...`);
    return 2;
  }
  let passed = 0, failed = 0;
  for (const file of files) {
    let outcomes;
    try {
      outcomes = kinds[kind](fs.readFileSync(file, 'utf8'));
    } catch (error) {
      console.error(`${file}: ${error.message}`);
      return 2;
    }
    for (const [id, difference] of outcomes) {
      if (difference === null) passed++;
      else {
        failed++;
        console.log(`${id}: ${difference}`);
      }
    }
  }
  console.log(`${passed} passed, ${failed} failed`);
  return failed ? 1 : 0;
}

process.exitCode = main(process.argv.slice(2));
