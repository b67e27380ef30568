#!/usr/bin/env node
// The program itself is built from src/ by `npm run build`. This file only makes sure that it can run.
import { existsSync } from 'node:fs';

const [major, minor] = process.versions.node.split('.').map(Number);
const built = (path) => new URL(`../dist/src/${path}`, import.meta.url);

if (major < 20 || (major === 20 && minor < 19)) {
  fail(`pix2pix needs Node.js 20.19 or later; this is ${process.versions.node}`, 'https://nodejs.org');
} else if (!existsSync(built('cli/main.js'))) {
  fail('pix2pix is not built yet', 'npm run build');
} else {
  await import(built('base/noTelemetry.js').href);
  const { main } = await import(built('cli/main.js').href);
  main(process.argv.slice(2));
}

function fail(problem, mend) {
  console.error(`error: ${problem}\n  fix  ${mend}`);
  process.exitCode = 1;
}
