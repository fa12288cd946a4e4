#!/usr/bin/env node
// SPDX-License-Identifier: MIT
// Run the assign vectors with split.wasm in headless Chromium: browser.mjs FILE... Prints the closing line of the runners.
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const here = path.dirname(fileURLToPath(import.meta.url));
const build = process.env.SPLIT_WASM_BUILD || path.join(here, '../../../build/wasm');
const chromium = process.env.CHROMIUM || '/usr/bin/chromium';
if (!existsSync(chromium)) {
  console.log('no Chromium here: browser test skipped');
  process.exit(77);
}

const files = process.argv.slice(2);
const page = `<!doctype html><meta charset="utf-8"><script type="module">
import { load } from './split.mjs';
let passed = 0, failed = 0, note = '';
try {
  const split = await load(await fetch('./split.wasm'));
  for (let i = 0; i < ${files.length}; i++) {
    const { cases } = await (await fetch('./vectors/' + i)).json();
    for (const c of cases) {
      const plan = new split.Plan('vectors', c.weights, c.salt === undefined ? {} : { salt: c.salt });
      const many = plan.assignMany(c.keys.map(([key]) => key));
      const same = JSON.stringify(plan.ranges) === JSON.stringify(c.ranges) && c.keys.every(([key, bucket, variant], k) => {
        const got = plan.decide(key);
        return got.bucket === bucket && got.variant === variant && plan.assign(key) === variant && many[k] === variant;
      });
      if (same) passed++;
      else failed++;
    }
  }
} catch (error) {
  note = String(error);
}
await fetch('./result', { method: 'POST', body: JSON.stringify({ passed, failed, note, agent: navigator.userAgent }) });
</script>`;

const types = { '.mjs': 'text/javascript', '.wasm': 'application/wasm' };
let browser;
const profile = mkdtempSync(path.join(tmpdir(), 'split-browser-'));

function finish(code, message) {
  console.log(message);
  process.exitCode = code;
  clearTimeout(timer);
  server.close();
  server.closeAllConnections();
  browser.once('exit', removeProfile);
  killBrowser();
}

function killBrowser() {
  try {
    process.kill(-browser.pid, 'SIGKILL');
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

// The browser's other processes end a moment after it and may still write: a folder left behind fails no test.
function removeProfile() {
  try {
    rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  } catch (error) {
    console.log(`note: ${profile} could not be removed: ${error.code}`);
  }
}

// Also when this script ends by an error: no browser is left running.
process.once('exit', () => { if (browser) killBrowser(); });

const server = createServer((request, response) => {
  const name = request.url.slice(1);
  if (request.method === 'POST') {
    let body = '';
    request.on('data', (chunk) => { body += chunk; }).on('end', () => {
      response.end();
      const { passed, failed, note, agent } = JSON.parse(body);
      finish(failed || note ? 1 : 0, `${note}${note ? '\n' : ''}${/Chrome\/\d+/.exec(agent)}: ${passed} passed, ${failed} failed`);
    });
  } else if (name.startsWith('vectors/')) {
    response.setHeader('Content-Type', 'application/json');
    response.end(readFileSync(files[Number(name.slice(8))]));
  } else if (types[path.extname(name)]) {
    response.setHeader('Content-Type', types[path.extname(name)]);
    response.end(readFileSync(path.join(build, path.basename(name))));
  } else {
    response.setHeader('Content-Type', 'text/html');
    response.end(name === '' ? page : '');
  }
});
const timer = setTimeout(() => finish(1, 'no answer from the browser within 60 s'), 60000);
server.listen(0, '127.0.0.1', () => {
  browser = spawn(chromium, ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync', `--user-data-dir=${profile}`,
    `http://127.0.0.1:${server.address().port}/`], { stdio: 'ignore', detached: true });
});
