// SPDX-License-Identifier: MIT
// Rollouts and their replay.
'use strict';

const { ERR_ARG, ERR_MODE, ERR_VALUE } = require('./errors.js');
const { wordsOf, neverNull, nullNever, boxOfKind } = require('./core.js');

function rolloutClasses(core, measure) {
  const native = core.core;
  const holder = boxOfKind(core, 'rollout');
  const JUDGEMENTS = wordsOf(native.split_judgement_name), VERDICTS = wordsOf(native.split_verdict_name);
  const REASONS = wordsOf(native.split_reason_name);
  const DECISIONS = wordsOf(native.split_decision_name), ACTIONS = wordsOf(native.split_action_name);
  const HIDDEN = Symbol('rollout');

  const metricDecision = (r) => {
    const [level, windowLevel, verdict, compliant, warningLatched, criticalLatched] = r.many(6);
    const [lnWarning, lnCritical, lnCompliance, lnRelative, present, n] = r.many(6);
    const bad = r.many(3), bakeN = r.one(), bakeBad = r.many(3), [trials, proofUs] = r.many(2);
    return {
      level: measure.LEVELS[level], windowLevel: measure.LEVELS[windowLevel], verdict: VERDICTS[verdict],
      compliant: Boolean(compliant), warningLatched: Boolean(warningLatched), criticalLatched: Boolean(criticalLatched),
      lnWarning, lnCritical, lnCompliance, lnRelative, present: Boolean(present), n, bad, bakeN, bakeBad,
      proofTrials: trials < 0 ? null : trials, proofUs: neverNull(proofUs),
    };
  };

  class Rollout {
    constructor(metrics, phases, options) {
      const box = holder.make(this);
      if (metrics === HIDDEN) return;
      const o = core.options(options, ['windowUs', 'judgement', 'alpha', 'gateAlpha', 'minSample', 'relative',
        'noDataPatienceUs', 'warningPatienceUs']);
      if (!Array.isArray(phases)) throw core.error(ERR_ARG);
      const { windowUs = 60000000, judgement = 'strict', alpha = 0.01, gateAlpha = 0.05, minSample = 30, relative = 1.25 } = o;
      const patience = o.noDataPatienceUs === undefined ? 600000000 : nullNever(o.noDataPatienceUs);
      const record = core.record(windowUs, core.word(judgement, JUDGEMENTS, ERR_VALUE), alpha, gateAlpha, minSample, relative,
        patience, nullNever(o.warningPatienceUs), phases.length);
      for (const phase of phases) record.put(phase.percent, phase.bakeUs);
      measure.putMetrics(record, metrics);
      core.check(native.rollout_open(box, record.doubles(), record.bytes()));
    }

    step(id, arm, baseline = null, options) {
      const { startUs = 0, sharePpm = -1 } = core.options(options, ['startUs', 'sharePpm']);
      const record = core.record(id, startUs, sharePpm, baseline !== null);
      measure.putArm(record, arm);
      measure.putArm(record, baseline === null ? {} : baseline);
      return this.#decision(core.read(native.rollout_step(holder.of(this), record.doubles())));
    }

    #decision(r) {
      const [id, phase, percent, decision, , , alert, overrideUsed, bakeRestarted, nextPhase, nextPercent] = r.many(11);
      const [bakeUs, bakeNeedUs, bakeRestarts, windows, covered, breachBound, gateBound, splitBound] = r.many(8);
      const [lnSplitAbove, lnSplitBelow, lostSent, lost] = r.many(4);
      const n = r.one(), metrics = {};
      for (let i = 0; i < n; i++) metrics[this.#metricName(i)] = metricDecision(r);
      return {
        id, phase, percent: percent / 1e6, decision: DECISIONS[decision],
        reason: core.text(native.rollout_reason(holder.of(this))), detail: core.text(native.rollout_detail(holder.of(this))),
        alert: Boolean(alert), overrideUsed: Boolean(overrideUsed), bakeRestarted: Boolean(bakeRestarted), nextPhase,
        nextPercent: nextPercent / 1e6, bakeUs, bakeNeedUs, bakeRestarts, windows, covered, breachBound, gateBound, splitBound,
        lnSplitAbove, lnSplitBelow, lostSent, lost, metrics,
      };
    }

    static decide(rollout, r) { return rollout.#decision(r); }

    get lastLine() { return core.text(native.rollout_write(holder.of(this))); }
    act(action) { core.check(native.rollout_act(holder.of(this), core.doubles([core.word(action, ACTIONS, ERR_ARG)]))); }
    #metricName(index) { return core.text(native.rollout_metric_name(holder.of(this), index)); }

    #facts() {
      const r = core.read(native.rollout_describe(holder.of(this)));
      const [phase, percent, ended, paused, nMetrics, nPhases, windowUs, impossible, duplicate, late] = r.many(10);
      const phases = Array.from({ length: nPhases }, () => ({ percent: r.one() / 1e6, bakeUs: r.one() }));
      return { phase, percent: percent / 1e6, ended: Boolean(ended), paused: Boolean(paused), nMetrics, windowUs,
        refused: { impossible, duplicate, late }, phases };
    }

    get phase() { return this.#facts().phase; }
    get percent() { return this.#facts().percent; }
    get ended() { return this.#facts().ended; }
    get paused() { return this.#facts().paused; }
    get refused() { return this.#facts().refused; }
    get phases() { return this.#facts().phases; }
    get windowUs() { return this.#facts().windowUs; }

    get metrics() {
      return Array.from({ length: this.#facts().nMetrics }, (_, i) => measure.metricOf(
        this.#metricName(i), core.check(native.rollout_metric(holder.of(this), i))));
    }

    #expected(options) {
      const { requestsPerS = 10, expected = [], hasBaseline = true, maxWindows = 20160 } = options;
      const numbers = [requestsPerS, Boolean(hasBaseline), maxWindows, expected.length];
      for (const e of expected) {
        numbers.push(...e.truth, e.baseline === undefined ? 0 : e.baseline,
          e.trialsPerRequest === undefined ? 1 : e.trialsPerRequest);
      }
      return numbers;
    }

    plan(phase, metric, options) {
      const o = core.options(options, ['requestsPerS', 'expected']);
      const [requests, median, p95, breach, fits] = core.check(native.rollout_plan(
        holder.of(this), core.doubles([phase, metric, ...this.#expected(o)])));
      return { requests, medianUs: neverNull(median), p95Us: neverNull(p95), breachUs: neverNull(breach), fits: Boolean(fits) };
    }

    simulate(options) {
      const o = core.options(options, ['runs', 'seed', 'requestsPerS', 'expected', 'hasBaseline', 'maxWindows']);
      const { runs = 200, seed = 1 } = o;
      const record = core.record().u64(seed).put(runs, ...this.#expected(o));
      const r = core.read(native.rollout_simulate(holder.of(this), record.doubles()));
      const [n, completed, rolledBack, undecided, medianBackUs] = r.many(5);
      const phases = this.phases.map(() => {
        const [reached, left, back, inBake, medianUs, p95Us] = r.many(6);
        return { reached, left, back, inBake, medianUs, p95Us };
      });
      return { runs: n, completed, rolledBack, undecided, medianBackUs, phases };
    }

    close() { core.check(native.rollout_close(holder.of(this))); }
  }

  const decide = Rollout.decide;
  delete Rollout.decide;

  const readers = boxOfKind(core, 'lines');
  class Replay {
    #rollout = null;

    constructor() { core.check(native.lines_open(readers.make(this))); }

    get rollout() { return this.#rollout; }
    get line() { return core.text(native.lines_write(readers.of(this))); }

    read(line) {
      const box = readers.of(this);
      const got = native.lines_read(box, core.encode(line));
      if (typeof got === 'number' && got < 0) throw core.error(got, core.faults('lines', box));
      const [kind, what, atUs] = core.check(got);
      if (kind === 0) {
        const rollout = new Rollout(HIDDEN);
        core.check(native.lines_rollout(box, holder.of(rollout)));
        this.#rollout = rollout;
        return rollout;
      }
      if (this.#rollout === null) throw core.error(ERR_MODE);
      if (kind === 1) return decide(this.#rollout, core.read(native.lines_step(box, holder.of(this.#rollout))));
      const done = { action: ACTIONS[what], atUs, who: core.text(native.lines_who(box)), why: core.text(native.lines_why(box)) };
      this.#rollout.act(done.action);
      return done;
    }

    close() { core.check(native.lines_close(readers.of(this))); }
  }
  Rollout.REASONS = REASONS;
  return { Rollout, Replay, box: holder.of, empty: () => new Rollout(HIDDEN) };
}

module.exports = { rolloutClasses };
