// SPDX-License-Identifier: MIT
// Digest of the keys in a file (see digest.c), each as text: digest.mjs FILE [WASM-FOLDER]
import { createHash } from 'node:crypto';
import { closeSync, openSync, readFileSync, readSync } from 'node:fs';
import path from 'node:path';

const [file, wasm] = process.argv.slice(2);
let split, name;
if (wasm) {
  const { load } = await import(path.resolve(wasm, 'split.mjs'));
  split = await load(readFileSync(path.join(wasm, 'split.wasm')));
  name = 'WebAssembly';
} else {
  split = (await import('../node/index.mjs')).default;
  name = `Node (${split.runtime})`;
}

const plan = new split.Plan('digest', [1, 2, 3]);
const sha = createHash('sha256'), out = Buffer.alloc(4);
const descriptor = openSync(file, 'r');
let buffer = Buffer.alloc(0), n = 0;
for (;;) {
  while (buffer.length >= 4) {
    const end = 4 + buffer.readUInt32LE(0);
    if (buffer.length < end) break;
    const { bucket, variant } = plan.decide(buffer.toString('utf8', 4, end));
    out.writeUInt32LE(bucket + variant * 2 ** 24);
    sha.update(out);
    buffer = buffer.subarray(end);
    n++;
  }
  const more = Buffer.alloc(1 << 20), got = readSync(descriptor, more);
  if (got === 0) break;
  buffer = Buffer.concat([buffer, more.subarray(0, got)]);
}
closeSync(descriptor);
console.log(n, sha.digest('hex'), name);
