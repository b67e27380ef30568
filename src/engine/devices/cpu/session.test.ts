import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { InferenceSession } from 'onnxruntime-common';
import { direct } from '../../../../test/algorithms.js';
import { elementCount, f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { lowerGraph } from '../../onnx/lower.js';
import { add, exp } from '../../ops/elementwise.js';
import { Session } from './session.js';

/** A graph y = x + eˣ over so many elements, with or without the empty sequence, and memory for both. */
async function prepare(length: number, withEmptySequence: boolean) {
  const trace = new Trace(true);
  const x = trace.input('x', f32(length));
  const e = exp(x);
  const y = add(x, e);
  const graph = lowerGraph({ inputs: [x], outputs: [y], body: [e, y], choose: direct, withEmptySequence });
  const session = await Session.create(graph.model, { threads: 1 });
  const memory = { x: new Float32Array(elementCount(x.shape)), y: new Float32Array(elementCount(y.shape)) };
  const binding = session.bind(
    new Map([...graph.feeds.keys()].map((name) => [name, { data: memory.x, shape: x.shape }])),
    new Map([...graph.fetches.keys()].map((name) => [name, memory.y])),
  );
  return { session, binding, ...memory };
}

test('outputs are written where they were bound, and inputs read where they are', async () => {
  const { session, binding, x, y } = await prepare(4, true);
  for (const at of [0, 1, -2]) {
    x.fill(at);
    await session.run(binding);
    for (const element of y) assert.ok(Math.abs(element - (at + Math.exp(at))) < 1e-6);
  }
  await session.dispose();
});

test('the binding gives up at the empty sequence, when everything is in its place already', async () => {
  const { session, binding, x, y } = await prepare(4, true);
  x.fill(1);
  const inner = (session as unknown as { session: InferenceSession }).session;
  // if this fails, the binding has learned to return sequences, and Session.run pays for copies again
  await assert.rejects(inner.run(binding.feeds, binding.fetches), /^Error: Non tensor type/);
  assert.ok(y.every((element) => Math.abs(element - (1 + Math.E)) < 1e-6));
  await session.dispose();
});

/** The most memory of array buffers, in bytes, that one run with an output of 32 MB adds. */
async function growth(withEmptySequence: boolean): Promise<number> {
  const { session, binding } = await prepare(8 << 20, withEmptySequence);
  let most = 0;
  for (let i = 0; i < 4; i++) {
    const before = process.memoryUsage().arrayBuffers;
    await session.run(binding);
    most = Math.max(most, process.memoryUsage().arrayBuffers - before);
  }
  await session.dispose();
  return most;
}

test('no run copies its outputs; without the empty sequence every run does', async () => {
  const output = 32 << 20;
  assert.ok((await growth(true)) < output / 2, 'a run leaves copies of its outputs behind');
  assert.ok((await growth(false)) >= output, 'the binding copies no more: the empty sequence can go');
});

test('other failures of a run are told', async () => {
  const { session, binding } = await prepare(4, true);
  const [name] = Object.keys(binding.feeds);
  await assert.rejects(session.run({ ...binding, feeds: {} }), new RegExp(`${name}`));
  await session.dispose();
});
