// SPDX-License-Identifier: MIT
// Bad input gives a typed error with the code and text that every language gives (bindings/tests/bad_input.json).
'use strict';

const test = require('node:test');
const assert = require('node:assert');
const split = require('..');
const expected = require('../../tests/bad_input.json');

const plan = (options) => new split.Plan('s', [1, 1], options);
const rollout = () => new split.Rollout([split.metric('error_rate', 'error')], [{ percent: 10, bakeUs: 60000000 }]);
const machine = (options) => new split.Failover({ new: ['a', 'b'] }, options);

const cases = {
  'empty key': () => plan().assign(''),
  'over-long key': () => plan().assign('x'.repeat(4097)),
  'lone surrogate': () => plan().assign('a\ud800b'),
  'lone surrogate in a name': () => new split.Plan('\udfff', [1]),
  'number as key': () => plan().assign(5),
  'nothing as key': () => plan().assign(null),
  'negative weight': () => new split.Plan('s', [1, -1]),
  'all weights zero': () => new split.Plan('s', [0, 0]),
  'no weights': () => new split.Plan('s', []),
  'text as weight': () => new split.Plan('s', ['1', 2]),
  'seven decimals': () => new split.Plan('s', [0.1234567, 1]),
  'empty name': () => new split.Plan('', [1]),
  'bad salt': () => plan({ salt: 'a:b' }),
  'unknown mode': () => plan({ mode: 'sometimes' }),
  'unknown default': () => plan({ default: 'nobody' }),
  'closed plan': () => {
    const made = plan();
    made.close();
    made.assign('x');
  },
  'random plan asked by key': () => plan({ mode: 'random' }).assign('x'),
  'ranges with a gap': () => new split.Plan('s', undefined, { home: [1, 1048575], ranges: [[0, 1, 0], [2, 1048576, 1]] }),
  'unknown failover parameter': () => machine({ patience: 3 }),
  'unknown chain': () => machine().route(0, 'old'),
  'unknown outcome': () => machine().report(0, Array(15).fill(0), 'FINE'),
  'impossible window': () => rollout().step(1, { counters: { outcomes: 1, error: 2 } }),
  'window given twice': () => {
    const made = rollout();
    for (let i = 0; i < 2; i++) made.step(1, { counters: { outcomes: 1, error: 0 } });
  },
  'policy that is no JSON': () => new split.Policy('{'),
  'policy without fields': () => new split.Policy('{"schema": 1}'),
  'missing file': () => split.Policy.load('/nonexistent/policy.json'),
};

for (const [name, text] of Object.entries(expected)) {
  test(name, () => {
    assert.throws(cases[name], (error) => error instanceof split.SplitError && error.code < 0 &&
      error.message.startsWith(text) && text.startsWith(`${error.codeName}: `));
  });
}

test('every case is listed', () => assert.deepStrictEqual(Object.keys(cases).sort(), Object.keys(expected).sort()));

test('categories have classes, and a policy lists its faults', () => {
  assert.throws(() => plan().assign(''), split.UsageError);
  assert.throws(() => new split.Plan('s', []), split.DataError);
  assert.throws(() => split.Policy.load('/nonexistent'), split.OutsideError);
  assert.throws(() => new split.Policy('{"schema": 1, "split": {"name": "-"}, "more": 1}'),
    (error) => error.faults.length >= 2 && error.faults.every((f) => f.path.startsWith('$') && f.line === 1 && f.text));
});
