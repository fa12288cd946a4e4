// SPDX-License-Identifier: MIT
// Compiled with tsc --strict; a line after "expect" must be an error.
import * as split from '..';

const plan = new split.Plan('search', { new: 10, legacy: 90 }, { default: 'legacy' });
const variant: number = plan.assign('user-1');
const { plan: next, moved }: { plan: split.Plan; moved: number } = plan.reweight([50, 50]);
const hash: bigint = next.unitHash(Buffer.from('user-1'));
const machine = new split.Failover({ new: ['a', 'b'] }, { base_open_us: 5000000, failback: 'manual' });
const answer = machine.route(0, 'new', hash, { safe: true });
const followup: split.Followup = machine.report(1, answer.token, 'OK');
const rollout = new split.Rollout([split.metric('error_rate', 'error')], [{ percent: 10, bakeUs: 1e9 }]);
const decision: split.Decision = rollout.step(1, { counters: { outcomes: 10, error: 0 } });
const names: readonly string[] = new split.Policy('{}').plan().variants;
// @ts-expect-error a key is text or bytes
plan.assign(5);
// @ts-expect-error an outcome is one of eight words
machine.report(1, answer.token, 'FINE');
// @ts-expect-error an action is one of five words
rollout.act('stop');
export { variant, moved, followup, decision, names };
