// SPDX-License-Identifier: MIT
// The package as a user meets it: plans, batches, machines, rollouts, documents, tokens, workers.
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');
const { Worker } = require('node:worker_threads');
const split = require('..');

const POLICY = `{"schema": 1, "split": {"name": "search", "variants": [{"name": "new", "weight": 10, "chain": ["new", "legacy"]},
 {"name": "legacy", "weight": 90}], "default": "legacy"},
 "origins": {"new": {"url": "http://127.0.0.1:9001"}, "legacy": {"url": "http://127.0.0.1:9002"}},
 "metrics": [{"name": "error_rate", "kind": "error", "target": "< 1%", "warning": "> 1%", "critical": "> 5%"}],
 "rollout": {"variant": "new", "baseline": "legacy", "phases": [{"percent": 10, "bake": "4h"}]}}`;

test('says which runtime it uses', () => {
  assert.ok(['native', 'wasm'].includes(split.runtime));
  assert.strictEqual(split.version, require('../package.json').version);
});

test('CommonJS and ESM are one package', async () => {
  const esm = await import('libsplit').catch(() => import('../index.mjs'));
  assert.strictEqual(esm.Plan, split.Plan);
  assert.deepStrictEqual(Object.keys(esm).filter((name) => name !== 'default').sort(), Object.keys(split).sort());
});

test('a batch says what single calls say', () => {
  const plan = new split.Plan('p', [3, 1, 4, 1, 5]);
  const keys = ['a', 'ü', '\u{1f600}', 'x'.repeat(100), 'y'.repeat(4096), '\ufffd'];
  const single = keys.map((key) => plan.assign(key));
  assert.deepStrictEqual([...plan.assignMany(keys)], single);
  assert.deepStrictEqual(keys.map((key) => plan.assign(Buffer.from(key))), single);
  assert.deepStrictEqual(keys.map((key) => plan.explain(key).variant), single);
  for (const key of keys) assert.strictEqual(Number(plan.unitHash(key) & 0xfffffn), plan.decide(key).bucket);
});

test('decisions of a named plan', () => {
  const plan = new split.Plan('s', { new: 33.3, legacy: 66.7 }, { default: 'legacy', overrides: { qa: 'new' }, holdout: 0.5 });
  assert.deepStrictEqual([plan.variants, plan.default, plan.buckets], [['new', 'legacy'], 1, [349176, 699400]]);
  assert.deepStrictEqual([plan.variantOf('qa'), plan.decide('qa').reason, plan.overrides.get('qa')], ['new', 'override', 0]);
  assert.strictEqual(plan.gate('qa').variant, 0);
  const again = new split.Plan('s', undefined, { ranges: plan.ranges, home: plan.home });
  for (let i = 0; i < 100; i++) assert.strictEqual(again.decide(`${i}`).bucket, plan.decide(`${i}`).bucket);
  const { plan: next, moved } = plan.reweight({ new: 50, legacy: 50 });
  assert.strictEqual(plan.diff(next).moved, moved);
  assert.strictEqual(plan.rehome([1, 1]).plan.buckets[0], 524288);
});

test('export in other words', () => {
  const plan = new split.Plan('s', { new: 10, legacy: 90 }, { default: 'legacy' });
  assert.match(plan.export('haproxy'), /xxh64/);
  assert.match(plan.export('trino', { key: 'id', table: 't' }), /xxhash64/i);
  assert.throws(() => plan.export('excel'), split.DataError);
});

test('drawing', () => {
  const plan = new split.Plan('s', [1, 3], { mode: 'even' }), draw = new split.Draw();
  let n = 0;
  for (let i = 0; i < 400; i++) n += draw.next(plan).variant;
  assert.strictEqual(n, 300);
});

test('a failover by hand', () => {
  const chains = { new: ['a', 'b'], old: ['b'] };
  const machine = new split.Failover(chains, { jitter_ppm: 0 });
  for (let i = 0; i < 5; i++) {
    const answer = machine.route(i * 50000, 'new', i);
    const after = machine.report(i * 50000, answer.token, 'fail_status');
    assert.deepStrictEqual([after.next, after.attempt.origin], ['attempt', 'b']);
    machine.report(i * 50000, after.attempt.token, 'ok');
  }
  assert.deepStrictEqual([machine.status('a').state, machine.deadlineUs], ['open', 5200000]);
  const other = new split.Failover(chains, { jitter_ppm: 0 });
  other.restore(0, machine.snapshot(machine.nowUs));
  assert.strictEqual(other.status('a').state, 'open');
  const reloaded = new split.Failover({ new: ['a', 'b'] });
  reloaded.reload(machine);
  assert.deepStrictEqual([reloaded.status('a').level, reloaded.find('b'), reloaded.find('c')], [1, 1, null]);
  assert.deepStrictEqual([machine.classifyStatus(503), machine.classifyDeadline(2e6)], ['fail_status', 'fail_timeout']);
  assert.deepStrictEqual(machine.admin(1e7, 'a', 'reset').map((e) => e.cause), ['reset']);
  assert.deepStrictEqual(machine.tick(1e7 + 1), []);
  assert.strictEqual(machine.probe(1e7 + 1, 'a').reason, 'not_due');
});

test('measuring', () => {
  const cache = split.metricKind('cache');
  assert.deepEqual([cache.form, cache.badText, cache.fields], ['counters', 'cache misses', { n: 'lookups', bad: 'misses', good: 'hits' }]);
  assert.equal(split.metricKind('latency').form, 'over');
  const p95 = split.metric('p95', 'latency');
  const meter = new split.Meter(2, [p95]), other = new split.Meter(2, [p95]);
  for (const m of [meter, other]) {
    m.sent(0);
    m.outcome(0, true, 250000);
    m.lookup(0, true);
    m.unit(0);
    m.userError(1);
    m.diverted(1);
    m.leftOut(1);
    m.add(1, 'edge_5xx', 3);
  }
  meter.merge(other);
  const arm = meter.read(0);
  assert.deepStrictEqual([arm.counters.outcomes, arm.over[0], meter.arms], [2, [2, 0, 0], 2]);
  assert.strictEqual(split.metricLevel(p95, arm, 0, 1), 'off-target');
  assert.strictEqual(split.checkMetric(p95).warning.overUs, 300001);
  const histogram = new split.Histogram([200000]);
  histogram.recordMany([100, 200000, 300000]);
  assert.deepStrictEqual([histogram.count, histogram.atLeast(200000)], [3, 2]);
  const users = new split.DistinctUsers();
  assert.deepStrictEqual([users.note(9n), users.note(9n, true), users.note(9n)], ['first', 'bad', 'again']);
  assert.deepStrictEqual(split.shownLevels(['ok', 'warning', 'ok', 'ok', 'ok']), ['ok', 'warning', 'warning', 'warning', 'ok']);
  const { low, high } = split.Evidence.interval(1000, 10);
  assert.ok(low < 0.01 && high > 0.01 && split.Evidence.trials(0.2, 0.01, 4.6) > 1 && split.Evidence.labelBound(0.1, 1.25) < 1);
});

test('documents', (t) => {
  const policy = new split.Policy(POLICY);
  assert.deepStrictEqual([policy.variants, policy.metrics, policy.variant], [['new', 'legacy'], ['error_rate'], 'new']);
  assert.deepStrictEqual([policy.origins[0].url, policy.cookie.name, policy.notify], ['http://127.0.0.1:9001', 'split_id', []]);
  const published = new split.Policy(JSON.stringify({ ...JSON.parse(POLICY), publish: [{ kind: 'file', path: 'a', primary: true },
    { kind: 'http', url: 'http://127.0.0.1:1/r', timeout: '1s' }] }));
  assert.deepStrictEqual([policy.sinks, published.sinks], [[], [
    { kind: 'file', primary: true, timeoutUs: 2000000, fields: [{ name: 'path', variant: null, text: 'a' }] },
    { kind: 'http', primary: false, timeoutUs: 1000000,
      fields: [{ name: 'url', variant: null, text: 'http://127.0.0.1:1/r' }] }]]);
  const plan = policy.plan(), machine = policy.failover(), rollout = policy.rollout();
  assert.strictEqual(machine.route(0, 'new', 1n).origin, 'new');
  assert.deepStrictEqual(rollout.phases, [{ percent: 10, bakeUs: 14400000000 }]);
  const route = split.Route.build(policy, plan, 1, 1763856000000000);
  const back = route.reissue(plan, 2, 1763856001000000, 'ann', 'p95 is bad');
  assert.deepStrictEqual([back.revision, back.issuedBy, back.issuedWhy, route.issuedBy], [2, 'ann', 'p95 is bad', '']);
  assert.throws(() => route.reissue(plan, 2, 1763856001000000, 'a'.repeat(101)), split.SplitError);
  const read = new split.Route(route.text);
  assert.deepStrictEqual([read.text, read.revision, read.plan().decide('u')], [route.text, 1, plan.decide('u')]);
  assert.deepStrictEqual(read.failover().origins, machine.origins);
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'split-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(path.join(folder, 'policy.json'), POLICY);
  assert.strictEqual(split.Policy.load(path.join(folder, 'policy.json')).text, policy.text);
  const file = path.join(folder, 'route.json');
  if (split.runtime === 'native') {
    route.publish(file, 0);
    assert.strictEqual(split.Route.load(file).text, route.text);
  } else {
    assert.throws(() => route.publish(file, 0), split.OutsideError);
  }
});

test('stored decisions', () => {
  const plan = new split.Plan('s', { new: 1, legacy: 1 });
  const token = new split.Token('s', { keys: { k1: '0123456789abcdef' } });
  const value = token.write({ revision: 7, issuedS: 1000, seenS: 1000, variant: 'new' }, 'u1');
  assert.strictEqual(value, '1:7:1000:1000:new:k1:LfKt3UARmMkaguVcC38E93kmfgae0O3WZOAXSKStn9s');
  assert.deepStrictEqual([token.read(value, 'u1', 1001e6).stored.variant, token.read(value, 'u2', 1001e6).status], ['new', 'forged']);
  const decided = token.decide(plan, value, 'u1', 1001e6, 8);
  assert.deepStrictEqual([decided.status, decided.assignment.variant, decided.assignment.reason], ['valid', 0, 'stored']);
});

test('a replay writes its lines', () => {
  const replay = new split.Replay();
  replay.read(`{"policy": ${POLICY.replaceAll('\n', ' ')}}`);
  const decision = replay.read('{"id":1,"start":"2026-11-23T00:00:00Z","arms":{"new":{"sent":60,"outcomes":60,"error":1}}}');
  assert.strictEqual(decision.decision, 'HOLD');
  assert.ok(replay.rollout.lastLine.includes('"decision":"HOLD"') && replay.line.includes('"id":1'));
  const done = replay.read('{"at":"2026-11-23T00:00:30Z","do":"pause","who":"me","why":"lunch"}');
  assert.deepStrictEqual([done.action, done.who, done.why], ['pause', 'me', 'lunch']);
  assert.throws(() => replay.read('{"id":2,"start":"never"}'), (error) => error.faults.length === 1);
});

test('objects that are something else', () => {
  assert.throws(() => split.Plan.prototype.assign.call({}, 'x'), TypeError);
  assert.throws(() => split.Plan.prototype.decide.call(new split.Draw(), 'x'), split.UsageError);
  assert.throws(() => new split.Plan('s', [1]).diff(new split.Draw()), split.UsageError);
  assert.throws(() => Object.create(split.Failover.prototype).tick(0));
});

test('worker threads decide the same', async () => {
  const code = `const split = require(${JSON.stringify(path.join(__dirname, '..'))});
    const plan = new split.Plan('w', [1, 2, 3]);
    require('node:worker_threads').parentPort.postMessage(Array.from({ length: 5000 }, (_, i) => plan.assign('user-' + i)).join(''));`;
  const results = await Promise.all([1, 2, 3, 4].map(() => new Promise((resolve, reject) => {
    const worker = new Worker(code, { eval: true });
    worker.once('message', resolve).once('error', reject);
  })));
  const plan = new split.Plan('w', [1, 2, 3]);
  assert.deepStrictEqual(new Set(results), new Set([Array.from({ length: 5000 }, (_, i) => plan.assign(`user-${i}`)).join('')]));
});

test('fuzzing does not crash', () => {
  const calls = process.env.SPLIT_FUZZ_CALLS || '60000';
  const out = execFileSync(process.execPath, ['--expose-gc', path.join(__dirname, 'fuzz.js'), calls, '1'], { encoding: 'utf8' });
  console.log(out.trim());
  assert.match(out, /no crash/);
});
