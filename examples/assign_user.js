// SPDX-License-Identifier: MIT
// Assign users to variants, change the weights, and see who moves.
'use strict';

const split = require('libsplit');

const plan = new split.Plan('search', { new: 10, legacy: 90 }, { default: 'legacy' });
for (const user of ['user-1', 'user-42', 'jürgen']) {
  const { variant, bucket } = plan.decide(user);
  console.log(`${user}: ${plan.variants[variant]} (bucket ${bucket})`);
}
const { plan: half, moved } = plan.reweight({ new: 50, legacy: 50 });
console.log(`10% to 50% moves ${moved} of ${half.buckets.reduce((a, b) => a + b)} buckets`);
