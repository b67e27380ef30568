#!/usr/bin/env node
// The program itself is built from src/ by `npm run build`. This file only makes sure that it can run. It is CommonJS
// because Node reads a module's file asynchronously, by the thread pool, whose size is then fixed.
const { existsSync } = require('node:fs');
const { availableParallelism } = require('node:os');
const { join } = require('node:path');
const { pathToFileURL } = require('node:url');

const [major, minor] = process.versions.node.split('.').map(Number);
const built = (path) => join(__dirname, '../dist/src', path);
const load = (path) => import(pathToFileURL(built(path)).href);

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`pix2pix needs Node.js 20.19 or later; this is ${process.versions.node}`, 'https://nodejs.org');
} else if (!existsSync(built('cli/main.js'))) {
  fail('pix2pix is not built yet', 'npm run build');
} else {
  // Images are decoded in the thread pool, which has four threads on any machine. (Windows passes over this.)
  process.env.UV_THREADPOOL_SIZE ??= String(Math.max(4, availableParallelism()));
  void start();
}

async function start() {
  await load('base/noTelemetry.js');
  const { main } = await load('cli/main.js');
  main(process.argv.slice(2));
}

function fail(problem, mend) {
  console.error(`error: ${problem}\n  fix  ${mend}`);
  process.exitCode = 1;
}
