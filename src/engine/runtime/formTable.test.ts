import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { TunedChoicesFile } from '../../training/tunedChoicesFile.js';
import { timeForms as timeOnCpu } from '../devices/cpu/layerTiming.js';
import { f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { convTranspose2d } from '../ops/conv.js';
import { chooseByRule } from './forms.js';
import { FormTable } from './formTable.js';
import { choicesOf, type LayerChoice } from './layerChoices.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-forms-'));

/** One layer for which a form by rule and others exist. */
function program(padding = 1) {
  const trace = new Trace(true);
  const y = trace.input('y', f32(1, 4, 8, 8));
  const weight = trace.input('weight', f32(4, 4, 4, 4));
  return trace.program({ x: convTranspose2d(y, weight, undefined, { stride: 2, padding }) });
}

function table(file: string, worthTiming?: number) {
  const timeForms = (choice: LayerChoice, forms: readonly string[]) => timeOnCpu(choice, forms, 1, 3);
  return new FormTable({ store: new TunedChoicesFile(file), fingerprint: 'here', timeForms, worthTiming });
}

/** The choice of a table in a file for the program, and whether it was timed. */
function chooserFrom(file: string, announced: number[]) {
  return table(file, 0).chooserFor(program(), (layers) => announced.push(layers));
}

const [{ layer, forms }] = choicesOf(program());

test('a layer is timed once and kept: the next process takes what the file says is the fastest', async () => {
  const file = join(folder, 'kept', 'forms.json');
  const announced: number[] = [];
  const choose = await chooserFrom(file, announced);
  assert.deepEqual(announced, [1]);
  const kept: Record<string, Record<string, Record<string, number>>> = JSON.parse(readFileSync(file, 'utf8'));
  const [[machine, layers]] = Object.entries(kept);
  const [[key, times]] = Object.entries(layers);
  assert.equal(times[choose(layer, forms)], Math.min(...Object.values(times)));

  for (const fastest of Object.keys(times)) {
    const claimed = Object.fromEntries(Object.keys(times).map((form) => [form, form === fastest ? 1 : 2]));
    writeFileSync(file, JSON.stringify({ [machine]: { [key]: claimed } }));
    assert.equal((await chooserFrom(file, announced))(layer, forms), fastest);
  }
  assert.deepEqual(announced, [1], 'timed again');
});

test('times of another machine are left alone and not used', async () => {
  const file = join(folder, 'other.json');
  const other = { 'another machine': { 'some layer': { a: 1 } } };
  writeFileSync(file, JSON.stringify(other));
  const announced: number[] = [];
  await chooserFrom(file, announced);
  assert.deepEqual(announced, [1]);
  assert.deepEqual(JSON.parse(readFileSync(file, 'utf8'))['another machine'], other['another machine']);
});

for (const [name, contents] of [
  ['no JSON', '{"a'],
  ['a list', '[1, 2]'],
  ['no numbers', '{"machine": {"layer": {"form": "fast"}}}'],
]) {
  test(`a file that is none of ours (${name}) is as good as none`, async () => {
    const file = join(folder, `${name}.json`);
    writeFileSync(file, contents);
    const announced: number[] = [];
    const choose = await chooserFrom(file, announced);
    assert.deepEqual(announced, [1]);
    assert.ok(forms.includes(choose(layer, forms)));
  });
}

test('where nothing can be kept, nothing is timed and the rule decides', async () => {
  const file = join(folder, 'a folder');
  mkdirSync(file);
  const announced: number[] = [];
  const choose = await chooserFrom(file, announced);
  assert.deepEqual(announced, []);
  assert.equal(choose(layer, forms), chooseByRule(layer, forms));
});

test('layers of no weight are left to the rule', async () => {
  const announced: number[] = [];
  await table(join(folder, 'small.json')).chooserFor(program(), (layers) => announced.push(layers));
  assert.deepEqual(announced, []);
});

test('layers that differ in an attribute alone are timed each', async () => {
  const file = join(folder, 'attributes.json');
  const announced: number[] = [];
  const known = table(file, 0);
  for (const padding of [1, 0, 1])
    await known.chooserFor(program(padding), (layers) => announced.push(layers));
  assert.deepEqual(announced, [1, 1]);
});
