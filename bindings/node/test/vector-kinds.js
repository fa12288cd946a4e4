// SPDX-License-Identifier: MIT
// The kinds of vectors: each function takes a file's text and gives a list of [id, null or what differs].
'use strict';

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const differ = (want, got) => (same(want, got) ? null : `expected ${JSON.stringify(want)} got ${JSON.stringify(got)}`);
const sameNumber = (want, got) => typeof got === 'number' &&
  (want === got || Math.abs(want - got) <= 1e-9 * Math.max(1, Math.abs(want)));

// 64-bit keys and seeds do not fit a JavaScript number: they are read as texts.
const parse = (text) => JSON.parse(text.replace(/("(?:key|seed)"\s*:\s*)(\d{16,})/g, '$1"$2"'));
const big = (value) => BigInt(value);

module.exports = (split) => {
  function assignCase(c) {
    let plan;
    try {
      plan = new split.Plan('vectors', c.weights, c.salt === undefined ? {} : { salt: c.salt });
    } catch (error) {
      if (!(error instanceof split.SplitError)) throw error;
      const named = typeof c.error === 'string' && c.error.startsWith('SPLIT_ERR_');
      return c.error !== undefined && (!named || c.error === error.codeName) ? null : `expected a plan got ${error.codeName}`;
    }
    if (c.error !== undefined) return `expected ${c.error} got a plan`;
    if (c.buckets && !same(plan.buckets, c.buckets)) return differ(c.buckets, plan.buckets);
    if (c.ranges && !same(plan.ranges, c.ranges)) return differ(c.ranges, plan.ranges);
    const rows = c.keys || [];
    const many = plan.assignMany(rows.map(([key]) => key));
    for (let i = 0; i < rows.length; i++) {
      const [key, bucket, variant] = rows[i];
      const got = plan.decide(key), why = plan.explain(key), coded = plan.assign(Buffer.from(key));
      const all = [got.variant, why.variant, coded, plan.assign(key), many[i]];
      if (got.bucket !== bucket || why.bucket !== bucket || all.some((v) => v !== variant)) {
        return `key ${JSON.stringify(key.slice(0, 60))}: expected bucket ${bucket} variant ${variant} got ${got.bucket} ${all}`;
      }
    }
    return null;
  }

  function reweightCase(c) {
    let plan = new split.Plan('vectors', c.home_weights, c.salt === undefined ? {} : { salt: c.salt });
    for (const [i, step] of c.steps.entries()) {
      const before = plan;
      let moved;
      try {
        ({ plan, moved } = plan.reweight(step.weights));
      } catch (error) {
        if (!(error instanceof split.SplitError)) throw error;
        const named = typeof step.error === 'string' && step.error.startsWith('SPLIT_ERR_');
        if (step.error === undefined || (named && step.error !== error.codeName)) return `step ${i}: ${error.codeName}`;
        continue;
      }
      const wrong = (step.moved !== undefined && step.moved !== moved) || (step.ranges && !same(plan.ranges, step.ranges));
      if (step.error !== undefined || wrong) return `step ${i}: expected ${JSON.stringify(step)} got moved ${moved} ${JSON.stringify(plan.ranges)}`;
      if (before.diff(plan).moved !== moved) return `step ${i}: expected a diff of ${moved} got ${before.diff(plan).moved}`;
    }
    return null;
  }

  function evidenceCase(c) {
    const robust = c.form === 'robust' || Boolean(c.robust);
    const evidence = new split.Evidence(c.bound, c.side, { robust, restarts: c.restarts, bakeWindows: c.bake_windows });
    for (const [i, [n, bad]] of c.windows.entries()) {
      const got = evidence.step(n, bad);
      if (!sameNumber(c.ln_evidence[i], got)) return `window ${i + 1}: expected ${c.ln_evidence[i]} got ${got}`;
    }
    return null;
  }

  const failoverOptions = (config) => Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null).map(([name, value]) => {
    if (name.endsWith('_ms')) return [`${name.slice(0, -3)}_us`, value * 1000];
    return [name, name === 'seed' ? big(value) : value];
  }));
  // The traces write the machine's words in capitals; names of origins stay as they are.
  const lower = (value) => {
    if (value && typeof value === 'object') {
      return Object.fromEntries(Object.entries(value).map(([key, word]) => [key, key === 'origin' ? word : lower(word)]));
    }
    return typeof value === 'string' ? value.toLowerCase() : value;
  };
  const follow = (answer) => (answer.origin === null ? null : { origin: answer.origin, kind: answer.kind });

  function failoverStep(machine, step, tokens) {
    const at = step.at_ms * 1000;
    if (step.op === 'route') {
      const answer = machine.route(at, step.chain, big(step.key), { safe: step.safe, replayable: step.replayable });
      tokens[step.id] = [answer.token];
      return { got: follow(answer), events: answer.events };
    }
    if (step.op === 'report') {
      const after = machine.report(at, tokens[step.id][step.attempt - 1], lower(step.class),
        { committed: step.committed || false, pushBackUs: (step.retry_after_ms || 0) * 1000 });
      if (after.attempt) tokens[step.id].push(after.attempt.token);
      return { got: { credit: after.credit, next: after.attempt ? follow(after.attempt) : after.next }, events: after.events };
    }
    if (step.op === 'admin') return { got: null, events: machine.admin(at, step.origin, lower(step.do)) };
    throw new Error(`unknown op ${step.op}`);
  }

  const sameObject = (want, got) => same(want, got) || (want && got && typeof want === 'object' && typeof got === 'object' &&
    same(Object.keys(want).sort(), Object.keys(got).sort()) && Object.keys(want).every((key) => sameObject(want[key], got[key])));

  function failoverCase(c) {
    const machine = new split.Failover(c.chains, failoverOptions(c.config));
    const tokens = {};
    for (const [i, step] of c.steps.entries()) {
      const { got, events } = failoverStep(machine, step, tokens);
      if (step.expect !== undefined && !sameObject(lower(step.expect), got)) {
        return `step ${i}: expected ${JSON.stringify(step.expect)} got ${JSON.stringify(got)}`;
      }
      const listed = events.map((e) => [e.origin, e.from, e.to, e.cause]);
      if (step.events && !same(step.events.map(([name, ...words]) => [name, ...words.map(lower)]), listed)) {
        return `step ${i}: expected events ${JSON.stringify(step.events)} got ${JSON.stringify(listed)}`;
      }
      for (const [origin, want] of Object.entries(step.after || {})) {
        const { state, level, gen } = machine.status(origin);
        if (!same(want.map(lower), [state, level, gen])) return `step ${i}: ${origin} expected ${want} got ${[state, level, gen]}`;
      }
    }
    return null;
  }

  const METRIC = { levels: (m) => m.level, verdicts: (m) => m.verdict };

  function verdictDifference(expect, d) {
    const plain = { id: d.id, phase: d.phase, percent: d.percent, bake_s: d.bakeUs / 1e6, decision: d.decision, reason: d.reason,
      detail: d.detail };
    for (const [field, want] of Object.entries(expect)) {
      if (field in plain) {
        const got = plain[field];
        if (typeof want === 'number' ? !sameNumber(want, got) : want !== got) return `${field}: expected ${want} got ${got}`;
      } else if (field in METRIC) {
        for (const [name, word] of Object.entries(want)) {
          const got = METRIC[field](d.metrics[name]);
          if (got !== word) return `${name}: expected ${word} got ${got}`;
        }
      } else if (field === 'ln_evidence') {
        for (const [name, bounds] of Object.entries(want)) {
          for (const [bound, number] of Object.entries(bounds)) {
            const got = d.metrics[name][`ln${bound[0].toUpperCase()}${bound.slice(1)}`];
            if (!sameNumber(number, got)) return `ln_evidence ${name} ${bound}: expected ${number} got ${got}`;
          }
        }
      } else {
        return `expected a field ${field} got none of that name`;
      }
    }
    return null;
  }

  function verdict(text) {
    const out = [];
    let replay = null, name = '';
    for (const line of text.split('\n')) {
      if (!line.trim()) continue;
      const given = JSON.parse(line);
      if (given.policy) {
        replay = new split.Replay();
        name = given.policy['x-name'] || '';
      }
      if (!replay) throw new Error('the first line must be a policy');
      let got = null, error = null;
      try {
        got = replay.read(line);
      } catch (raised) {
        if (!(raised instanceof split.SplitError)) throw raised;
        error = raised.codeName;
      }
      const id = name ? `${name}/${given.id}` : String(given.id);
      if (given.policy || given.do) {
        if (error !== null && error !== 'SPLIT_ERR_MODE') throw new Error(`${id}: ${error}`);
      } else if (given.expect) {
        const wanted = given.expect.error;
        out.push([id, error !== null || wanted !== undefined
          ? differ(wanted === undefined ? null : wanted, error) : verdictDifference(given.expect, got)]);
      }
    }
    return out;
  }

  const cases = (check) => (text) => {
    const document = parse(text);
    return (Array.isArray(document) ? document : document.cases).map((c) => [c.id, check(c)]);
  };
  return {
    assign: cases(assignCase), reweight: cases(reweightCase), failover: cases(failoverCase), evidence: cases(evidenceCase), verdict,
  };
};
