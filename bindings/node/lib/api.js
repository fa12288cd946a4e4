// SPDX-License-Identifier: MIT
// The package over a core.
'use strict';

const { SplitError, UsageError, DataError, ResourceError, OutsideError, BugError } = require('./errors.js');
const { wrapCore } = require('./core.js');
const { planClasses } = require('./plan.js');
const { failoverClasses } = require('./failover.js');
const { measureClasses } = require('./measure.js');
const { rolloutClasses } = require('./rollout.js');
const { documentClasses } = require('./document.js');
const { tokenClasses } = require('./token.js');

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
