// SPDX-License-Identifier: MIT
// A core, which is the native addon or the WebAssembly build, with what all classes use: numbers and texts in and out, and its
// negative error codes as exceptions. So every runtime has one behaviour and one text for each error.
'use strict';

const { BugError, CLASSES, ERR_ARG, ERR_TEXT } = require('./errors.js');

const encoder = new TextEncoder();
const decoder = new TextDecoder();
const LONE_SURROGATE = /\p{Surrogate}/u;

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

const neverNull = (us) => (us === Infinity ? null : us);
const nullNever = (us) => (us === null || us === undefined ? Infinity : us);

// The words of an enum, in order.
function wordsOf(name) {
  const out = [];
  for (;;) {
    const word = name(out.length);
    if (!word || word === '?' || out.includes(word)) return Object.freeze(out);
    out.push(word);
  }
}

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

module.exports = { wrapCore, bucketOf, entriesOf, wordsOf, neverNull, nullNever, boxOfKind };
