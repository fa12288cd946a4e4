// SPDX-License-Identifier: MIT
// Compiles the addon with the compilers at hand (CC, CXX, SWIG >= 4.2), against npm's Node-API headers, so that nothing but
// packages is fetched. When that is not possible it builds the WebAssembly module, or keeps the one that is there, and says so.
'use strict';

const { execFile, execFileSync } = require('node:child_process');
const { promisify } = require('node:util');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const here = __dirname;
const top = path.resolve(here, '../..');
const build = path.join(here, 'build');
const quiet = process.env.LIBSPLIT_VERBOSE ? 'inherit' : 'pipe';
const hasSources = fs.existsSync(path.join(top, 'bindings/split.i'));
const version = require('./package.json').version;

function run(command, args) {
  return execFileSync(command, args, { stdio: ['ignore', quiet, quiet], encoding: 'utf8' });
}

function swigVersion(command) {
  try {
    const [, major, minor] = /Version (\d+)\.(\d+)/.exec(execFileSync(command, ['-version'], { encoding: 'utf8' }));
    return Number(major) * 100 + Number(minor);
  } catch {
    return 0;
  }
}

// SWIG on the path, of the Python package's environment, or from PyPI into the build folder.
function findSwig() {
  const own = path.join(build, 'swig');
  const candidates = [process.env.SWIG, 'swig', path.join(top, 'build/bindings-venv/bin/swig'), path.join(own, 'bin/swig')];
  const found = candidates.find((candidate) => candidate && swigVersion(candidate) >= 402);
  if (found) return found;
  run('python3', ['-m', 'venv', own]);
  run(path.join(own, 'bin/pip'), ['install', '-q', '--disable-pip-version-check', 'swig==4.4.1']);
  return path.join(own, 'bin/swig');
}

function sourcesIn(folder) {
  return fs.readdirSync(path.join(top, folder), { withFileTypes: true }).flatMap((entry) => {
    const place = path.join(folder, entry.name);
    if (entry.isDirectory()) return sourcesIn(place);
    return entry.name.endsWith('.c') ? [path.join(top, place)] : [];
  });
}

function writeVersionHeader(folder) {
  const parts = version.split('.');
  const values = { VERSION: version, MAJOR: parts[0], MINOR: parts[1], PATCH: parts[2] };
  const text = fs.readFileSync(path.join(top, 'include/split/version.h.in'), 'utf8');
  fs.mkdirSync(path.join(folder, 'split'), { recursive: true });
  fs.writeFileSync(path.join(folder, 'split/version.h'), text.replace(/@(\w+)@/g, (_, name) => values[name]));
}

// Run commands, as many at a time as there are processors.
async function runAll(jobs) {
  const waiting = [...jobs], start = promisify(execFile);
  const worker = async () => {
    for (let job = waiting.shift(); job; job = waiting.shift()) await start(job[0], job[1], { encoding: 'utf8' });
  };
  await Promise.all(Array.from({ length: Math.max(os.cpus().length, 1) }, worker));
}

// The Node-API headers: beside the package, or fetched into it when npm only linked it.
function headers(name) {
  try {
    return path.dirname(require.resolve(`${name}/package.json`));
  } catch {
    execFileSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', '--no-save', '--no-package-lock', '--loglevel=error'],
      { cwd: here, stdio: ['ignore', quiet, quiet] });
    return path.join(here, 'node_modules', name);
  }
}

async function buildNative() {
  if (!hasSources) throw new Error('the package carries no C sources; install from the source tree for it');
  const objects = path.join(build, 'objects');
  fs.mkdirSync(objects, { recursive: true });
  writeVersionHeader(objects);
  const swig = findSwig();
  const includes = [objects, 'include', 'bindings', 'libsplit'].map((folder) => `-I${path.resolve(top, folder)}`);
  const wrapper = path.join(objects, 'core_wrap.cc');
  run(swig, ['-javascript', '-napi', '-c++', '-w321,490', ...includes, '-o', wrapper, path.join(top, 'bindings/split.i')]);
  const cc = process.env.CC || 'cc', cxx = process.env.CXX || 'c++';
  const flags = ['-O2', '-fPIC', '-DNDEBUG', '-DSPLIT_STATIC', '-fvisibility=hidden', '-ffp-contract=off', ...includes];
  const napi = path.join(headers('node-api-headers'), 'include');
  const addon = headers('node-addon-api');
  const sources = [path.join(top, 'libsplit/unity.c'), ...['bindings/bridge', 'libsplit/policy', 'libsplit/token'].flatMap(sourcesIn)];
  const object = (source) => path.join(objects, `${path.relative(top, source).replaceAll(path.sep, '_')}.o`);
  await runAll([
    [cxx, ['-std=c++17', ...flags, '-DNAPI_VERSION=8', '-DNAPI_DISABLE_CPP_EXCEPTIONS', `-I${napi}`, `-I${addon}`, '-c', wrapper,
      '-o', object(wrapper)]],
    ...sources.map((source) => [cc, ['-std=gnu11', ...flags, '-c', source, '-o', object(source)]]),
  ]);
  const undefinedLater = process.platform === 'darwin' ? ['-undefined', 'dynamic_lookup'] : [];
  run(cxx, ['-shared', ...undefinedLater, ...[wrapper, ...sources].map(object), '-lcjson', '-lcrypto', '-lm',
    '-o', path.join(build, 'core.node.new')]);
  fs.renameSync(path.join(build, 'core.node.new'), path.join(build, 'core.node'));
  require(path.join(build, 'core.node'));
}

const WASM = ['split-full.wasm', 'split.wasm', 'split.mjs'];

// A packed package carries its modules in lib; a tree of sources builds them and puts them there.
function buildWasm() {
  const lib = path.join(here, 'lib');
  if (hasSources) {
    run(path.join(top, 'bindings/wasm/build'), [path.join(build, 'wasm')]);
    for (const name of WASM) fs.copyFileSync(path.join(build, 'wasm', name), path.join(lib, name));
  }
  fs.copyFileSync(path.join(lib, 'split-full.wasm'), path.join(build, 'split-full.wasm'));
}

async function attempt(name, action) {
  try {
    await action();
    return true;
  } catch (error) {
    const why = String(error.stderr || error.message).trim().split('\n').slice(0, 3).join(' | ');
    console.log(`libsplit: no ${name} build (${why})`);
    return false;
  }
}

async function main() {
  fs.mkdirSync(build, { recursive: true });
  if (process.argv[2] === '--carry') return buildWasm();
  const native = !process.env.LIBSPLIT_NO_NATIVE && await attempt('native', buildNative);
  if (!native) fs.rmSync(path.join(build, 'core.node'), { force: true });
  const wasm = await attempt('WebAssembly', buildWasm);
  if (!native && !wasm) {
    console.log('libsplit: needs a C++ compiler with SWIG >= 4.2, cJSON and OpenSSL, or clang with wasi-libc');
    process.exitCode = 1;
  } else {
    console.log(`libsplit: using the ${native ? 'native addon' : 'WebAssembly build'}`);
  }
}

main();
