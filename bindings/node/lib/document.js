// SPDX-License-Identifier: MIT
// Policies and routes.
'use strict';

const { neverNull, boxOfKind } = require('./core.js');

const TEXTS = ['DOCUMENT', 'NAME', 'VARIANT', 'METRIC', 'ORIGIN', 'URL', 'HOST', 'COOKIE', 'SIGNED_BY', 'PRICES', 'NOTIFY_TARGET',
  'NOTIFY_TOKEN', 'NOTIFY_ARGUMENT', 'SOURCE', 'SOURCE_FIELD', 'SOURCE_TEXT', 'RATIO_BAD', 'RATIO_OF',
  'ISSUED_BY', 'ISSUED_WHY', 'SINK_FIELD', 'SINK_VARIANT', 'SINK_TEXT'];

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

    get sinks() {
      const KINDS = ['file', 'exec', 'http', 'etcd', 's3', 'haproxy', 'envoy', 'cloudfront-kvs', 'configmap', 'httproute', 'alb',
        'lambda-alias'];
      return Array.from({ length: this.#facts()[9] }, (_, i) => {
        const [kind, primary, timeoutUs, n] = core.check(native.policy_sink(policies.of(this), i));
        return { kind: KINDS[kind], primary: primary !== 0, timeoutUs,
          fields: Array.from({ length: n }, (_ignored, k) => ({ name: this.#text('SINK_FIELD', i, k),
            variant: this.#text('SINK_VARIANT', i, k) || null, text: this.#text('SINK_TEXT', i, k) })) };
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

    reissue(plan, revision, issuedAtUs, by = '', why = '') {
      const route = new Route(null, BUILD);
      core.check(native.route_reissue(routes.of(route), routes.of(this), plans.planBox(plan),
        core.doubles([revision, issuedAtUs]), core.encode(`${by}\n${why}`)));
      return route;
    }

    get #text() { return textOf('route', routes.of(this)); }
    #facts() { return Array.from(core.check(native.route_describe(routes.of(this)))); }
    get name() { return this.#text('NAME'); }
    get text() { return this.#text('DOCUMENT'); }
    get revision() { return this.#facts()[0]; }
    get issuedAtUs() { return this.#facts()[1]; }
    get issuedBy() { return this.#text('ISSUED_BY'); }
    get issuedWhy() { return this.#text('ISSUED_WHY'); }
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

module.exports = { documentClasses };
