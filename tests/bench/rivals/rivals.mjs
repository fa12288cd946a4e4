// SPDX-License-Identifier: MIT
// One sticky 50/50 decision for a UUID by other systems' SDKs, and by libsplit in the same run.
//
//   npm install --ignore-scripts --prefix tests/bench/rivals
//   taskset -c 1 node tests/bench/rivals/rivals.mjs build/tests/bench/bench-assign
//
// Each SDK is in memory, with no network, events or exposure log; the context is built for each call, as a user writes it. 8,192
// keys in turn, 20,000 calls to warm up, then 9 interleaved rounds; medians.
import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { FlagdCore } from '@openfeature/flagd-core';
import { GrowthBook } from '@growthbook/growthbook';
import { InMemStorageProvider, Unleash } from 'unleash-client';

const ROUNDS = 9;
const keys = Array.from({ length: 8192 }, () => randomUUID());
const quiet = { error() {}, warn() {}, info() {}, debug() {} };

function flagd() {
  const core = new FlagdCore(undefined, quiet);
  core.setConfigurations(JSON.stringify({ flags: { search: { state: 'ENABLED', defaultVariant: 'legacy',
    variants: { new: 'new', legacy: 'legacy' },
    targeting: { fractional: [{ cat: [{ var: '$flagd.flagKey' }, { var: 'targetingKey' }] }, ['new', 50], ['legacy', 50]] } } } }));
  return (key) => core.resolveStringEvaluation('search', 'legacy', { targetingKey: key }, quiet).value === 'new';
}

function growthbook() {
  const features = { search: { defaultValue: 'legacy', rules: [{ key: 'search', hashAttribute: 'id', hashVersion: 2, seed: 'search',
    variations: ['new', 'legacy'], weights: [0.5, 0.5], coverage: 1 }] } };
  return (key) => new GrowthBook({ attributes: { id: key }, features }).getFeatureValue('search', 'legacy') === 'new';
}

async function unleash() {
  const client = new Unleash({ url: 'http://127.0.0.1:9/', appName: 'rivals', disableMetrics: true, disableAutoStart: true,
    refreshInterval: 0, storageProvider: new InMemStorageProvider(), skipInstanceCountWarning: true,
    bootstrap: { data: [{ name: 'search', enabled: true, strategies: [{ name: 'flexibleRollout',
      parameters: { rollout: '50', stickiness: 'userId', groupId: 'search' } }] }] } });
  client.on('error', () => {});
  client.on('warn', () => {});
  const ready = new Promise((resolve) => { client.once('ready', resolve); setTimeout(resolve, 2000); });
  client.start().catch(() => {});
  await ready;
  return (key) => client.isEnabled('search', { userId: key });
}

function round(decide, n) {
  let yes = 0;
  const start = process.hrtime.bigint();
  for (let i = 0; i < n; i++) yes += decide(keys[i & 8191]) ? 1 : 0;
  return { ns: Number(process.hrtime.bigint() - start) / n, yes: yes / n };
}

const median = (values) => [...values].sort((a, b) => a - b)[values.length >> 1];

async function main() {
  const sdks = { '@openfeature/flagd-core': flagd(), '@growthbook/growthbook': growthbook(), 'unleash-client': await unleash() };
  const times = Object.fromEntries(Object.keys(sdks).map((name) => [name, []]));
  const ours = [];
  for (const [name, decide] of Object.entries(sdks)) {
    const { yes } = round(decide, 20000);
    if (yes < 0.4 || yes > 0.6) throw new Error(`${name} is not set up: ${yes} of all keys`);
  }
  for (let i = 0; i < ROUNDS; i++) {
    for (const [name, decide] of Object.entries(sdks)) times[name].push(round(decide, 30000).ns);
    const table = spawnTable();
    ours.push(Number(/\| sticky, 12-byte salt \| ([\d.]+)/.exec(table)[1]));
  }
  const base = median(ours);
  console.log('| decision | ns (median of 9) | times libsplit |\n|---|---|---|');
  console.log(`| libsplit, sticky, 12-byte salt | ${base.toFixed(1)} | 1 |`);
  for (const [name, values] of Object.entries(times)) {
    console.log(`| ${name} | ${median(values).toFixed(0)} | ${(median(values) / base).toFixed(0)} |`);
  }
  process.exit(0);
}

// A missed limit in the benchmark is exit code 1 and still a table.
function spawnTable() {
  try {
    return execFileSync(process.argv[2], { encoding: 'utf8' });
  } catch (e) {
    if (e.status === 1) return e.stdout;
    throw e;
  }
}

await main();
