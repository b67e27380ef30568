import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { test } from 'node:test';
import { missingSharp } from './missingSharp.js';
import { type StopSignal, watchSignals } from './signals.js';

const MODULES = new URL('./', import.meta.url).href;

/** Runs a program that imports from this folder. */
const child = (source: string, ...argv: string[]) =>
  [process.execPath, ['--input-type=module', '--eval', source, '--', ...argv]] as const;

/** A program that works until it is told to stop, and takes its time for that. */
const WORKER = `
  import { untilSignal } from '${MODULES}untilSignal.js';
  process.exitCode = await untilSignal(async (stop) => {
    console.log('working');
    await new Promise((resolve) => {
      const keepAlive = setInterval(() => {}, 1000);
      stop.addEventListener('abort', () => setTimeout(() => { clearInterval(keepAlive); resolve(); }, DELAY));
    });
    console.log('saved');
  });
`;

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  const skip = process.platform === 'win32' ? 'Windows has no signals' : false;

  test(`the first ${signal} lets the work end in good order`, { skip }, async () => {
    const { output, errors, exit } = await interrupted(50, signal);
    assert.equal(output, 'working\nsaved\n');
    assert.equal(exit, code);
    assert.equal(
      errors.match(/finishing the step, then saving; press Ctrl-C again to stop at once/g)?.length,
      1,
    );
  });

  if (signal === 'SIGHUP') continue;
  test(`the second ${signal} ends it at once`, { skip }, async () => {
    const { output, endedBy } = await interrupted(60_000, signal, true);
    assert.equal(output, 'working\n');
    assert.equal(endedBy, signal); // which shells report as the same exit code
  });
}

/** Starts a worker that takes so long to end, sends it a signal, or that one again and again, and waits for its end. */
async function interrupted(delay: number, signal: NodeJS.Signals, isRepeated = false) {
  const worker = spawn(...child(WORKER.replace('DELAY', String(delay))));
  let output = '';
  let errors = '';
  worker.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  worker.stdout.on('data', (chunk) => {
    output += chunk;
  });
  const ended = once(worker, 'close');
  await once(worker.stdout, 'data');
  worker.kill(signal);
  // Those that come too soon after the first pass for its echo.
  const again = isRepeated ? setInterval(() => worker.kill(signal), 50) : undefined;
  const [exit, endedBy] = await ended;
  clearInterval(again);
  return { output, errors, exit, endedBy };
}

test('a signal that comes twice at once, from the terminal and from a wrapper, is one', (t) => {
  let now = 1000;
  t.mock.method(performance, 'now', () => now);
  t.mock.method(process.stderr, 'write', () => true);
  const kill = t.mock.method(process, 'kill', () => true);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const stopped: StopSignal[] = [];
  const watch = watchSignals((signal) => stopped.push(signal));
  const at = (time: number, signal: StopSignal) => {
    now = time;
    process.emit(signal, signal);
  };
  at(1000, 'SIGINT');
  at(1005, 'SIGINT');
  at(1300, 'SIGTERM');
  assert.deepEqual([stopped, watch.signal, kill.mock.callCount()], [['SIGINT'], 'SIGINT', 0]);
  at(1301, 'SIGTERM');
  assert.deepEqual(kill.mock.calls[0].arguments, [process.pid, 'SIGTERM']);
  assert.deepEqual(stopped, ['SIGINT']);
});

test('a terminal that is closed may say so again and again: that ends nothing at once', (t) => {
  let now = 1000;
  t.mock.method(performance, 'now', () => now);
  t.mock.method(process.stderr, 'write', () => true);
  const kill = t.mock.method(process, 'kill', () => true);
  t.mock.timers.enable({ apis: ['setTimeout'] });
  const watch = watchSignals(() => {});
  for (; now < 10_000; now += 500) process.emit('SIGHUP', 'SIGHUP');
  assert.equal(watch.signal, 'SIGHUP');
  watch.dispose();
  process.emit('SIGHUP', 'SIGHUP');
  assert.equal(process.listenerCount('SIGHUP'), 1, 'Node would end the process by itself');
  assert.equal(kill.mock.callCount(), 0);
  process.removeAllListeners('SIGHUP');
});

test('a closed pipe does not end the work', async () => {
  const source = `
    import { main } from '${MODULES}main.js';
    await main(['--version']);
    for (let i = 0; i < 20; i++) {
      console.log('x'.repeat(1e5));
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    console.error('still here');
  `;
  const worker = spawn(...child(source));
  let errors = '';
  worker.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  worker.stdout.once('data', () => worker.stdout.destroy());
  const [exit] = await once(worker, 'close');
  assert.deepEqual([exit, errors], [0, 'still here\n']);
});

test('a defect of ours is called that, and a lost rejection is caught', () => {
  const source = `
    import { main } from '${MODULES}main.js';
    await main(process.argv.slice(1));
    Promise.reject(new TypeError('x is not a function'));
  `;
  const plain = spawnSync(...child(source, '--version'), { encoding: 'utf8' });
  assert.equal(plain.status, 1);
  assert.match(
    plain.stderr,
    /^error: x is not a function\n {2}this is a defect of pix2pix-ts\n {2}fix {2}add --verbose/,
  );
  const verbose = spawnSync(...child(source, '--version', '--verbose'), { encoding: 'utf8' });
  assert.match(verbose.stderr, /TypeError: x is not a function\n {4}at /);
});

test('an image library that does not load is no defect of ours, and it is said what helps', () => {
  const source = `
    import { main } from '${MODULES}main.js';
    await main(process.argv.slice(1));
    Promise.reject(new Error('Could not load the "sharp" module\\nERR_DLOPEN_FAILED: libvips-cpp.so: cannot open\\n- ...'));
  `;
  const plain = spawnSync(...child(source, '--version'), { encoding: 'utf8' });
  assert.equal(plain.status, 1);
  assert.match(
    plain.stderr,
    /^error: sharp, which .*\n {2}reason {2}ERR_DLOPEN_FAILED: libvips.*\n {2}fix .*install/,
  );
  const error = new Error('Could not load the "sharp" module using the linux-x64 runtime');
  assert.match(String(missingSharp(error, true)?.fix), /nodeLinker: node-modules/);
  assert.equal(missingSharp(new Error('else')), undefined);
});
