import assert from 'node:assert/strict';
import { test } from 'node:test';
import { layerChoices } from '../ir/layer.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { convTranspose2d } from '../ops/conv.js';
import { chooseByRule } from './algorithmRules.js';
import { Autotuner, type AutotunerSettings, type TextStore } from './autotuner.js';

/** One layer with several algorithms, of which the rule takes 'direct'. */
function program(padding = 1) {
  const trace = new Trace(true);
  const y = trace.input('y', f32(1, 4, 8, 8));
  const weight = trace.input('weight', f32(4, 4, 4, 4));
  return trace.program({ x: convTranspose2d(y, weight, undefined, { stride: 2, padding }) });
}
const [{ layer }] = layerChoices(program());

function memory(text?: string): TextStore & { text: string | undefined } {
  return {
    text,
    read() {
      return this.text;
    },
    write(changed) {
      this.text = changed;
      return true;
    },
  };
}

/** A device on which one algorithm takes 1 ms and all others 2 ms; counts the layers that it times. */
function device(fastest: string, store: TextStore, settings: Partial<AutotunerSettings> = {}) {
  const timed: Value[] = [];
  const announced: number[] = [];
  const time = async (value: Value, algorithms: readonly string[]) => {
    timed.push(value);
    return Object.fromEntries(algorithms.map((name) => [name, name === fastest ? 1 : 2]));
  };
  const announce = (layers: number) => announced.push(layers);
  const defaults = { fingerprint: 'this device', worthTiming: 0 };
  const autotuner = new Autotuner({ ...defaults, time, store, announce, ...settings });
  return { autotuner, timed, announced };
}

test('a layer is timed once and kept: the next process takes the algorithm that was the fastest', async () => {
  assert.deepEqual(layer.algorithms, ['direct', 'subpixel']);
  for (const fastest of layer.algorithms) {
    const store = memory();
    const first = device(fastest, store);
    assert.equal((await first.autotuner.chooserFor(program()))(layer), fastest);
    await first.autotuner.chooserFor(program());
    assert.deepEqual([first.timed.length, first.announced], [1, [1]]);

    const other = layer.algorithms.find((name) => name !== fastest)!;
    const second = device(other, store);
    assert.equal((await second.autotuner.chooserFor(program()))(layer), fastest);
    assert.deepEqual([second.timed.length, second.announced], [0, []]);
  }
});

test('times of another device are left alone and not used', async () => {
  const store = memory();
  await device('subpixel', store, { fingerprint: 'another device' }).autotuner.chooserFor(program());
  const here = device('direct', store);
  assert.equal((await here.autotuner.chooserFor(program()))(layer), 'direct');
  assert.equal(here.timed.length, 1);
  const known = JSON.parse(store.text!);
  assert.deepEqual(Object.keys(known), ['another device', 'this device']);
  const [times] = Object.values(known['another device']);
  assert.deepEqual(times, { direct: 2, subpixel: 1 });
});

test('times that another process has kept meanwhile stay', async () => {
  const store = memory();
  const [one, another] = [device('direct', store), device('direct', store)];
  await one.autotuner.chooserFor(program(0));
  await another.autotuner.chooserFor(program(1));
  assert.equal(Object.keys(JSON.parse(store.text!)['this device']).length, 2);
});

for (const [name, contents] of [
  ['no JSON', '{"a'],
  ['a list', '[1, 2]'],
  ['no numbers', '{"this device": {"layer": {"direct": "fast"}}}'],
]) {
  test(`a text of another kind (${name}) is as good as none`, async () => {
    const { autotuner, timed } = device('subpixel', memory(contents));
    assert.equal((await autotuner.chooserFor(program()))(layer), 'subpixel');
    assert.equal(timed.length, 1);
  });
}

test('where nothing can be kept, nothing is timed and the rule decides', async () => {
  const { autotuner, timed } = device('subpixel', { read: () => undefined, write: () => false });
  const choose = await autotuner.chooserFor(program());
  assert.deepEqual(timed, []);
  assert.equal(choose(layer), chooseByRule(layer));
});

test('small layers are left to the rule', async () => {
  const store = memory();
  const { autotuner, timed } = device('subpixel', store, { worthTiming: undefined });
  assert.equal((await autotuner.chooserFor(program()))(layer), chooseByRule(layer));
  assert.deepEqual([timed, store.text], [[], undefined]);
});

test('layers that differ in an attribute alone are timed each', async () => {
  const { autotuner, announced } = device('direct', memory());
  for (const padding of [1, 0, 1]) await autotuner.chooserFor(program(padding));
  assert.deepEqual(announced, [1, 1]);
});
