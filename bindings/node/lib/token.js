// SPDX-License-Identifier: MIT
// Stored decisions.
'use strict';

const { ERR_ARG } = require('./errors.js');
const { entriesOf, wordsOf, nullNever, boxOfKind } = require('./core.js');

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

module.exports = { tokenClasses };
