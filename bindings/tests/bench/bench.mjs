// SPDX-License-Identifier: MIT
// Node and WebAssembly against their floor: rows of a table, ns and ratios, interleaved rounds in one process.
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

const weights = { new: 10, legacy: 90 };
const plan = new native.Plan('search-2026', weights), small = new wasm.Plan('search-2026', weights);
const bare = new wasm.Plan('search-2026', weights, { salt: '' }), bareNative = new native.Plan('search-2026', weights, { salt: '' });
const key = 'x'.repeat(36), bytes = Buffer.from(key), N = 100000;
const loops = {
  'hand-written Node-API, string': () => { let s = 0; for (let i = 0; i < N; i++) s += floor.hashOne(key); return s; },
  'Plan.assign(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += plan.assign(key); return s; },
  'Plan.assign(Buffer)': () => { let s = 0; for (let i = 0; i < N; i++) s += plan.assign(bytes); return s; },
  'hand-written Node-API without a salt, string': () => { let s = 0; for (let i = 0; i < N; i++) s += floor.hashBare(key); return s; },
  'Plan.assign(string) without a salt': () => { let s = 0; for (let i = 0; i < N; i++) s += bareNative.assign(key); return s; },
  'split.wasm Plan.assign(string)': () => { let s = 0; for (let i = 0; i < N; i++) s += small.assign(key); return s; },
  'split.wasm Plan.assign(string) without a salt': () => { let s = 0; for (let i = 0; i < N; i++) s += bare.assign(key); return s; },
};

function measure(all, rounds, per) {
  const best = Object.fromEntries(Object.keys(all).map((name) => [name, Infinity]));
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(all)) {
      const start = process.hrtime.bigint(), given = run();
      const ns = typeof given === 'object' && given.ns ? given.ns : Number(process.hrtime.bigint() - start) / per;
      best[name] = Math.min(best[name], ns);
    }
  }
  return best;
}

let best = measure(loops, 80, N);
for (const [name, ns] of Object.entries(best)) {
  console.log(`| Node | ${name}, 36 bytes | ${ns.toFixed(0)} | ${(ns / best[name.includes('without') ? 'hand-written Node-API without a salt, string' : 'hand-written Node-API, string']).toFixed(2)} |`);
}

const n = 1000000, keys = new Uint8Array(36 * n), offsets = new Uint32Array(n + 1), out = new Uint16Array(n);
for (let i = 0; i < keys.length; i++) keys[i] = 97 + (i * 7 + Math.floor(i / 36)) % 26;
for (let i = 0; i <= n; i++) offsets[i] = 36 * i;
best = measure({
  'C split_assign_many': () => ({ ns: floor.batchNs(n) }),
  'Plan.assignBuffer': () => plan.assignBuffer(keys, offsets, out),
  'split.wasm Plan.assignBuffer': () => small.assignBuffer(keys, offsets, out),
}, 25, n);
for (const [name, ns] of Object.entries(best)) {
  console.log(`| Node | ${name}, a key | ${ns.toFixed(1)} | ${(ns / best['C split_assign_many']).toFixed(2)} |`);
}
