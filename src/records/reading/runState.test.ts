import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { test } from 'node:test';
import { bootId, processStart } from '../../base/files/processIdentity.js';
import type { RunExit, RunSession } from '../writing/runRecord.js';
import { processLives, runState } from './runState.js';

const START = Date.parse('2026-01-01T00:00:00Z');
const MINUTE = 60_000;

function session(
  exit?: RunExit,
  process: Partial<RunSession['process']> = {},
  host = hostname(),
): RunSession {
  return {
    id: 'a',
    startedAt: new Date(START).toISOString(),
    exit,
    machine: { host } as RunSession['machine'],
    process: { pid: 1, ...process },
  } as RunSession;
}

/** The state a minute after the last progress, which came so long after the start. */
function stateOf(
  given: RunSession | undefined,
  { progress, silence, interval }: { progress?: number; silence: number; interval?: number },
  lives: boolean | undefined,
) {
  const lastProgress = progress === undefined ? undefined : START + progress;
  const now = (lastProgress ?? START) + silence;
  return runState({ session: given, lastProgress, interval }, now, () => lives).state;
}

test('while its process lives it runs, and is stalled when it is silent for much longer than a step takes', () => {
  const lively = { progress: 5 * MINUTE, silence: 10_000 };
  assert.equal(stateOf(session(), lively, true), 'running');
  assert.equal(stateOf(session(), { ...lively, silence: 5 * MINUTE }, true), 'stalled');
  assert.equal(stateOf(session(), { ...lively, silence: 5 * MINUTE, interval: MINUTE }, true), 'running');
  assert.equal(stateOf(session(), { silence: 5 * MINUTE }, true), 'running', 'it compiles its first step');
  assert.equal(stateOf(session(), { silence: 15 * MINUTE }, true), 'stalled');
});

test('when its process ended without recording why, it has crashed; on another host that cannot be known', () => {
  assert.equal(stateOf(session(), { progress: MINUTE, silence: 100 }, false), 'crashed');
  assert.equal(stateOf(session(), { progress: MINUTE, silence: 100 }, undefined), 'running');
  assert.equal(stateOf(session(), { progress: MINUTE, silence: 10 * MINUTE }, undefined), 'stalled');
});

test('how it ended is what it recorded', () => {
  const silence = { progress: MINUTE, silence: MINUTE };
  assert.equal(stateOf(session({ reason: 'finished' }), silence, false), 'finished');
  assert.equal(stateOf(session({ reason: 'stopped' }), silence, false), 'stopped');
  assert.equal(stateOf(session({ reason: 'max_steps' }), silence, false), 'finished');
  const failed = runState({ session: session({ reason: 'failed', message: 'no memory' }) }, START);
  assert.deepEqual(failed, { state: 'crashed', reason: 'no memory' });
});

test('of another program’s run, the files alone tell', () => {
  assert.equal(stateOf(undefined, { progress: 0, silence: 10_000 }, undefined), 'running');
  assert.equal(stateOf(undefined, { progress: 0, silence: 5 * MINUTE }, undefined), 'stopped');
});

test('a process is the same one when host, start of the machine and its own start are', async () => {
  const child = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 1e6)']);
  const pid = child.pid!;
  const identity = { pid, start: processStart(pid), boot: bootId() };
  assert.equal(processLives(session(undefined, identity)), true);
  if (identity.start !== undefined) {
    assert.equal(
      processLives(session(undefined, { ...identity, start: '1' })),
      false,
      'the number was given again',
    );
    assert.equal(processLives(session(undefined, { ...identity, boot: 'another' })), false);
  }
  assert.equal(processLives(session(undefined, identity, 'elsewhere')), undefined);
  child.kill('SIGKILL');
  await once(child, 'exit');
  assert.equal(processLives(session(undefined, identity)), false);
});
