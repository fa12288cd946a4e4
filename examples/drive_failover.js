// SPDX-License-Identifier: MIT
// Drive a failover machine by hand: the new origin fails, the legacy one serves, a probe brings it back.
'use strict';

const split = require('libsplit');

const machine = new split.Failover({ new: ['new', 'legacy'], legacy: ['legacy'] }, { jitter_ppm: 0 });

// Send one request; "new" fails while it is broken.
function request(nowUs, key, broken) {
  let at = machine.route(nowUs, 'new', key);
  while (at) {
    const outcome = at.origin === 'new' && broken ? 'fail_status' : 'ok';
    console.log(`${nowUs / 1000} ms: ${at.kind} ${at.origin} ${outcome}`);
    const after = machine.report(nowUs, at.token, outcome);
    for (const event of after.events) console.log(`  ${event.origin}: ${event.from} -> ${event.to} (${event.cause})`);
    at = after.attempt;
  }
}

for (let i = 0; i < 5; i++) request(i * 50000, i, true);
for (let i = 0; i < 3; i++) request(5200000 + i * 500000, i, false);
