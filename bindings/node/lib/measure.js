// SPDX-License-Identifier: MIT
// Metrics, counts, latencies, users and evidence.
'use strict';

const { ERR_ARG, ERR_INDEX, ERR_VALUE } = require('./errors.js');
const { wordsOf, neverNull, boxOfKind } = require('./core.js');

function measureClasses(core) {
  const native = core.core;
  const COUNTERS = wordsOf(native.split_counter_name), KINDS = wordsOf(native.split_metric_kind_name);
  const FORMS = wordsOf(native.split_metric_form_name), OPERATORS = wordsOf(native.split_op_name), MISSING = wordsOf(native.split_missing_name);
  const LEVELS = wordsOf(native.split_level_name);
  const BOUNDS = ['target', 'warning', 'critical'];

  const putMetric = (record, metric) => {
    if (metric === null || typeof metric !== 'object') throw core.error(ERR_ARG);
    record.text(metric.name).put(core.word(metric.kind, KINDS, ERR_VALUE), metric.percentileE6);
    for (const bound of BOUNDS) record.put(core.word(metric[bound].op, OPERATORS, ERR_VALUE), metric[bound].value);
    return record.put(core.word(metric.missing, MISSING, ERR_VALUE), Boolean(metric.gate), Boolean(metric.clustered));
  };
  const putMetrics = (record, metrics) => {
    if (!Array.isArray(metrics)) throw core.error(ERR_ARG);
    record.put(metrics.length);
    for (const metric of metrics) putMetric(record, metric);
  };
  const metricOf = (name, record) => {
    const [kind, percentileE6, t, tv, w, wv, c, cv, missing, gate, clustered] = record;
    return {
      name, kind: KINDS[kind], percentileE6, target: { op: OPERATORS[t], value: tv }, warning: { op: OPERATORS[w], value: wv },
      critical: { op: OPERATORS[c], value: cv }, missing: MISSING[missing], gate: Boolean(gate), clustered: Boolean(clustered),
    };
  };
  const metric = (name, kind, fields) => {
    const made = metricOf(name, core.check(native.metric_defaults(core.doubles([core.word(kind, KINDS, ERR_VALUE)]))));
    return { ...made, ...core.options(fields, Object.keys(made)) };
  };
  const metricKind = (kind) => {
    const number = core.word(kind, KINDS, ERR_VALUE);
    const text = (what) => core.text(native.metric_kind_text(core.doubles([number, what])));
    const fields = {};
    ['n', 'bad', 'good', 'sent'].forEach((name, i) => { if (text(4 + i) !== '') fields[name] = text(4 + i); });
    return { name: text(0), help: text(1), badText: text(2), form: FORMS[FORMS.indexOf(text(3))], fields };
  };
  const checkMetric = (given) => {
    const record = putMetric(core.record(), given);
    const r = core.read(native.metric_check(record.doubles(), record.bytes()));
    return Object.fromEntries(BOUNDS.map((name) => [name, { shareE6: r.one(), overUs: neverNull(r.one()) }]));
  };

  // An arm is { counters: {sent: 1}, over: {0: [target, warning, critical]}, ratio: {0: [bad, of]} }.
  const putArm = (record, arm) => {
    const { counters = {}, over = {}, ratio = {} } = core.options(arm, ['counters', 'over', 'ratio']);
    const names = Object.keys(counters);
    record.put(names.length);
    for (const name of names) record.put(core.word(name, COUNTERS, ERR_INDEX), counters[name]);
    const n = Math.max(-1, ...Object.keys(over).map(Number), ...Object.keys(ratio).map(Number)) + 1;
    if (!(n <= 32)) throw core.error(ERR_INDEX);
    record.put(n);
    for (let i = 0; i < n; i++) {
      record.put(i in over, ...(over[i] || [0, 0, 0]));
      record.put(i in ratio, ...(ratio[i] || [0, 0]));
    }
  };
  const readArm = (r) => {
    const arm = { counters: {}, over: {}, ratio: {} };
    for (let n = r.one(); n > 0; n--) {
      const [counter, value] = r.many(2);
      arm.counters[COUNTERS[counter]] = value;
    }
    const n = r.one();
    for (let i = 0; i < n; i++) {
      const [hasOver, target, warning, critical, hasRatio, bad, of] = r.many(7);
      if (hasOver) arm.over[i] = [target, warning, critical];
      if (hasRatio) arm.ratio[i] = [bad, of];
    }
    return arm;
  };
  const metricLevel = (given, arm, index = 0, minSample = 30) => {
    const record = putMetric(core.record(), given).put(index, minSample);
    putArm(record, arm);
    return LEVELS[core.check(native.metric_level(record.doubles(), record.bytes()))[5]];
  };
  const shownLevels = (levels) => Array.from(
    core.check(native.shown_levels(core.doubles(levels.map((level) => core.word(level, LEVELS, ERR_VALUE))))), (i) => LEVELS[i]);

  const meters = boxOfKind(core, 'meter');
  class Meter {
    constructor(nArms = 2, metrics = [], options) {
      const { reports = null, histograms = true } = core.options(options, ['reports', 'histograms']);
      const bits = reports === null ? -1
        : [...new Set(reports)].reduce((sum, name) => sum + 2 ** core.word(name, COUNTERS, ERR_INDEX), 0);
      const record = core.record(nArms, bits, Boolean(histograms));
      putMetrics(record, metrics);
      core.check(native.meter_open(meters.make(this), record.doubles(), record.bytes()));
    }

    #count(...numbers) { core.check(native.meter_count(meters.of(this), core.doubles(numbers))); }
    sent(arm) { this.#count(0, arm); }
    outcome(arm, failed = false, latencyUs = -1) { this.#count(1, arm, Boolean(failed), latencyUs); }
    diverted(arm) { this.#count(2, arm); }
    leftOut(arm) { this.#count(3, arm); }
    userError(arm) { this.#count(4, arm); }
    unit(arm) { this.#count(5, arm); }
    lookup(arm, miss) { this.#count(6, arm, Boolean(miss)); }
    add(arm, counter, value) { this.#count(7, arm, core.word(counter, COUNTERS, ERR_INDEX), value); }
    ratio(arm, metricIndex, bad, of) { this.#count(8, arm, metricIndex, bad, of); }
    merge(other) { core.check(native.meter_merge(meters.of(this), meters.of(other))); }
    reset() { core.check(native.meter_reset(meters.of(this))); }
    read(arm) { return readArm(core.read(native.meter_read(meters.of(this), arm))); }
    get arms() { return core.check(native.meter_describe(meters.of(this)))[0]; }

    percentile(arm, percent) {
      const us = core.check(native.meter_percentiles(meters.of(this), core.doubles([arm, percent])))[1];
      return us < 0 ? null : us;
    }

    close() { core.check(native.meter_close(meters.of(this))); }
  }

  const histograms = boxOfKind(core, 'histogram');
  class Histogram {
    constructor(edgesUs = []) { core.check(native.histogram_open(histograms.make(this), core.doubles(edgesUs))); }
    record(latencyUs) { this.recordMany([latencyUs]); }
    recordMany(latenciesUs) { core.check(native.histogram_record(histograms.of(this), core.doubles(latenciesUs))); }
    merge(other) { core.check(native.histogram_merge(histograms.of(this), histograms.of(other))); }
    reset() { core.check(native.histogram_reset(histograms.of(this))); }
    get count() { return core.check(native.histogram_percentiles(histograms.of(this), core.doubles([])))[0]; }
    atLeast(latencyUs) { return core.check(native.histogram_at_least(histograms.of(this), core.doubles([latencyUs])))[0]; }

    percentile(percent) {
      const us = core.check(native.histogram_percentiles(histograms.of(this), core.doubles([percent])))[1];
      return us < 0 ? null : us;
    }

    close() { core.check(native.histogram_close(histograms.of(this))); }
  }

  const SEEN = ['again', 'first', 'bad', 'first-bad', 'full'];
  const tables = boxOfKind(core, 'distinct');
  class DistinctUsers {
    constructor(nSlots = 65536) { core.check(native.distinct_open(tables.make(this), core.doubles([nSlots]))); }

    note(unitHash, failed = false) {
      const record = core.record().u64(unitHash).put(Boolean(failed));
      return SEEN[core.check(native.distinct_note(tables.of(this), record.doubles()))[0]];
    }

    get count() { return core.check(native.distinct_describe(tables.of(this)))[0]; }
    get leftOut() { return core.check(native.distinct_describe(tables.of(this)))[1]; }
    reset() { core.check(native.distinct_reset(tables.of(this))); }
    close() { core.check(native.distinct_close(tables.of(this))); }
  }

  const processes = boxOfKind(core, 'evidence');
  class Evidence {
    constructor(bound = 0.01, side = 'above', options) {
      const { robust = false, restarts = true, bakeWindows = 240 } = core.options(options, ['robust', 'restarts', 'bakeWindows']);
      const at = core.word(side, ['above', 'below'], ERR_VALUE);
      core.check(native.evidence_open(processes.make(this),
        core.doubles([bound, at, Boolean(robust), Boolean(restarts), bakeWindows])));
    }

    step(n, bad, bound = 0) { return core.check(native.evidence_step(processes.of(this), core.doubles([n, bad, bound])))[0]; }
    get ln() { return core.check(native.evidence_describe(processes.of(this)))[0]; }
    get windows() { return core.check(native.evidence_describe(processes.of(this)))[1]; }
    reset() { core.check(native.evidence_reset(processes.of(this))); }
    close() { core.check(native.evidence_close(processes.of(this))); }

    static interval(n, bad, alpha = 0.05) {
      const [low, high] = core.check(native.evidence_interval(core.doubles([n, bad, alpha])));
      return { low, high };
    }

    static trials(truth, bound, lnNeed, lnLate = 0) {
      return core.check(native.evidence_trials(core.doubles([truth, bound, lnNeed, lnLate])))[0];
    }

    static labelBound(share, ratio) { return core.check(native.evidence_label_bound(core.doubles([share, ratio])))[0]; }
  }

  return { public: { Meter, Histogram, DistinctUsers, Evidence, metric, metricKind, checkMetric, metricLevel, shownLevels },
    putMetrics, metricOf, putArm, LEVELS };
}

module.exports = { measureClasses };
