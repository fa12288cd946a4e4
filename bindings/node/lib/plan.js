// SPDX-License-Identifier: MIT
// Plans and their decisions.
'use strict';

const { ERR_ARG, ERR_INDEX, ERR_VALUE } = require('./errors.js');
const { bucketOf, entriesOf, wordsOf, boxOfKind } = require('./core.js');

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

module.exports = { planClasses };
