// SPDX-License-Identifier: MIT
// The core over the WebAssembly build: the same functions as the native addon, with the same results.
'use strict';

const { kinds, functions, words, errors } = require('./signatures.js');

const KEY_MAX = 4096;
const ERR = { ARG: -101, MEMORY: -301, TEXT: -217 };
const SURROGATE = /\p{Surrogate}/u;

function bytesOf(value) {
  if (ArrayBuffer.isView(value)) return new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  return null;
}

// What a script holds: an object that only this module can make or look into.
class Box {
  #kind;
  #at;

  constructor(kind, at) {
    this.#kind = kind;
    this.#at = at;
  }

  static at(value, kind) {
    return typeof value === 'object' && value !== null && #at in value && value.#kind === kind ? value.#at : 0;
  }
}

function hostImports(memory, host) {
  const bytes = (at, n) => new Uint8Array(memory().buffer, at, n);
  return {
    host: {
      hmac_sha256(key, keyLen, text, textLen, mac) {
        if (!host.hmac) return 0;
        const out = host.hmac(bytes(key, keyLen).slice(), bytes(text, textLen).slice());
        bytes(mac, out.length).set(out);
        return out.length;
      },
      read_file(path, pathLen, at, n) {
        if (!host.readFile) return -52;
        try {
          const got = host.readFile(new TextDecoder().decode(bytes(path, pathLen).slice())).subarray(0, n);
          bytes(at, got.length).set(got);
          return got.length;
        } catch (error) {
          return error.errno < 0 ? error.errno : -29;
        }
      },
    },
    // The C library's text formatting is linked, its files are not: every such call fails.
    wasi_snapshot_preview1: { fd_close: () => 8, fd_write: () => 8, fd_seek: () => 8, fd_read: () => 8, proc_exit() {} },
  };
}

class Memory {
  constructor(exports) {
    this.exports = exports;
    this.keyAt = exports.splitb_key_place();
    this.recordAt = exports.splitb_record_place();
    this.countsAt = exports.splitb_counts_place();
    this.encoder = new TextEncoder();
    this.decoder = new TextDecoder();
    this.refresh();
  }

  // Views go stale when the memory grows.
  refresh() {
    this.buffer = this.exports.memory.buffer;
    this.u8 = new Uint8Array(this.buffer);
    this.u32 = new Uint32Array(this.buffer);
    this.key = new Uint8Array(this.buffer, this.keyAt, KEY_MAX + 8);
  }

  get bytes() {
    if (this.buffer !== this.exports.memory.buffer) this.refresh();
    return this.u8;
  }

  // A key into its place: its length, above KEY_MAX when it is too long, or a negative code.
  putKey(value) {
    if (this.buffer !== this.exports.memory.buffer) this.refresh();
    if (typeof value !== 'string') {
      const given = bytesOf(value);
      if (given === null) return ERR.ARG;
      if (given.length > KEY_MAX) return KEY_MAX + 1;
      this.key.set(given);
      return given.length;
    }
    const n = value.length, key = this.key;
    if (n <= 48) {
      let i = 0;
      for (; i < n; i++) {
        const unit = value.charCodeAt(i);
        if (unit > 127) break;
        key[i] = unit;
      }
      if (i === n) return n;
    }
    const { read, written } = this.encoder.encodeInto(value, key);
    if (written !== n && SURROGATE.test(value)) return ERR.TEXT;
    return read < n ? KEY_MAX + 1 : written;
  }

  // A copy of bytes in memory of the module, which the caller frees; 0 when there is none.
  copy(bytes) {
    const at = this.exports.malloc(bytes.length + 8);
    if (at !== 0) this.bytes.set(bytes, at);
    return at;
  }

  text(at) {
    const bytes = this.bytes;
    return at === 0 ? null : this.decoder.decode(bytes.subarray(at, bytes.indexOf(0, at)));
  }
}

// One argument: pushes what the function takes. Gives a negative code, or the end of its work as a function.
const TAKE = {
  k(m, value, args) {
    const n = m.putKey(value);
    if (n >= 0) args.push(m.keyAt, n);
    return n < 0 ? n : undefined;
  },
  i(m, value, args) {
    if (typeof value !== 'number' || !(value >= 0 && value <= 0xffffffff)) return ERR.ARG;
    args.push(value);
  },
  t(m, value, args, free) {
    if (typeof value === 'string' && SURROGATE.test(value)) return ERR.TEXT;
    return copied(m, typeof value === 'string' ? m.encoder.encode(value) : bytesOf(value), 1, args, free);
  },
  c: (m, value, args, free) => copied(m, bytesOf(value), 1, args, free),
  d: (m, value, args, free) => copied(m, itemsOf(value, 8), 8, args, free),
  o: (m, value, args, free) => copied(m, itemsOf(value, 4), 4, args, free),
};

function itemsOf(value, itemBytes) {
  return ArrayBuffer.isView(value) && value.BYTES_PER_ELEMENT === itemBytes ? bytesOf(value) : null;
}

function copied(m, bytes, itemBytes, args, free) {
  if (bytes === null) return ERR.ARG;
  const at = m.copy(bytes);
  if (at === 0) return ERR.MEMORY;
  free.push(at);
  args.push(at, bytes.length / itemBytes);
  return undefined;
}

// Results: where the function puts them, and how they are taken from there.
function giveOf(m, codes) {
  if (codes.includes('r')) {
    return [[m.recordAt, m.countsAt], () => {
      const n = m.u32[m.countsAt >> 2];
      return new Float64Array(m.bytes.buffer.slice(m.recordAt, m.recordAt + 8 * n));
    }];
  }
  if (codes.includes('x')) {
    return [[m.countsAt, m.countsAt + 4], () => {
      const at = m.bytes && m.u32[m.countsAt >> 2];
      return m.u8.slice(at, at + m.u32[(m.countsAt >> 2) + 1]);
    }];
  }
  if (codes.includes('n')) return [[m.countsAt], () => m.bytes && m.u32[m.countsAt >> 2]];
  return [[], () => 0];
}

function makeCall(m, name, codes) {
  const call = m.exports[`splitb_${name}`];
  const takes = codes.filter((code) => !'rxn'.includes(code));
  const [places, give] = giveOf(m, codes);
  return (...values) => {
    const args = [], free = [];
    let copyBack = null, err = 0;
    for (let i = 0; i < takes.length && err >= 0; i++) {
      const code = takes[i];
      if (code.startsWith('b:')) {
        const at = Box.at(values[i], code.slice(2));
        if (at === 0) err = ERR.ARG;
        args.push(at);
      } else if (code === 'v') {
        const bytes = itemsOf(values[i], 2);
        err = bytes === null ? ERR.ARG : copied(m, bytes, 2, args, free) || 0;
        if (err === 0) copyBack = { bytes, at: args[args.length - 2] };
      } else {
        err = TAKE[code](m, values[i], args, free) || 0;
      }
    }
    if (err >= 0) err = call(...args, ...places);
    if (err === 0 && copyBack) copyBack.bytes.set(m.bytes.subarray(copyBack.at, copyBack.at + copyBack.bytes.length));
    const result = err < 0 ? err : (m.bytes, give());
    for (const at of free) m.exports.free(at);
    return result;
  };
}

function addBoxes(core, m) {
  const registry = typeof FinalizationRegistry === 'function'
    ? new FinalizationRegistry(({ kind, at }) => m.exports[`splitb_${kind}_destroy`](at)) : null;
  for (const kind of kinds) {
    const create = m.exports[`splitb_${kind}_create`];
    if (!create) continue;
    core[`${kind}_create`] = () => {
      const at = create();
      if (at === 0) return ERR.MEMORY;
      const box = new Box(kind, at);
      if (registry) registry.register(box, { kind, at });
      return box;
    };
  }
}

// One function for each plan, bound to it.
function assignerOf(m) {
  const { splitb_plan_assign: assign } = m.exports, { keyAt, countsAt } = m, slot = countsAt >> 2;
  return (box) => {
    const at = Box.at(box, 'plan');
    if (at === 0) return ERR.ARG;
    return (key) => {
      const n = m.putKey(key);
      if (n < 0) return n;
      const err = assign(at, keyAt, n, countsAt);
      return err < 0 ? err : m.u32[slot] + (box === null);
    };
  };
}

function instantiate(module, host = {}) {
  let exports = null;
  exports = new WebAssembly.Instance(module, hostImports(() => exports.memory, host)).exports;
  if (exports._initialize) exports._initialize();
  const m = new Memory(exports), core = {};
  for (const [name, codes] of Object.entries(functions)) {
    if (exports[`splitb_${name}`]) core[name] = makeCall(m, name, codes ? codes.split(' ') : []);
  }
  addBoxes(core, m);
  core.plan_assigner = assignerOf(m);
  for (const word of words) if (exports[word]) core[word] = (number) => m.text(exports[word](number));
  core.split_version = () => m.text(exports.split_version());
  core.split_errname = (code) => (errors[code] ? errors[code][0] : 'SPLIT_ERR_UNKNOWN');
  core.split_strerror = (code) => (errors[code] ? errors[code][1] : 'unknown error');
  core.split_errcategory = (code) => (code === 0 ? 0 : errors[code] ? Math.floor(-code / 100) : 9);
  return core;
}

module.exports = { instantiate };
