import assert from 'node:assert/strict';
import { statSync } from 'node:fs';
import { test } from 'node:test';
import { renderFacade } from '../src/data/make/facade/renderFacade.js';
import { imageMetrics } from '../src/data/metrics/imageMetrics.js';
import { DEMO_MODELS, demoModelFile, isDemoModel } from '../src/inference/demoModels.js';
import { loadGenerator } from '../src/inference/loadGenerator.js';

// The generators that come with the package do what they are for.

const SIDE = 256;
const batch = (data: Uint8Array) => ({ data, shape: [1, SIDE, SIDE, 3] as const });

test('they are small, and others are not there', () => {
  for (const name of DEMO_MODELS) assert.ok(statSync(demoModelFile(`demo:${name}`)!).size <= 5e6, name);
  assert.throws(
    () => demoModelFile('demo:cats'),
    /there is no model demo:cats[\s\S]*demo:facades, demo:labels/,
  );
  assert.equal(demoModelFile('demo'), undefined);
  assert.deepEqual(
    ['demo:labels', demoModelFile('demo:labels')!, 'demo_labels', 'runs/mine'].map(isDemoModel),
    [true, true, false, false],
  );
});

test('each is nearer to what is wanted than its input, and than an even grey', async () => {
  const { photo, label } = renderFacade(77, 5, SIDE); // of a seed that nothing was learned from
  for (const [name, from, to] of [
    ['facades', label, photo],
    ['labels', photo, label],
  ] as const) {
    await using generator = await loadGenerator(`demo:${name}`);
    const made = await generator.translate(batch(from));
    const far = (image: Uint8Array) => imageMetrics(batch(image), batch(to))[0].l1;
    const [own, input, grey] = [made.data, from, new Uint8Array(from.length).fill(128)].map(far);
    assert.ok(own < 0.7 * Math.min(input, grey), `${name}: ${own}, its input ${input}, grey ${grey}`);
  }
});
