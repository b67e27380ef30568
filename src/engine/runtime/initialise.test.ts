import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { openTestDevice } from '../../../test/devices.js';
import { fixture } from '../../../test/repository.js';
import { convLayer } from '../../models/layers/conv.js';
import { type InitType, weightInitialiser } from '../../models/layers/initialise.js';
import { normLayer } from '../../models/layers/norm.js';
import { State } from '../ir/state.js';
import { elementCount, f32, i64 } from '../ir/tensorType.js';
import { downloadFloats } from './device.js';
import { initialise } from './initialise.js';

/** Moments of a weight as PyTorch's initialisers draw it (test/fixtures/init.py). */
interface Expected {
  readonly init_type: InitType;
  readonly init_gain: number;
  readonly layer: string;
  readonly shape: number[];
  readonly mean?: number;
  readonly std?: number;
  readonly matrix?: [rows: number, columns: number];
  readonly orthogonal?: 'rows' | 'columns';
  readonly squared_length?: number;
}
/** The same for a norm's scale and for all biases. */
interface ExpectedVector {
  readonly init_gain: number;
  readonly layer: string;
  readonly parameter: 'weight' | 'bias';
  readonly mean: number;
  readonly std: number;
}
const known: (Expected | ExpectedVector)[] = JSON.parse(readFileSync(fixture('init.json'), 'utf8'));
const expectations = known.filter((expected): expected is Expected => 'shape' in expected);
const vectors = known.filter((expected): expected is ExpectedVector => 'parameter' in expected);
const titleOf = ({ init_type, init_gain, layer, shape }: Expected) =>
  `${init_type} ${init_gain} ${layer} ${shape.join('×')}`;

/** A weight of this shape, drawn. */
async function draw(expected: Expected, seed = 1): Promise<Float32Array> {
  const init = { type: expected.init_type, gain: expected.init_gain };
  const initialiser = weightInitialiser(expected.shape, init);
  const state = new State('weight', f32(...expected.shape), 'parameter', initialiser);
  const device = await openTestDevice();
  await device.allocate([state]);
  await initialise('G', [state], device, seed);
  return downloadFloats(device, state);
}

const normals = expectations.filter(({ std }) => std !== undefined);
test('normal, xavier and kaiming draw from the distribution that PyTorch draws from', () => {
  assert.ok(normals.length >= 30);
  for (const expected of normals) {
    const { mean, std } = expected as Required<Expected>;
    const initialiser = weightInitialiser(expected.shape, {
      type: expected.init_type,
      gain: expected.init_gain,
    });
    assert.ok(initialiser.kind === 'normal' && initialiser.mean === mean, titleOf(expected));
    assertClose([initialiser.std], [std], titleOf(expected), { relative: 1e-6 });
  }
});

test('biases start at zero, and a batch norm’s scale around one', () => {
  assert.ok(vectors.length >= 6);
  for (const { init_gain: gain, layer, parameter, mean, std } of vectors) {
    const init = { type: 'orthogonal', gain } as const; // whatever the scheme
    const conv = { inputs: 1, outputs: 1, kernel: 4, stride: 2, padding: 1, bias: true, init };
    const { states } = (layer === 'conv' ? convLayer(conv) : normLayer('batch', init)(3))('x');
    const { initialiser } = states.find(({ name }) => name === `x.${parameter}`)!;
    const wanted = std === 0 ? { kind: 'constant', value: mean } : { kind: 'normal', mean, std };
    assert.deepEqual(initialiser, wanted, `${layer} ${parameter}`);
  }
});

test('the numbers drawn have that mean and deviation, and the tails of a normal distribution', async () => {
  for (const expected of normals.filter(
    ({ shape }) => elementCount(shape) > 50 && elementCount(shape) < 3e5,
  )) {
    const { mean, std } = expected as Required<Expected>;
    const numbers = await draw(expected);
    const moment = (order: number) =>
      numbers.reduce((sum, x) => sum + ((x - mean) / std) ** order, 0) / numbers.length;
    const fiveSigma = 5 / Math.sqrt(numbers.length);
    // the deviations of the first four sample moments of N(0, 1) are √1, √2, √15 and √96 over √n
    assertClose([moment(1)], [0], `${titleOf(expected)}: mean`, { absolute: fiveSigma });
    assertClose([moment(2)], [1], `${titleOf(expected)}: variance`, { absolute: fiveSigma * Math.sqrt(2) });
    assertClose([moment(3)], [0], `${titleOf(expected)}: skewness`, { absolute: fiveSigma * Math.sqrt(15) });
    assertClose([moment(4)], [3], `${titleOf(expected)}: tails`, { absolute: fiveSigma * Math.sqrt(96) });
  }
});

const orthogonals = expectations.filter(({ orthogonal }) => orthogonal !== undefined);
for (const expected of orthogonals.filter(({ shape }) => elementCount(shape) * shape[0] < 2e7)) {
  test(`${titleOf(expected)}: ${expected.orthogonal} are orthogonal and of the given length`, async () => {
    const [rows, columns] = expected.matrix!;
    const weight = await draw(expected);
    assert.equal(weight.length, rows * columns);
    const [count, length] = expected.orthogonal === 'rows' ? [rows, columns] : [columns, rows];
    const at = (vector: number, k: number) =>
      expected.orthogonal === 'rows' ? weight[vector * columns + k] : weight[k * columns + vector];
    for (let i = 0; i < count; i++) {
      for (let j = 0; j <= i; j++) {
        let dot = 0;
        for (let k = 0; k < length; k++) dot += at(i, k) * at(j, k);
        const wanted = i === j ? expected.squared_length! : 0;
        assert.ok(Math.abs(dot - wanted) < 2e-6 * expected.squared_length!, `vectors ${i} and ${j}: ${dot}`);
      }
    }
  });
}

test('constants fill, counters start at zero, and every tensor depends on seed, network and place alone', async () => {
  const normal = { kind: 'normal', mean: 0, std: 1 } as const;
  const make = () => [
    new State('one', f32(3), 'buffer', { kind: 'constant', value: 1 }),
    new State('a', f32(5), 'parameter', normal),
    new State('tracked', i64(), 'counter', { kind: 'constant', value: 0 }),
    new State('b', f32(5), 'parameter', normal),
  ];
  const drawn = async (network: string, states: State[], seed: number) => {
    const device = await openTestDevice();
    await device.allocate(states);
    for (const state of states)
      if (state.type.dtype === 'i64') await device.upload(state, BigInt64Array.of(7n));
    await initialise(network, states, device, seed);
    return Promise.all(states.map((state) => device.download(state)));
  };
  const [one, a, tracked, b] = await drawn('G', make(), 3);
  assert.deepEqual([[...one], [...tracked]], [[1, 1, 1], [0n]]);
  assert.notDeepEqual(a, b);
  assert.deepEqual(await drawn('G', make(), 3), [one, a, tracked, b]);
  for (const [network, seed] of [
    ['D', 3],
    ['G', 4],
  ] as const) {
    assert.notDeepEqual((await drawn(network, make(), seed))[1], a);
  }
});

test("PyTorch's own start is uniform within one by the root of the fan-in, biases too, and norms start at one", async () => {
  // torch/nn/modules/conv.py, reset_parameters: kaiming_uniform_(a=√5), whose bound is √(6 / (1 + 5) / fan-in)
  const layer = convLayer({
    ...{ inputs: 3, outputs: 64, kernel: 4, stride: 2, padding: 1, bias: true },
    init: { type: 'pytorch', gain: 0.02 },
  })('conv');
  const norm = normLayer('batch', { type: 'pytorch', gain: 0.02 })(8)('norm');
  const device = await openTestDevice();
  const states = [...layer.states, ...norm.states];
  await device.allocate(states);
  await initialise('G', states, device, 3);
  const bound = 1 / Math.sqrt(3 * 4 * 4);
  for (const state of layer.states) {
    const drawn = await downloadFloats(device, state);
    assert.ok(drawn.every((x) => Math.abs(x) <= bound));
    const deviation = Math.sqrt(drawn.reduce((sum, x) => sum + x * x, 0) / drawn.length);
    assert.ok(Math.abs(deviation / (bound / Math.sqrt(3)) - 1) < 0.25, `${state.name}: ${deviation}`);
  }
  assert.deepEqual([...(await downloadFloats(device, norm.states[0]))], Array(8).fill(1));
});
