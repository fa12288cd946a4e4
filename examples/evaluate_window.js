// SPDX-License-Identifier: MIT
// Evaluate windows of a canary: two bad minutes roll it back, with proof.
'use strict';

const split = require('libsplit');

const rollout = new split.Rollout([split.metric('error_rate', 'error')], [{ percent: 10, bakeUs: 14400000000 }]);
for (const minute of [1, 2, 3]) {
  const { decision, reason, detail } = rollout.step(minute, { counters: { sent: 60, outcomes: 60, error: minute === 1 ? 0 : 12 } });
  console.log(`minute ${minute}: ${decision} ${reason}: ${detail}`);
}
