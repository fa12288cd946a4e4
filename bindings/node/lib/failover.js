// SPDX-License-Identifier: MIT
// The failover machine.
'use strict';

const { ERR_ARG, ERR_INDEX, ERR_VALUE } = require('./errors.js');
const { entriesOf, wordsOf, neverNull, nullNever, boxOfKind } = require('./core.js');

const WORDS = {
  failback: ['auto', 'delay', 'manual'], sticky: ['return', 'stay'], unsafe_failover: ['route', 'refuse'],
  in_flight: ['off', 'fixed', 'aimd'],
};

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
    if (WORDS[name] && typeof value === 'string') return core.word(value, WORDS[name], ERR_VALUE);
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
        attempt: NEXTS[next] === 'attempt' ? attempt : null, events: this.#events(r),
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

module.exports = { failoverClasses };
