import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Program } from '../../engine/ir/program.js';
import { f32 } from '../../engine/ir/tensorType.js';
import { Trace } from '../../engine/ir/trace.js';
import { scale } from '../../engine/ops/elementwise.js';
import type { Executable } from '../../engine/runtime/executable.js';
import { MAX_COMPILED, ProgramCache } from './programCache.js';

/** y = 2x over so many elements. */
function program(length: number): Program {
  const trace = new Trace(true);
  return trace.program({ y: scale(trace.input('x', f32(length)), 2) });
}

/** A cache over a device that notes what is compiled, fetched and disposed of. */
function recordingCache(room = Number.POSITIVE_INFINITY) {
  const log: string[] = [];
  const compile = async (compiled: Program): Promise<Executable> => {
    const [length] = compiled.outputs.get('y')!.shape;
    log.push(`compile ${length}`);
    return {
      program: compiled,
      run: async () => ({
        fetch: async (name) => {
          log.push(`fetch ${name} ${length}`);
          return Float32Array.of(length);
        },
      }),
      dispose: async () => {
        log.push(`dispose ${length}`);
      },
    };
  };
  const bytesOf = ({ outputs }: Program) => outputs.get('y')!.shape[0];
  const cache = new ProgramCache({ compile }, {}, { bytesOf, room });
  const get = (length: number) => cache.get(`${length}`, () => program(length));
  return { log, cache, get };
}

test('the program used longest ago goes when there are too many, and is compiled again when it comes back', async () => {
  const { log, cache, get } = recordingCache();
  for (let length = 1; length <= MAX_COMPILED; length++) await get(length);
  await get(1);
  assert.deepEqual(log.splice(0), ['compile 1', 'compile 2', 'compile 3', 'compile 4', 'compile 5']);
  await get(6);
  assert.deepEqual(log.splice(0), ['dispose 2', 'compile 6']);
  await get(2);
  assert.deepEqual(log.splice(0), ['dispose 3', 'compile 2']);
  await cache.dispose();
  assert.deepEqual(log.sort(), ['dispose 1', 'dispose 2', 'dispose 4', 'dispose 5', 'dispose 6']);
});

test('programs go, the oldest first, until the next one has room', async () => {
  const { log, get } = recordingCache(10);
  for (const length of [3, 4, 2]) await get(length);
  log.length = 0;
  await get(6);
  assert.deepEqual(log.splice(0), ['dispose 3', 'dispose 4', 'compile 6']);
  await get(99); // larger than the room: alone, if need be
  assert.deepEqual(log, ['dispose 2', 'dispose 6', 'compile 99']);
});

test('what its last run has given outlives a program that goes, and is fetched once', async () => {
  const { log, get } = recordingCache(3);
  const outputs = await (await get(3)).run({ tensors: {} });
  assert.deepEqual(log.splice(0), ['compile 3'], 'nothing is fetched by itself');
  await get(2);
  assert.deepEqual(log.splice(0), ['fetch y 3', 'dispose 3', 'compile 2']);
  assert.equal(await outputs.scalar('y'), 3);
  assert.deepEqual(log, []);
});
