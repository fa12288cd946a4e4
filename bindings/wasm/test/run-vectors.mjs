#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Run the shared vectors through the WebAssembly build: run-vectors.mjs KIND FILE... Builds it when it is not there.
import { execFileSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const here = path.dirname(fileURLToPath(import.meta.url));
const build = process.env.SPLIT_WASM_BUILD || path.join(here, '../../../build/wasm');
if (!existsSync(path.join(build, 'split.mjs'))) execFileSync(path.join(here, '../build'), [build], { stdio: ['ignore', 2, 2] });

const { load } = await import(path.join(build, 'split.mjs'));
const host = { hmac: (key, text) => createHmac('sha256', key).update(text).digest() };
const split = await load(readFileSync(path.join(build, 'split-full.wasm')), host);
const small = await load(readFileSync(path.join(build, 'split.wasm')));
const vectorKinds = createRequire(import.meta.url)('../../node/test/vector-kinds.js');

// Plans of the small module where it has the call, of the full one for the rest.
class Plan extends split.Plan {
  #small;

  constructor(...options) {
    super(...options);
    this.#small = new small.Plan(...options);
  }

  assign(key) { return this.#small.assign(key); }
  decide(key) { return this.#small.decide(key); }
  assignMany(keys) { return this.#small.assignMany(keys); }
  get ranges() { return this.#small.ranges; }
}

const [kind, ...files] = process.argv.slice(2);
const kinds = vectorKinds(kind === 'assign' ? { ...split, Plan } : split);
if (!kinds[kind] || files.length === 0) {
  console.error(`usage: run-vectors.mjs {${Object.keys(kinds).join('|')}} FILE...`);
  process.exit(2);
}
let passed = 0, failed = 0;
for (const file of files) {
  let outcomes;
  try {
    outcomes = kinds[kind](readFileSync(file, 'utf8'));
  } catch (error) {
    console.error(`${file}: ${error.message}`);
    process.exit(2);
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
process.exitCode = failed ? 1 : 0;
