import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertClose } from '../../../test/assertClose.js';
import { fixture } from '../../../test/repository.js';
import { runProgram } from '../../../test/runProgram.js';
import { smallModel } from '../../../test/smallModel.js';
import { readSafetensors } from '../../checkpoints/safetensors.js';
import { grad } from '../../engine/autodiff/grad.js';
import { InterpreterDevice } from '../../engine/devices/interpreter/interpreterDevice.js';
import { Trace } from '../../engine/ir/trace.js';
import { mul } from '../../engine/ops/elementwise.js';
import { sum } from '../../engine/ops/reduce.js';
import { parametersOf } from '../layers/module.js';
import { defineG } from './define.js';

/** A case of test/fixtures/hd_generators.py. */
interface HdCase {
  readonly net_g: string;
  readonly input_nc: number;
  readonly output_nc: number;
  readonly ngf: number;
  readonly seed: number;
}

/** The script's numbers of mean 0 and deviation 1. */
function formula(count: number, seed: number): Float64Array {
  return Float64Array.from({ length: count }, (_, i) => {
    const x = Math.sin(12.9898 * (i + 1) + 78.233 * seed) * 43758.5453;
    return (x - Math.floor(x) - 0.5) * Math.sqrt(12);
  });
}

const countOf = (shape: readonly number[]) => shape.reduce((product, extent) => product * extent, 1);

const { tensors, metadata } = readSafetensors(fixture('hd_generators.safetensors'));
const cases: HdCase[] = JSON.parse(metadata.get('cases')!);
for (const { net_g, input_nc, output_nc, ngf, seed } of cases) {
  test(`${net_g}: PyTorch's output and gradients`, async () => {
    const floats = (name: string) => tensors.get(`${net_g}.${name}`)!.data as Float32Array;
    const channels = { inputNc: input_nc, outputNc: output_nc };
    const network = defineG({ ...smallModel, ...channels, ngf, netG: net_g, norm: 'instance' });
    const weights = network.states.map((state, i) => {
      const { shape } = state.type;
      const factor = shape.length === 4 ? 1 / Math.sqrt(countOf(shape.slice(1))) : 0.1;
      return [state, Float32Array.from(formula(countOf(shape), seed + i), (x) => x * factor)] as const;
    });
    // In float64: norms over the few pixels at half of a half of a half blow up the rounding of others.
    const device = new InterpreterDevice();
    await device.allocate(network.states);
    for (const [state, data] of weights) await device.upload(state, data);
    const trace = new Trace(true);
    const { shape } = tensors.get(`${net_g}.input`)!;
    const output = network.apply(trace, trace.input('x', { dtype: 'f32', shape }));
    const loss = sum(mul(output, trace.input('upstream', output.type)));
    const parameters = parametersOf(network);
    const gradients = grad(
      loss,
      parameters.map((parameter) => trace.read(parameter)),
    );
    const outputs = Object.fromEntries(parameters.map(({ name }, i) => [name, gradients[i]]));
    const upstream = Float32Array.from(formula(countOf(output.shape), seed - 2));
    const found = await runProgram(
      trace.program({ output, ...outputs }),
      { x: floats('input'), upstream },
      { device },
    );
    assertClose(found.output, floats('output'), 'output', { relative: 1e-6 });
    for (const [i, { name }] of parameters.entries()) {
      const gradient = found[name];
      const numbers = formula(gradient.length, i);
      const length = Math.hypot(...gradient);
      const along = gradient.reduce((total, x, k) => total + x * numbers[k], 0);
      const [expected, alongExpected] = floats(`grad.${name}`);
      const allowed = 1e-6 * expected + 1e-9; // of a bias that a norm subtracts again it is 0
      assert.ok(Math.abs(length - expected) <= allowed, `${name}: length ${length}, expected ${expected}`);
      assert.ok(Math.abs(along - alongExpected) <= allowed, `${name}: ${along}, expected ${alongExpected}`);
    }
  });
}
