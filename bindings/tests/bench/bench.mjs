// SPDX-License-Identifier: MIT
// Node and WebAssembly against their floors: rows of a table. In each round every candidate runs once, on the same buffers.
// Time is the process's own on the processor, so that other work on the machine counts as little as it can.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const [hand, wasmFolder] = process.argv.slice(2);
const require = createRequire(import.meta.url);
const floor = require(path.resolve(hand, 'hand_node.node'));
process.env.LIBSPLIT_RUNTIME = 'native';
const native = require('../../node');
const { load } = await import(path.resolve(wasmFolder, 'split.mjs'));
const wasm = await load(readFileSync(path.join(wasmFolder, 'split.wasm')));

const median = (numbers) => [...numbers].sort((a, b) => a - b)[numbers.length >> 1];

const microseconds = () => { const { user, system } = process.cpuUsage(); return user + system; };

// Nanoseconds per item in every round but the first tenth.
function measure(per, rounds, calls) {
  const times = Object.fromEntries(Object.keys(calls).map((name) => [name, []]));
  for (let i = 0; i < rounds; i++) {
    for (const name of i % 2 ? Object.keys(calls) : Object.keys(calls).reverse()) {
      const start = microseconds();
      calls[name]();
      times[name].push((microseconds() - start) * 1000 / per);
    }
  }
  for (const name of Object.keys(times)) times[name] = times[name].slice(rounds / 10);
  return times;
}

function rows(what, times) {
  const [first] = Object.values(times);
  for (const [name, ns] of Object.entries(times)) {
    const ratio = median(ns.map((x, i) => x / first[i]));
    console.log(`| Node | ${name}${what} | ${median(ns).toFixed(1)} | ${Math.min(...ns).toFixed(1)} | ${ratio.toFixed(2)} |`);
  }
}

const weights = { new: 10, legacy: 90 };
const plan = new native.Plan('search-2026', weights), small = new wasm.Plan('search-2026', weights);
const bare = new native.Plan('search-2026', weights, { salt: '' }), bareSmall = new wasm.Plan('search-2026', weights, { salt: '' });
const key = 'x'.repeat(36), bytes = Buffer.from(key), N = 100000;
for (let i = 0; i < N; i++) for (const some of [plan, bare, small, bareSmall]) some.assign(key); // a program has several plans
rows('', measure(N, 60, {
  'hand-written Node-API(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += floor.hashOne(key); return s; },
  'Plan.assign(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += plan.assign(key); return s; },
  'Plan.assign(Buffer)': () => { let s = 0; for (let i = 0; i < N; i++) s += plan.assign(bytes); return s; },
  'split.wasm Plan.assign(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += small.assign(key); return s; },
}));
rows(', no salt', measure(N, 60, {
  'hand-written Node-API(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += floor.hashBare(key); return s; },
  'Plan.assign(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += bare.assign(key); return s; },
  'split.wasm Plan.assign(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += bareSmall.assign(key); return s; },
}));

function batch(n, repeat, what) {
  const keys = new Uint8Array(36 * n), offsets = new Uint32Array(n + 1), out = new Uint16Array(n).fill(1);
  for (let i = 0; i < keys.length; i++) keys[i] = 97 + (i * 7 + Math.floor(i / 36)) % 26;
  for (let i = 0; i <= n; i++) offsets[i] = 36 * i;
  const times = (call) => () => { for (let i = 0; i < repeat; i++) call(); };
  rows(what, measure(n * repeat, 60, {
    'C split_assign_many': times(() => floor.batch(keys, offsets, out)),
    'Plan.assignBuffer': times(() => plan.assignBuffer(keys, offsets, out)),
    'split.wasm Plan.assignBuffer': times(() => small.assignBuffer(keys, offsets, out)),
  }));
}

batch(2000, 100, ', a key of 2,000');
batch(1000000, 1, ', a key of 1,000,000');
