// SPDX-License-Identifier: MIT
// The native addon when it was built, otherwise the WebAssembly build. LIBSPLIT_RUNTIME=native or =wasm chooses.
'use strict';

const path = require('node:path');
const { makeApi } = require('./lib/api.js');

function native() {
  return makeApi(require(path.join(__dirname, 'build', 'core.node')), 'native');
}

function wasm() {
  const { instantiate } = require('./lib/wasm.js');
  const fs = require('node:fs');
  const built = path.join(__dirname, 'build', 'split-full.wasm');
  const file = process.env.LIBSPLIT_WASM || (fs.existsSync(built) ? built : path.join(__dirname, 'lib', 'split-full.wasm'));
  const bytes = fs.readFileSync(file);
  const host = {
    hmac: (key, text) => require('node:crypto').createHmac('sha256', key).update(text).digest(),
    readFile: (name) => fs.readFileSync(name),
  };
  return makeApi(instantiate(new WebAssembly.Module(bytes), host), 'wasm');
}

function load() {
  const wanted = process.env.LIBSPLIT_RUNTIME;
  if (wanted === 'wasm') return wasm();
  if (wanted === 'native') return native();
  try {
    return native();
  } catch (error) {
    if (error.code !== 'MODULE_NOT_FOUND' && error.code !== 'ERR_DLOPEN_FAILED') throw error;
    return wasm();
  }
}

module.exports = load();
