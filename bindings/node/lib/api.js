// SPDX-License-Identifier: MIT
// The classes of the package over a core: the native addon, or the WebAssembly build. Both give results, or a negative
// error code that becomes an exception here; so every runtime has one behaviour and one text for each error.
'use strict';

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LONE_SURROGATE = /\p{Surrogate}/u;

class SplitError extends Error {
  constructor(code, codeName, text, faults) {
    const detail = faults && faults.length ? ` (${faults[0].path}: ${faults[0].text})` : '';
    super(`${codeName}: ${text}${detail}`);
    this.name = new.target.name;
    this.code = code;
    this.codeName = codeName;
    this.faults = faults || [];
  }
}
class UsageError extends SplitError {}
class DataError extends SplitError {}
class ResourceError extends SplitError {}
class OutsideError extends SplitError {}
class BugError extends SplitError {}
const CLASSES = { 1: UsageError, 2: DataError, 3: ResourceError, 4: OutsideError };

const ERR_ARG = -101;
const ERR_INDEX = -107;
const ERR_MODE = -108;
const ERR_VALUE = -206;
const ERR_TEXT = -217;

// Collects the numbers and texts of one call.
class Record {
  constructor(core, ...numbers) {
    this.core = core;
    this.numbers = numbers;
    this.texts = [];
  }

  put(...numbers) {
    for (const number of numbers) this.numbers.push(number);
    return this;
  }

  u64(value) {
    if (typeof value === 'number' && Number.isSafeInteger(value)) value = BigInt(value);
    if (typeof value !== 'bigint' || value < 0n || value >= 1n << 64n) throw this.core.error(ERR_ARG);
    return this.put(Number(value >> 32n), Number(value & 0xffffffffn));
  }

  text(text) {
    const coded = this.core.encode(text);
    this.numbers.push(coded.length);
    this.texts.push(coded);
    return this;
  }

  doubles() {
    const out = new Float64Array(this.numbers.length);
    for (let i = 0; i < out.length; i++) {
      const x = this.numbers[i];
      if (typeof x !== 'number' && typeof x !== 'boolean') throw this.core.error(ERR_ARG);
      out[i] = Number(x);
    }
    return out;
  }

  bytes() {
    const out = new Uint8Array(this.texts.reduce((n, text) => n + text.length, 0));
    let at = 0;
    for (const text of this.texts) {
      out.set(text, at);
      at += text.length;
    }
    return out;
  }
}

// Reads a record that a call handed out, front to back.
class Reading {
  constructor(record) {
    this.record = record;
    this.at = 0;
  }

  one() {
    return this.record[this.at++];
  }

  many(n) {
    this.at += n;
    return Array.from(this.record.slice(this.at - n, this.at));
  }

  u64() {
    const [high, low] = this.many(2);
    return (BigInt(high) << 32n) | BigInt(low);
  }
}

function wrapCore(core) {
  const self = {
    core,
    error(code, faults) {
      const Class = CLASSES[core.split_errcategory(code)] || BugError;
      return new Class(code, core.split_errname(code), core.split_strerror(code), faults);
    },
    check(result) {
      if (typeof result === 'number' && result < 0) throw self.error(result);
      return result;
    },
    encode(text) {
      if (typeof text === 'string') {
        if (LONE_SURROGATE.test(text)) throw self.error(ERR_TEXT);
        return encoder.encode(text);
      }
      if (ArrayBuffer.isView(text)) return new Uint8Array(text.buffer, text.byteOffset, text.byteLength);
      if (text instanceof ArrayBuffer) return new Uint8Array(text);
      throw self.error(ERR_ARG);
    },
    record: (...numbers) => new Record(self, ...numbers),
    read: (result) => new Reading(self.check(result)),
    text: (result) => decoder.decode(self.check(result)),
    doubles(numbers) {
      if (numbers === null || typeof numbers !== 'object' || typeof numbers.length !== 'number') throw self.error(ERR_ARG);
      return new Record(self, ...Array.from(numbers)).doubles();
    },
    options(options, known) {
      if (options === undefined) return {};
      if (options === null || typeof options !== 'object') throw self.error(ERR_ARG);
      for (const name of Object.keys(options)) if (known && !known.includes(name)) throw self.error(ERR_ARG);
      return options;
    },
    word(word, words, code) {
      if (typeof word !== 'string') throw self.error(ERR_ARG);
      const index = words.indexOf(word);
      if (index < 0) throw self.error(code);
      return index;
    },
    // What the last open of a document got wrong.
    faults(kind, box) {
      const r = self.read(core[`${kind}_faults`](box));
      const [, n] = r.many(2);
      return Array.from({ length: n }, (_, i) => {
        const [code, line, column, pos] = r.many(4);
        return {
          code, codeName: core.split_errname(code), path: self.text(core[`${kind}_fault_path`](box, i)), line, column, pos,
          text: self.text(core[`${kind}_fault_text`](box, i)),
        };
      });
    },
  };
  return self;
}

const bucketOf = (number) => (number < 0 ? null : number);
const entriesOf = (object) => (object instanceof Map ? [...object.entries()] : Object.entries(object));

function planClasses(core) {
  const native = core.core;
  const holder = boxOfKind(core, 'plan');
  const boxOf = holder.of;

  const assignment = (variant, bucket, rule) => ({
    variant, bucket: bucketOf(bucket), reason: native.split_rule_name(rule),
  });

  const indexOf = (variant, names) => {
    if (typeof variant === 'number') return variant;
    const index = names.indexOf(variant);
    if (index < 0) throw core.error(typeof variant === 'string' ? ERR_INDEX : ERR_ARG);
    return index;
  };

  const namesAndWeights = (weights) => {
    if (weights === null || typeof weights !== 'object') throw core.error(ERR_ARG);
    if (Array.isArray(weights) || ArrayBuffer.isView(weights)) return [[...weights].map((_, i) => String(i)), [...weights]];
    const entries = entriesOf(weights);
    return [entries.map(([name]) => String(name)), entries.map(([, weight]) => weight)];
  };

  const MODES = wordsOf(native.split_mode_name);
  const OPTIONS = ['salt', 'mode', 'default', 'coverage', 'holdout', 'overrides', 'ranges', 'home'];
  const HIDDEN = Symbol('plan');

  function planRecord(name, names, numbers, options) {
    const mode = MODES.indexOf(options.mode === undefined ? 'sticky' : options.mode);
    if (mode < 0) throw core.error(ERR_VALUE);
    const salted = options.salt !== undefined && options.salt !== null;
    const record = core.record().text(name).put(salted ? 1 : 0).text(salted ? options.salt : '');
    record.put(mode, indexOf(options.default === undefined ? 0 : options.default, names));
    record.put(options.coverage === undefined ? 100 : options.coverage, options.holdout === undefined ? 0 : options.holdout);
    record.put(numbers.length);
    if (options.ranges) {
      record.put(1, ...numbers, options.ranges.length);
      for (const range of options.ranges) record.put(...(Array.isArray(range) ? range : [range.start, range.end, range.variant]));
    } else {
      record.put(0, ...numbers);
    }
    const overrides = options.overrides ? entriesOf(options.overrides) : [];
    record.put(overrides.length);
    for (const [key, variant] of overrides) record.text(key).put(indexOf(variant, names));
    return record;
  }

  class Plan {
    #assign;
    #names;

    constructor(name, weights, options) {
      const box = holder.make(this);
      this.#assign = native.plan_assigner(box);
      if (name === HIDDEN) {
        this.#names = weights;
        return;
      }
      options = core.options(options, OPTIONS);
      const [names, numbers] = namesAndWeights(options.ranges && options.home && weights === undefined ? options.home : weights);
      const record = planRecord(name, names, numbers, options);
      core.check(native.plan_open(box, record.doubles(), record.bytes()));
      this.#names = Object.freeze(names);
    }

    assign(key) {
      const variant = this.#assign(key);
      if (variant < 0) throw core.error(variant);
      return variant;
    }

    variantOf(key) {
      return this.#names[this.assign(key)];
    }

    decide(key) {
      const [variant, bucket, rule] = core.check(native.plan_decide(boxOf(this), key));
      return assignment(variant, bucket, rule);
    }

    explain(key) {
      const r = core.read(native.plan_explain(boxOf(this), key));
      const hash = r.u64();
      const [variant, rule, bucket, range, start, end, owner, coverage, holdout, override] = r.many(10);
      return {
        hash, variant, reason: native.split_rule_name(rule), bucket, range, bounds: { start, end, variant: owner },
        coverageBucket: bucketOf(coverage), holdoutBucket: bucketOf(holdout), override: bucketOf(override),
      };
    }

    gate(key) {
      const [decided, variant, bucket, rule] = core.check(native.plan_gate(boxOf(this), key));
      return decided ? assignment(variant, bucket, rule) : null;
    }

    unitHash(key) {
      return core.read(native.plan_unit_hash(boxOf(this), key)).u64();
    }

    assignBuffer(keys, offsets, out) {
      if (!ArrayBuffer.isView(offsets)) throw core.error(ERR_ARG);
      const variants = out === undefined ? new Uint16Array(Math.max(offsets.length - 1, 0)) : out;
      core.check(native.plan_assign_columns(boxOf(this), keys, offsets, variants));
      return variants;
    }

    assignMany(keys, out) {
      const coded = Array.from(keys, (key) => core.encode(key));
      const offsets = new Uint32Array(coded.length + 1);
      for (let i = 0; i < coded.length; i++) offsets[i + 1] = offsets[i] + coded[i].length;
      const all = new Uint8Array(offsets[coded.length]);
      for (let i = 0; i < coded.length; i++) all.set(coded[i], offsets[i]);
      return this.assignBuffer(all, offsets, out);
    }

    #change(how, weights) {
      const named = !Array.isArray(weights) && !ArrayBuffer.isView(weights);
      const [names, numbers] = namesAndWeights(weights);
      const plan = new Plan(HIDDEN, named || names.length !== this.#names.length ? names : this.#names);
      const [moved] = core.check(how(boxOf(this), core.doubles(numbers), boxOf(plan)));
      return { plan, moved };
    }

    reweight(weights) {
      return this.#change(native.plan_reweight, weights);
    }

    rehome(weights) {
      return this.#change(native.plan_rehome, weights);
    }

    diff(to) {
      const r = core.read(native.plan_diff(boxOf(this), boxOf(to)));
      const [moved, rows, columns] = r.many(3);
      return { moved, matrix: Array.from({ length: rows }, () => r.many(columns)) };
    }

    export(format, options) {
      const { key = '', table = '' } = core.options(options, ['key', 'table']);
      const at = core.word(format, wordsOf(native.split_export_name), ERR_VALUE);
      const record = core.record(at).text(key).text(table).put(this.#names.length);
      for (const name of this.#names) record.text(name);
      return core.text(native.plan_export(boxOf(this), record.doubles(), record.bytes()));
    }

    #facts() {
      const r = core.read(native.plan_describe(boxOf(this)));
      const [mode, fallback, coverage, holdout, bytes, n] = r.many(6);
      const pairs = Array.from({ length: n }, () => r.many(2));
      const ranges = Array.from({ length: r.one() }, () => r.many(3));
      return {
        mode: MODES[mode], default: fallback, coverage, holdout, bytes, buckets: pairs.map((p) => p[0]),
        home: pairs.map((p) => p[1]), ranges, nOverrides: r.one(),
      };
    }

    get variants() { return this.#names; }
    get mode() { return this.#facts().mode; }
    get default() { return this.#facts().default; }
    get coverage() { return this.#facts().coverage; }
    get holdout() { return this.#facts().holdout; }
    get buckets() { return this.#facts().buckets; }
    get home() { return this.#facts().home; }
    get ranges() { return this.#facts().ranges; }
    get name() { return core.text(native.plan_name(boxOf(this))); }
    get salt() { return core.text(native.plan_salt(boxOf(this))); }

    get overrides() {
      return new Map(Array.from({ length: this.#facts().nOverrides }, (_, i) => [
        core.text(native.plan_override_key(boxOf(this), i)), core.check(native.plan_override_variant(boxOf(this), i))[0],
      ]));
    }

    close() {
      core.check(native.plan_close(boxOf(this)));
    }
  }

  class Draw {
    #box = core.check(native.draw_create());

    constructor(seed = 0) {
      core.check(native.draw_seed(this.#box, core.record().u64(seed).doubles()));
    }

    next(plan) {
      const [variant, bucket, rule] = core.check(native.draw_next(this.#box, boxOf(plan)));
      return assignment(variant, bucket, rule);
    }
  }

  return { Plan, Draw, assignment, planBox: boxOf, adoptPlan: (names) => new Plan(HIDDEN, Object.freeze(names)) };
}

// The words of an enum, in order.
function wordsOf(name) {
  const out = [];
  for (;;) {
    const word = name(out.length);
    if (!word || word === '?' || out.includes(word)) return Object.freeze(out);
    out.push(word);
  }
}

const WORDS = {
  failback: ['AUTO', 'DELAY', 'MANUAL'], sticky: ['RETURN', 'STAY'], unsafe_failover: ['ROUTE', 'REFUSE'],
  in_flight: ['OFF', 'FIXED', 'AIMD'],
};
const neverNull = (us) => (us === Infinity ? null : us);
const nullNever = (us) => (us === null || us === undefined ? Infinity : us);

// A class whose objects hold one box each; `of` finds it, and refuses anything else.
function boxOfKind(core, kind) {
  const boxes = new WeakMap();
  return {
    make(object) {
      const box = core.check(core.core[`${kind}_create`]());
      boxes.set(object, box);
      return box;
    },
    of(object) {
      const box = boxes.get(object);
      if (box === undefined) throw core.error(ERR_ARG);
      return box;
    },
  };
}

function failoverClasses(core) {
  const native = core.core;
  const holder = boxOfKind(core, 'failover');
  const words = (name) => wordsOf(native[`split_failover_${name}_name`]);
  const STATES = words('state'), MODE_WORDS = words('mode'), ACTIONS = words('action'), KINDS = words('kind');
  const REASONS = words('reason'), OUTCOMES = words('class'), CREDITS = words('credit'), NEXTS = words('next');
  const CAUSES = words('cause');
  const HIDDEN = Symbol('failover');
  const EVENT_REST = ['atUs', 'runSpanUs', 'openUs', 'gen', 'epoch', 'level', 'run', 'hardRun', 'runKeys', 'total', 'bad',
    'badKeys', 'probeOk', 'lost', 'permille', 'latched', 'transition'];
  const STATUS_REST = ['level', 'gen', 'epoch', 'inService', 'degraded', 'latched', 'permille', 'step', 'run', 'hardRun',
    'runKeys', 'total', 'bad', 'badKeys', 'probeOk', 'lost', 'nLeases', 'inFlight', 'inFlightCap', 'inStateUs', 'openLeftUs',
    'nIssued', 'nReported', 'nStale'];

  const parameter = (name, value) => {
    if (WORDS[name] && typeof value === 'string') return core.word(value.toUpperCase(), WORDS[name], ERR_VALUE);
    return name.endsWith('_us') ? nullNever(value) : value;
  };

  class Failover {
    #origins;
    #chains;

    constructor(chains, options) {
      const box = holder.make(this);
      if (chains === HIDDEN) {
        [this.#origins, this.#chains] = options;
        return;
      }
      if (chains === null || typeof chains !== 'object') throw core.error(ERR_ARG);
      const { preset = '', seed = 1, ramp_permille: ramp = [], statuses = [], ...parameters } = core.options(options);
      const entries = entriesOf(chains);
      for (const [, chain] of entries) if (!Array.isArray(chain)) throw core.error(ERR_ARG);
      const origins = [...new Set(entries.flatMap(([, chain]) => chain))];
      const record = core.record(origins.length);
      for (const origin of origins) record.text(origin);
      record.put(entries.length);
      for (const [, chain] of entries) record.put(chain.length, ...chain.map((origin) => origins.indexOf(origin)));
      record.u64(seed).text(preset);
      const names = Object.keys(parameters);
      record.put(names.length);
      for (const name of names) record.text(name).put(parameter(name, parameters[name]));
      record.put(ramp.length, ...ramp, statuses.length, ...statuses);
      core.check(native.failover_open(box, record.doubles(), record.bytes()));
      this.#origins = Object.freeze(origins);
      this.#chains = Object.freeze(entries.map(([name]) => name));
    }

    get origins() { return this.#origins; }
    get chains() { return this.#chains; }

    #index(origin) {
      return typeof origin === 'string' ? core.word(origin, this.#origins, ERR_INDEX) : origin;
    }

    #events(r) {
      const [n] = r.many(2);
      return Array.from({ length: n }, () => {
        const [origin, from, to, cause, ...rest] = r.many(21);
        const event = { origin: this.#origins[origin], from: STATES[from], to: STATES[to], cause: CAUSES[cause] };
        EVENT_REST.forEach((name, i) => { event[name] = rest[i]; });
        event.latched = Boolean(event.latched);
        return event;
      });
    }

    #answer(r) {
      const [origin, assigned, kind, reason, flags, deadline] = r.many(6);
      return {
        origin: origin < 0 ? null : this.#origins[origin], assigned: assigned < 0 ? null : this.#origins[assigned],
        kind: KINDS[kind], reason: REASONS[reason], fallback: Boolean(flags & 1), drill: Boolean(flags & 2),
        degraded: Boolean(flags & 4), repin: Boolean(flags & 8), deadlineUs: neverNull(deadline),
        token: Object.freeze(r.many(15)),
      };
    }

    route(nowUs, chain, key = 0n, options) {
      const { safe = true, replayable = true, pinned = null } = core.options(options, ['safe', 'replayable', 'pinned']);
      const at = typeof chain === 'string' ? core.word(chain, this.#chains, ERR_INDEX) : chain;
      const record = core.record(nowUs).u64(key).put(at, Boolean(safe), Boolean(replayable));
      record.put(pinned === null ? -1 : this.#index(pinned));
      const r = core.read(native.failover_route(holder.of(this), record.doubles()));
      return { ...this.#answer(r), events: this.#events(r) };
    }

    probe(nowUs, origin) {
      const r = core.read(native.failover_probe(holder.of(this), core.doubles([nowUs, this.#index(origin)])));
      return { ...this.#answer(r), events: this.#events(r) };
    }

    report(nowUs, token, outcome, options) {
      const { committed = false, pushBackUs = 0 } = core.options(options, ['committed', 'pushBackUs']);
      if (!Array.isArray(token)) throw core.error(ERR_ARG);
      const klass = core.word(outcome, OUTCOMES, ERR_ARG);
      const r = core.read(native.failover_report(holder.of(this),
        core.doubles([nowUs, klass, Boolean(committed), pushBackUs, ...token])));
      const [credit, next, deadline] = r.many(3);
      const attempt = this.#answer(r);
      return {
        credit: CREDITS[credit], next: NEXTS[next], deadlineUs: neverNull(deadline),
        attempt: NEXTS[next] === 'ATTEMPT' ? attempt : null, events: this.#events(r),
      };
    }

    admin(nowUs, origin, action) {
      const record = core.doubles([nowUs, this.#index(origin), core.word(action, ACTIONS, ERR_ARG)]);
      return this.#events(core.read(native.failover_admin(holder.of(this), record)));
    }

    tick(nowUs) {
      return this.#events(core.read(native.failover_tick(holder.of(this), core.doubles([nowUs]))));
    }

    status(origin) {
      const r = core.read(native.failover_status(holder.of(this), this.#index(origin)));
      const id = r.u64();
      const [state, mode, ...rest] = r.many(26);
      const status = { id, state: STATES[state], mode: MODE_WORDS[mode] };
      STATUS_REST.forEach((name, i) => { status[name] = rest[i]; });
      for (const name of ['inService', 'degraded', 'latched']) status[name] = Boolean(status[name]);
      return status;
    }

    find(origin) {
      const [index] = core.check(native.failover_find(holder.of(this), core.encode(origin)));
      return index < 0 ? null : index;
    }

    classifyStatus(status, elapsedUs = 0) {
      return OUTCOMES[core.check(native.failover_classify(holder.of(this), core.doubles([status, elapsedUs])))[0]];
    }

    classifyDeadline(elapsedUs) {
      return OUTCOMES[core.check(native.failover_classify(holder.of(this), core.doubles([-1, elapsedUs])))[0]];
    }

    snapshot(nowUs) {
      return Uint8Array.from(core.check(native.failover_snapshot(holder.of(this), core.doubles([nowUs]))));
    }

    restore(nowUs, snapshot) {
      core.check(native.failover_restore(holder.of(this), core.doubles([nowUs]), core.encode(snapshot)));
    }

    reload(old) {
      core.check(native.failover_reload(holder.of(this), holder.of(old)));
    }

    #fact(index) { return core.check(native.failover_describe(holder.of(this)))[index]; }
    get nowUs() { return this.#fact(2); }
    get regressions() { return this.#fact(3); }
    get budgetMilli() { return this.#fact(4); }
    get deadlineUs() { return neverNull(this.#fact(5)); }

    close() { core.check(native.failover_close(holder.of(this))); }
  }
  return { Failover, box: holder.of, empty: (origins, chains) => new Failover(HIDDEN, [Object.freeze(origins), Object.freeze(chains)]) };
}

function measureClasses(core) {
  const native = core.core;
  const COUNTERS = wordsOf(native.split_counter_name), KINDS = wordsOf(native.split_metric_kind_name);
  const OPERATORS = wordsOf(native.split_op_name), MISSING = wordsOf(native.split_missing_name);
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

  return { public: { Meter, Histogram, DistinctUsers, Evidence, metric, checkMetric, metricLevel, shownLevels },
    putMetrics, metricOf, putArm, LEVELS };
}

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

const TEXTS = ['DOCUMENT', 'NAME', 'VARIANT', 'METRIC', 'ORIGIN', 'URL', 'HOST', 'COOKIE', 'SIGNED_BY', 'PRICES', 'NOTIFY_TARGET',
  'NOTIFY_TOKEN', 'NOTIFY_ARGUMENT', 'SOURCE', 'SOURCE_FIELD', 'SOURCE_TEXT', 'RATIO_BAD', 'RATIO_OF'];

function documentClasses(core, plans, failovers, rollouts) {
  const native = core.core;
  const policies = boxOfKind(core, 'policy'), routes = boxOfKind(core, 'route');
  const FILE = Symbol('file'), BUILD = Symbol('build');

  const checked = (kind, box, got) => {
    if (typeof got === 'number' && got < 0) throw core.error(got, core.faults(kind, box));
    return got;
  };
  const opened = (kind, box, text, how) => checked(kind, box,
    native[how === FILE ? `${kind}_open_file` : `${kind}_open`](box, core.encode(text)));
  const textOf = (kind, box) => (what, first = 0, second = 0) => core.text(
    native[`${kind}_text`](box, Float64Array.of(TEXTS.indexOf(what), first, second)));
  const originOf = (kind, box, index) => {
    const text = textOf(kind, box);
    const [connectTimeoutUs, firstByteTimeoutUs, timeoutUs, perMillionRequestsMicros, monthlyMicros] =
      core.check(native[`${kind}_origin`](box, index));
    return { name: text('ORIGIN', index), url: text('URL', index), host: text('HOST', index) || null, connectTimeoutUs,
      firstByteTimeoutUs, timeoutUs, perMillionRequestsMicros, monthlyMicros };
  };
  const names = (text, what, n) => Array.from({ length: n }, (_, i) => text(what, i));
  const machineOf = (kind, box, variants, origins, seed) => {
    const machine = failovers.empty(origins.map((o) => o.name), variants);
    core.check(native[`${kind}_failover`](box, core.record().u64(seed).doubles(), failovers.box(machine)));
    return machine;
  };
  const planOf = (kind, box, variants) => {
    const plan = plans.adoptPlan(variants);
    core.check(native[`${kind}_plan`](box, plans.planBox(plan)));
    return plan;
  };
  const cookieOf = (text, maxAge, idle) => ({
    name: text('COOKIE'), maxAgeUs: neverNull(maxAge), idleUs: neverNull(idle), signedBy: text('SIGNED_BY') || null,
  });

  class Policy {
    constructor(text, how) { opened('policy', policies.make(this), text, how); }
    static load(path) { return new Policy(path, FILE); }
    get #text() { return textOf('policy', policies.of(this)); }
    #facts() { return Array.from(core.check(native.policy_describe(policies.of(this)))); }
    get name() { return this.#text('NAME'); }
    get text() { return this.#text('DOCUMENT'); }
    get variants() { return names(this.#text, 'VARIANT', this.#facts()[0]); }
    get metrics() { return names(this.#text, 'METRIC', this.#facts()[2]); }

    get origins() {
      return Array.from({ length: this.#facts()[1] }, (_, i) => originOf('policy', policies.of(this), i));
    }

    get cookie() {
      const facts = this.#facts();
      return cookieOf(this.#text, facts[6], facts[7]);
    }

    get variant() { return this.#arm(4); }
    get baseline() { return this.#arm(5); }

    #arm(fact) {
      const index = this.#facts()[fact];
      return index < 0 ? null : this.#text('VARIANT', index);
    }

    get prices() { return this.#text('PRICES') || null; }
    get budgetMicros() { return this.#facts()[8]; }

    get notify() {
      const KINDS = ['webhook', 'slack', 'sns', 'exec'], EVENTS = ['level', 'hold', 'advance', 'rollback', 'complete'];
      return Array.from({ length: this.#facts()[3] }, (_, i) => {
        const [type, on, n] = core.check(native.policy_notify(policies.of(this), i));
        return { type: KINDS[type], target: this.#text('NOTIFY_TARGET', i), token: this.#text('NOTIFY_TOKEN', i) || null,
          arguments: Array.from({ length: n }, (_ignored, k) => this.#text('NOTIFY_ARGUMENT', i, k)),
          on: EVENTS.filter((_ignored, bit) => (on >> bit) & 1) };
      });
    }

    sources(metric) {
      const out = {};
      const [n] = core.check(native.policy_sources(policies.of(this), metric));
      for (let i = 0; i < n; i++) {
        const source = this.#text('SOURCE', metric, i);
        (out[source] = out[source] || {})[this.#text('SOURCE_FIELD', metric, i)] = this.#text('SOURCE_TEXT', metric, i);
      }
      return out;
    }

    ratio(metric) { return { bad: this.#text('RATIO_BAD', metric), of: this.#text('RATIO_OF', metric) }; }
    plan() { return planOf('policy', policies.of(this), this.variants); }
    failover(seed = 1) { return machineOf('policy', policies.of(this), this.variants, this.origins, seed); }

    rollout() {
      const rollout = rollouts.empty();
      core.check(native.policy_rollout(policies.of(this), rollouts.box(rollout)));
      return rollout;
    }

    close() { core.check(native.policy_close(policies.of(this))); }
  }

  class Route {
    constructor(text, how) {
      const box = routes.make(this);
      if (how !== BUILD) opened('route', box, text, how);
    }

    static load(path) { return new Route(path, FILE); }

    static build(policy, plan, revision, issuedAtUs) {
      const route = new Route(null, BUILD);
      core.check(native.route_build(routes.of(route), policies.of(policy), plans.planBox(plan),
        core.doubles([revision, issuedAtUs])));
      return route;
    }

    get #text() { return textOf('route', routes.of(this)); }
    #facts() { return Array.from(core.check(native.route_describe(routes.of(this)))); }
    get name() { return this.#text('NAME'); }
    get text() { return this.#text('DOCUMENT'); }
    get revision() { return this.#facts()[0]; }
    get issuedAtUs() { return this.#facts()[1]; }
    get variants() { return names(this.#text, 'VARIANT', this.#facts()[2]); }
    get origins() { return Array.from({ length: this.#facts()[3] }, (_, i) => originOf('route', routes.of(this), i)); }

    get cookie() {
      const facts = this.#facts();
      return cookieOf(this.#text, facts[4], facts[5]);
    }

    plan() { return planOf('route', routes.of(this), this.variants); }
    failover(seed = 1) { return machineOf('route', routes.of(this), this.variants, this.origins, seed); }
    accept(next) { core.check(native.route_accept(routes.of(this), routes.of(next))); }

    publish(path, expected) {
      const box = routes.of(this);
      checked('route', box, native.route_publish(box, core.doubles([expected]), core.encode(path)));
    }

    close() { core.check(native.route_close(routes.of(this))); }
  }
  return { Policy, Route };
}

function tokenClasses(core, plans) {
  const native = core.core;
  const holder = boxOfKind(core, 'token');
  const STATUSES = wordsOf(native.split_token_status_name);
  const DAY_US = 86400000000;

  class Token {
    constructor(split, options) {
      const { keys = {}, keyFile = '', maxAgeUs = 365 * DAY_US, idleUs = null, skewUs = 60000000, fence = 0 } =
        core.options(options, ['keys', 'keyFile', 'maxAgeUs', 'idleUs', 'skewUs', 'fence']);
      const record = core.record().text(split).put(maxAgeUs, nullNever(idleUs), skewUs).u64(fence).text(keyFile);
      const entries = entriesOf(keys);
      record.put(entries.length);
      for (const [id, secret] of entries) record.text(id).text(secret);
      core.check(native.token_open(holder.make(this), record.doubles(), record.bytes()));
    }

    write(stored, subject) {
      if (stored === null || typeof stored !== 'object') throw core.error(ERR_ARG);
      const record = core.record().u64(stored.revision).put(stored.issuedS, stored.seenS).text(stored.variant).text(subject);
      return core.text(native.token_write(holder.of(this), record.doubles(), record.bytes()));
    }

    #stored(r) {
      const revision = r.u64(), [issuedS, seenS] = r.many(2);
      return { revision, issuedS, seenS, variant: core.text(native.token_variant(holder.of(this))) };
    }

    read(value, subject, unixUs) {
      const record = core.record(unixUs).text(value).text(subject);
      const r = core.read(native.token_read(holder.of(this), record.doubles(), record.bytes()));
      const status = STATUSES[r.one()];
      return { status, stored: status === 'valid' ? this.#stored(r) : null };
    }

    decide(plan, value, key, unixUs, revision, names = plan.variants) {
      const record = core.record(unixUs).u64(revision).put(names.length);
      for (const name of names) record.text(name);
      record.text(value).text(key);
      const r = core.read(native.token_decide(holder.of(this), plans.planBox(plan), record.doubles(), record.bytes()));
      const assignment = plans.assignment(...r.many(3)), status = STATUSES[r.one()], renew = this.#stored(r);
      return { assignment, status, renew: renew.variant ? renew : null };
    }

    close() { core.check(native.token_close(holder.of(this))); }
  }
  return { Token };
}

// Only what the core has: the small WebAssembly build has plans alone.
function makeApi(native, runtime) {
  const core = wrapCore(native);
  const plans = planClasses(core);
  const api = {
    runtime, version: native.split_version(), Plan: plans.Plan, SplitError, UsageError, DataError, ResourceError, OutsideError,
    BugError,
  };
  if (!native.failover_create) return api;
  const failovers = failoverClasses(core), measure = measureClasses(core), rollouts = rolloutClasses(core, measure);
  return Object.assign(api, { Draw: plans.Draw, Failover: failovers.Failover }, measure.public,
    { Rollout: rollouts.Rollout, Replay: rollouts.Replay }, documentClasses(core, plans, failovers, rollouts),
    tokenClasses(core, plans));
}

module.exports = { makeApi };
