// Runs the *.test.js that `npm run build` left in dist, or only those whose path contains one of the arguments:
//   npm test -- ops conv
// Those called *.slow.test.js, which take long, run when they are named, and with --all, after the others.
// The last line says how many passed, failed and were skipped, as node:test itself counts them.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const wanted = process.argv.slice(2).filter((word) => word !== '--all');
const withSlow = process.argv.includes('--all') || wanted.length > 0;
const files = existsSync('dist') ? findTests('dist') : [];
const parts = [files.filter((file) => !isSlow(file)), withSlow ? files.filter(isSlow) : []];
if (parts.flat().length === 0) {
  console.error(`no test file matches ${wanted.join(' ') || 'dist/**/*.test.js'}\n  fix  npm run build`);
  process.exit(1);
}
if (parts.flat().some((file) => wants(file, 'browser'))) {
  (await import('../dist/test/installBrowser.js')).installBrowser();
}
if (parts.flat().some((file) => wants(file, 'llvmpipe'))) {
  (await import('../dist/test/installLlvmpipe.js')).installLlvmpipe();
}
const { softwareGpu } = await import('../dist/test/swiftShader.js');
const env = { ...process.env, ...softwareGpu() };
const folder = mkdtempSync(join(tmpdir(), 'pix2pix-test-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const times = [];
try {
  for (const part of parts.filter(({ length }) => length > 0)) {
    const started = performance.now();
    const counts = runTests(part, join(folder, 'report.tap'));
    for (const outcome of Object.keys(total)) total[outcome] += counts[outcome];
    times.push(
      `${isSlow(part[0]) ? 'slow ' : ''}tests: ${Math.round((performance.now() - started) / 1000)} s`,
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const { passed, failed, skipped } = total;
console.log(times.join(', '));
console.log(`${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;

function findTests(folder) {
  return readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((file) => file.endsWith('.test.js'))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)))
    .filter((file) => existsSync(sourceOf(file))) // what a removed test has left is no test
    .sort();
}

function isSlow(file) {
  return file.endsWith('.slow.test.js');
}

/** Whether a file imports what needs to be installed: `browser.js`, `llvmpipe.js`. */
function wants(file, what) {
  return readFileSync(file, 'utf8').includes(`/${what}.js'`);
}

function sourceOf(file) {
  return relative('dist', file).replace(/\.js$/, '.ts');
}

/** For people on the screen, and as TAP in a file that ends with the counts. A run that breaks off is a failure. */
function runTests(files, report) {
  const reporters = [
    ...['--test-reporter=spec', '--test-reporter-destination=stdout'],
    ...['--test-reporter=tap', `--test-reporter-destination=${report}`],
  ];
  // Of its own accord node:test leaves a core idle, which on two is half of them.
  const concurrency = `--test-concurrency=${availableParallelism()}`;
  const { status, signal, error } = spawnSync(
    process.execPath,
    ['--test', '--import=./test/seededChecks.js', concurrency, ...reporters, ...files],
    {
      env,
      stdio: ['ignore', 'inherit', 'inherit'],
    },
  );
  const counts = existsSync(report) ? readCounts(readFileSync(report, 'utf8')) : undefined;
  if (counts === undefined) {
    console.error(`the tests ended without a report: ${error?.message ?? signal ?? `exit code ${status}`}`);
    return { passed: 0, failed: 1, skipped: 0 };
  }
  rmSync(report);
  return status === 0 || counts.failed > 0 ? counts : { ...counts, failed: 1 };
}

/** The lines `# pass 12` and so on at the end of a TAP report; undefined if it was cut off. */
function readCounts(tap) {
  const count = (name) =>
    Number(
      tap
        .match(new RegExp(`^# ${name} (\\d+)$`, 'gm'))
        ?.at(-1)
        .split(' ')[2],
    );
  const [passed, fail, cancelled, skipped] = ['pass', 'fail', 'cancelled', 'skipped'].map(count);
  return [passed, fail, cancelled, skipped].some(Number.isNaN)
    ? undefined
    : { passed, failed: fail + cancelled, skipped };
}
