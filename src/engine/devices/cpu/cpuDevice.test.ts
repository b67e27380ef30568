import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { convTranspose2d } from '../../ops/conv.js';
import type { TunedChoicesStore } from '../../runtime/tunedChoices.js';
import { openDevice } from '../openDevice.js';
import { DEFAULT_DEVICE, DEVICE_NAMES, DEVICES } from '../registry.js';
import { Adam } from './adam.js';

/** A store that forgets when the process ends. */
function memoryStore(): TunedChoicesStore & { readonly kept: Map<string, Record<string, unknown>> } {
  const kept = new Map<string, Record<string, unknown>>();
  return {
    kept,
    read: async (fingerprint) => kept.get(fingerprint) ?? {},
    add: async (fingerprint, choices) => {
      kept.set(fingerprint, { ...choices, ...kept.get(fingerprint) });
      return kept.get(fingerprint);
    },
  };
}

/** One layer that is large enough to be timed. */
function program() {
  const trace = new Trace(true);
  const [y, weight] = [trace.input('y', f32(1, 8, 128, 128)), trace.input('weight', f32(8, 8, 4, 4))];
  return trace.program({ x: convTranspose2d(y, weight, undefined, { stride: 2, padding: 1 }) });
}

test('choices are kept under the fingerprint, which says what they hold for, and made once', async () => {
  const tunedChoices = memoryStore();
  const announced: number[] = [];
  const onTuning = (layers: number) => announced.push(layers);
  for (const threads of [1, 1, 2]) {
    const device = await openDevice(undefined, { threads, tunedChoices });
    await device.compile(program(), { onTuning });
    assert.ok(tunedChoices.kept.has(device.fingerprint));
    assert.match(device.fingerprint, new RegExp(`, ${threads} threads, .*\\d+\\.\\d+`));
    await device.dispose();
  }
  assert.deepEqual(announced, [1, 1], 'once for one thread, and once for two');
  const [choices] = tunedChoices.kept.values();
  const [times] = Object.values(choices) as Record<string, number>[];
  assert.ok(Object.values(times).length > 1 && Object.values(times).every((ms) => ms > 0));
});

test('without a place to keep them nothing is timed', async () => {
  const device = await openDevice();
  const announced: number[] = [];
  await device.compile(program(), { onTuning: (layers) => announced.push(layers) });
  assert.deepEqual(announced, []);
  await device.dispose();
});

test('freeing states waits for the threads of their optimiser to end, and tells where they do not', async (t: TestContext) => {
  const device = await openDevice(undefined, { threads: 1 });
  const states = [new State('w', f32(2), 'parameter', { kind: 'constant', value: 0 })];
  let ended = false;
  const dispose = t.mock.method(Adam.prototype, 'dispose', async () => {
    await setImmediate();
    ended = true;
  });
  await device.optimiser(states, { betas: [0.5, 0.999], epsilon: 1e-8 });
  await device.free(states);
  assert.ok(ended);
  dispose.mock.mockImplementation(() => Promise.reject(new Error('a thread does not end')));
  await device.optimiser(states, { betas: [0.5, 0.999], epsilon: 1e-8 });
  await assert.rejects(device.free(states), /a thread does not end/);
  await device.dispose();
});

test('the registry names every device and its default; another name is refused with them', async () => {
  assert.ok(DEVICE_NAMES.includes(DEFAULT_DEVICE));
  assert.deepEqual(DEVICE_NAMES, Object.keys(DEVICES));
  for (const name of ['abacus', 'constructor'])
    await assert.rejects(
      openDevice(name),
      new RegExp(`no device ${name}[\\s\\S]*${DEVICE_NAMES.join(', ')}`),
    );
});
