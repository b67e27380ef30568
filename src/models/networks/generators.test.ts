import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { deviceWith } from '../../../test/devices.js';
import { fixture } from '../../../test/repository.js';
import { runProgram } from '../../../test/runProgram.js';
import { smallModel } from '../../../test/smallModel.js';
import { readSafetensors } from '../../checkpoints/safetensors.js';
import { grad } from '../../engine/autodiff/grad.js';
import { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import { mul } from '../../engine/ops/elementwise.js';
import { sum } from '../../engine/ops/reduce.js';
import { parameterCount, parametersOf } from '../layers/module.js';
import type { NormType } from '../layers/norm.js';
import { defineG } from './define.js';
import type { Upsampling } from './residualLayers.js';

/** A generator as the fixtures name it (test/fixtures/generators.py). */
interface GeneratorCase {
  readonly net_g: string;
  readonly input_nc: number;
  readonly output_nc: number;
  readonly ngf: number;
  readonly norm: NormType;
  readonly dropout: boolean;
  readonly upsample: Upsampling;
}

const define = ({ net_g, input_nc, output_nc, dropout, ...options }: GeneratorCase) =>
  defineG({
    ...{ ...smallModel, ...options },
    ...{ netG: net_g, inputNc: input_nc, outputNc: output_nc, noDropout: !dropout },
  });

const titleOf = ({ net_g, norm, dropout, upsample }: GeneratorCase) =>
  `${net_g}, norm ${norm}${dropout ? ', dropout' : ''}, ${upsample}`;

interface Description extends GeneratorCase {
  readonly parameters: number;
  readonly state: Readonly<Record<string, number[]>>;
}

const descriptions: Description[] = JSON.parse(readFileSync(fixture('generators.json'), 'utf8'));
for (const known of descriptions) {
  test(`${titleOf(known)}: PyTorch's state-dict keys, shapes and number of parameters`, () => {
    const network = define(known);
    assert.deepEqual(
      network.states.map(({ name, type }) => [name, type.shape]),
      Object.entries(known.state),
    );
    assert.equal(parameterCount(network), known.parameters);
  });
}

test('resnet_9blocks of 64 channels has the 11.378 million parameters that the reference prints', () => {
  const options = { net_g: 'resnet_9blocks', input_nc: 3, output_nc: 3, ngf: 64, dropout: false } as const;
  const network = define({ ...options, norm: 'instance', upsample: 'deconv' });
  assert.equal((parameterCount(network) / 1e6).toFixed(3), '11.378');
});

const { tensors, metadata } = readSafetensors(fixture('generators.safetensors'));
const floats = (name: string) => tensors.get(name)!.data as Float32Array;
const cases: (GeneratorCase & { id: string })[] = JSON.parse(metadata.get('cases')!);
for (const known of cases) {
  test(`${titleOf(known)}: PyTorch's output and gradients`, async () => {
    const { id } = known;
    const network = define(known);
    const weights = network.states.map((state) => {
      const isCounter = state.type.dtype === 'i64';
      return [state, isCounter ? new BigInt64Array(1) : floats(`${id}.weights.${state.name}`)] as const;
    });
    const device = await deviceWith(new Map(weights));
    const trace = new Trace(true);
    const input = tensors.get(`${id}.input`)!;
    const output = network.apply(trace, trace.input('x', { dtype: 'f32', shape: input.shape }));
    const loss = sum(mul(output, trace.input('upstream', output.type)));
    const parameters = parametersOf(network);
    const gradients = grad(
      loss,
      parameters.map((parameter) => trace.read(parameter)),
    );
    const outputs = parameters.map(({ name }, i): [string, Value] => [`grad.${name}`, gradients[i]]);
    const masks = Array.from({ length: known.dropout ? Number(/\d/.exec(known.net_g)) : 0 }, (_, i) => [
      `dropout.${i}`,
      Float32Array.from(tensors.get(`${id}.mask.${i}`)!.data as Uint8Array, (keeps) => 2 * keeps),
    ]);
    const found = await runProgram(
      trace.program({ output, ...Object.fromEntries(outputs) }),
      {
        x: Float32Array.from(input.data as Uint8Array, (byte) => byte / 128 - 1),
        upstream: floats(`${id}.upstream`),
        ...Object.fromEntries(masks),
      },
      { device },
    );
    assertClose(found.output, floats(`${id}.output`), 'output', { relative: 2e-5 });
    for (const [name] of outputs) {
      // a bias that a norm subtracts again has nothing but rounding for a gradient
      assertClose(found[name], floats(`${id}.${name}`), name, { relative: 1e-4, absolute: 1e-4 });
    }
  });
}
