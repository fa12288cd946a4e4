#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Call everything wrongly: fuzz.js [CALLS] [SEED]. Wrong types, wrong boxes, closed and unmade objects, re-entrancy, workers.
// Any exception is fine; a crash of the process is the finding. Prints how many calls of which outcome there were.
'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { Worker, isMainThread, parentPort, workerData } = require('node:worker_threads');
const split = require('..');

const native = split.runtime === 'native' && fs.existsSync(path.join(__dirname, '../build/core.node'))
  ? require('../build/core.node') : {};
const POLICY = '{"schema":1,"split":{"name":"s","variants":[{"name":"a","weight":1},{"name":"b","weight":1}],"default":"b"},' +
  '"origins":{"a":{"url":"http://a"},"b":{"url":"http://b"}},"metrics":[{"name":"e","kind":"error","target":"< 1%",' +
  '"warning":"> 1%","critical":"> 5%"}],"rollout":{"variant":"a","baseline":"b","phases":[{"percent":10,"bake":"1h"}]}}';

function generator(seed) {
  let state = BigInt(seed) * 0x9e3779b97f4a7c15n & 0xffffffffffffffffn;
  return () => {
    state = state * 6364136223846793005n + 1442695040888963407n & 0xffffffffffffffffn;
    return Number(state >> 33n) / 2 ** 31;
  };
}

function goodObjects() {
  const policy = new split.Policy(POLICY);
  return [new split.Plan('s', [1, 2]), new split.Plan('s', [1, 2], { mode: 'even' }), new split.Draw(1),
    new split.Failover({ x: ['a', 'b'] }), new split.Meter(2, [split.metric('p', 'latency')]), new split.Histogram([5]),
    new split.DistinctUsers(64), new split.Evidence(), policy.rollout(), policy, split.Route.build(policy, policy.plan(), 1, 1e15),
    new split.Replay(), new split.Token('s')];
}

const boxes = () => Object.getOwnPropertyNames(native).filter((name) => name.endsWith('_create')).map((name) => native[name]());

function evil(rng, pool) {
  const act = (value) => () => {
    const victim = pool[Math.floor(rng() * pool.length)];
    if (rng() < 0.5 && victim && victim.close) try { victim.close(); } catch { /* it was closed */ }
    if (rng() < 0.2) throw new Error('evil');
    return value;
  };
  return { valueOf: act(3), toString: act('x'), get length() { return act(3)(); }, get 0() { return act(1)(); }, [Symbol.iterator]: act([][Symbol.iterator]()) };
}

function value(rng, pool) {
  const pick = (list) => list[Math.floor(rng() * list.length)];
  const roll = rng();
  if (roll < 0.35) return pick(pool);
  if (roll < 0.6) {
    const n = pick([0, 1, 2, 3, 5, 6, 8, 12, 15, 18, 19, 40]);
    const numbers = Array.from({ length: n }, () => pick([0, 0, 1, 2, 3, 7, 10, -1, 0.5, 2 ** 20, 2 ** 32, 2 ** 53, Infinity, NaN]));
    return rng() < 0.7 ? Float64Array.from(numbers) : numbers;
  }
  return pick([undefined, null, true, -1, 0, 1, 2 ** 31, 2 ** 32, 2 ** 53, 5n, -5n, 2n ** 70n, 0.5, NaN, Infinity, '', 'a', '\ud800',
    'x'.repeat(5000), '\u{1f600}'.repeat(9), Buffer.alloc(0), Buffer.from([0, 255, 3]), new ArrayBuffer(8), new DataView(new ArrayBuffer(8)),
    new Uint32Array(4), new Uint16Array(3), new Uint8Array(new SharedArrayBuffer(16)), [], [1], {}, { a: 1 }, () => 1, Symbol('s'),
    POLICY, new Map([['a', 1]]), new Set(), new Date(), /x/, process, globalThis, new Proxy({}, {}), evil(rng, pool),
    process.stdout._handle, Object.create(split.Plan.prototype)]);
}

function oneCall(rng, pool, flat, outcomes) {
  const pick = (list) => list[Math.floor(rng() * list.length)];
  const many = (n) => Array.from({ length: Math.floor(rng() * n) }, () => value(rng, pool));
  const roll = rng();
  try {
    if (roll < 0.5 && flat.length > 0) pick(flat)(...many(6));
    else if (roll < 0.9) {
      const thing = pick(pool.filter((x) => x && x.constructor && split[x.constructor.name])) || pool[0];
      const name = pick(Object.getOwnPropertyNames(Object.getPrototypeOf(thing)));
      const target = rng() < 0.9 ? thing : value(rng, pool);
      const member = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(thing), name);
      if (member.get) member.get.call(target);
      else if (name !== 'constructor') member.value.apply(target, many(4));
    } else {
      const Class = pick(Object.values(split).filter((x) => typeof x === 'function'));
      const made = new Class(...many(5));
      if (made && made.close) pool[Math.floor(rng() * pool.length)] = made;
    }
    outcomes.returned++;
  } catch (error) {
    outcomes[error instanceof split.SplitError ? 'SplitError' : 'other']++;
  }
}

function run(seed, calls) {
  const rng = generator(seed), outcomes = { returned: 0, SplitError: 0, other: 0 };
  const flat = Object.getOwnPropertyNames(native).map((name) => native[name]).filter((f) => typeof f === 'function');
  let pool = [...goodObjects(), ...boxes()];
  for (let i = 0; i < calls; i++) {
    oneCall(rng, pool, flat, outcomes);
    if (i % 300 === 299) pool = [...goodObjects(), ...boxes()];
    if (i % 5000 === 4999 && globalThis.gc) globalThis.gc();
  }
  return outcomes;
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'split-fuzz-')); // publishing may write where it likes, here
  process.chdir(folder);
  process.on('exit', () => fs.rmSync(folder, { recursive: true, force: true }));
  const calls = Number(process.argv[2] || 200000), seed = Number(process.argv[3] || 1);
  const workers = [1, 2].map((i) => new Promise((resolve, reject) => {
    new Worker(__filename, { workerData: { seed: seed + i, calls: Math.floor(calls / 8) } }).once('message', resolve).once('error', reject);
  }));
  const all = [run(seed, Math.floor(calls * 3 / 4)), ...await Promise.all(workers)];
  const sum = all.reduce((a, b) => ({ returned: a.returned + b.returned, SplitError: a.SplitError + b.SplitError, other: a.other + b.other }));
  console.log(`node (${split.runtime}) fuzz seed ${seed}: ${sum.returned + sum.SplitError + sum.other} calls, no crash: ${JSON.stringify(sum)}`);
}

if (isMainThread) main();
else parentPort.postMessage(run(workerData.seed, workerData.calls));
