/**
 * Checks ops, forward and backward: against PyTorch's numbers, and by differences of the function itself.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RandomStream } from '../src/base/random/stream.js';
import { grad } from '../src/engine/autodiff/grad.js';
import { DEFAULT_DEVICE } from '../src/engine/devices/registry.js';
import type { AlgorithmChooser } from '../src/engine/ir/layer.js';
import type { Program } from '../src/engine/ir/program.js';
import { Trace } from '../src/engine/ir/trace.js';
import type { Value } from '../src/engine/ir/value.js';
import { constant } from '../src/engine/ops/constant.js';
import { mul } from '../src/engine/ops/elementwise.js';
import { sum } from '../src/engine/ops/reduce.js';
import { detach } from '../src/engine/ops/shape.js';
import { assertClose, type Tolerance } from './assertClose.js';
import { foundDevices } from './foundDevices.js';
import { type BuildOp, opBuilders } from './opBuilders.js';
import { caseTensor, type OpCase, opCases } from './opCases.js';
import { runProgram, withProgram } from './runProgram.js';

interface FixtureOptions {
  /** For the device whose layers have several algorithms; the others are left out then. */
  readonly choose?: AlgorithmChooser;
  /** Distinguishes the tests when the same cases are run in several ways. */
  readonly label?: string;
  readonly only?: (known: OpCase) => boolean;
  readonly tolerance?: Tolerance;
  readonly build?: BuildOp;
  /** False: outputs alone. */
  readonly gradients?: boolean;
}

/**
 * Defines one test for every case of these ops in ops.safetensors on every device: outputs and gradients are PyTorch's.
 * On a GPU all cases of an op are one program.
 */
export function checkAgainstPyTorch(ops: readonly string[], options: FixtureOptions = {}): void {
  const { choose, label = '', only = () => true, tolerance, gradients = true } = options;
  const what = gradients ? 'outputs and gradients' : 'outputs';
  for (const op of ops) {
    const cases = opCases.filter((known) => known.op === op && only(known));
    if (cases.length === 0) throw new Error(`ops.safetensors has no case of ${op}`);
    for (const { name, device } of foundDevices) {
      if (choose !== undefined && name !== DEFAULT_DEVICE) continue;
      const isGpu = name === 'webgpu';
      for (const some of isGpu ? [cases] : cases.map((known) => [known])) {
        const id = some.length === 1 ? some[0].id : `${op}, ${some.length} cases`;
        const title = `${id}${label && ` as ${label}`} on ${name}: PyTorch's ${what}`;
        test(title, async () => {
          const build = options.build ?? opBuilders[op];
          const { program, tensors, expected } = fixtureProgram(some, build, gradients);
          const found = await runProgram(program, tensors, choose === undefined ? { device } : { choose });
          for (const [output, numbers] of Object.entries(expected)) {
            assertClose(found[output], numbers, output, tolerance);
          }
        });
      }
    }
  }
}

/** Cases of an op as a program: every output and gradient that PyTorch gives is an output of it. */
export function fixtureProgram(cases: readonly OpCase[], build: BuildOp, withGradients = true) {
  const trace = new Trace(true);
  const tensors: Record<string, Float32Array> = {};
  const expected: Record<string, Float32Array> = {};
  const outputs: Record<string, Value> = {};
  const input = (name: string): Value => {
    const { shape, data } = caseTensor(name);
    tensors[name] = data;
    return trace.input(name, { dtype: 'f32', shape });
  };
  const built = cases.flatMap((known) => {
    const inputs = known.inputs.map(input);
    const results = [build(inputs, known.attrs)].flat();
    known.outputs.forEach((name, i) => {
      assert.deepEqual(results[i].shape, caseTensor(name).shape, name);
      outputs[name] = results[i];
      expected[name] = caseTensor(name).data;
    });
    if (withGradients && known.upstream !== null) {
      const loss = sum(mul(results[0], input(known.upstream)));
      const gradients = grad(loss, inputs);
      known.grads.forEach((name, i) => {
        if (name === null) return;
        outputs[name] = gradients[i];
        expected[name] = caseTensor(name).data;
      });
    }
    return results;
  });
  const program: Program = trace.program(outputs);
  return { program, tensors, expected, built };
}

/** Numbers for one operand. */
export interface Operand {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

/** The numbers of an operand are multiples of this, so that the steps below are exact in float32. */
const GRAIN = 2 ** -10;

/**
 * Normal numbers.
 * @param where keeps them clear of where a function is not differentiable: by 0.2 from 0, or at 1 and above
 */
export function operand(
  shape: readonly number[],
  seed: number,
  where: 'anywhere' | 'off zero' | 'positive' = 'anywhere',
): Operand {
  const stream = new RandomStream(seed, 'operand', shape.slice(0, 2));
  const data = Float32Array.from({ length: shape.reduce((a, b) => a * b, 1) }, () => {
    const x = Math.round(stream.normal() / GRAIN) * GRAIN;
    if (where === 'positive') return Math.abs(x) + 1;
    return where === 'off zero' ? x + (x < 0 ? -0.2 : 0.2) : x;
  });
  return { shape, data };
}

interface DifferenceOptions {
  readonly seed: number;
  readonly choose?: AlgorithmChooser;
  /** Operands whose gradient is checked; default: all. */
  readonly by?: readonly number[];
}

/** The step along a direction of ±1: 2 of them must stay within `operand`'s margins. */
const STEP = 2 ** -4;

/**
 * Checks the gradients of `build` at the operands: for random r and directions d of ±1, ⟨∂(f·r)/∂x, d⟩ is the slope of
 * f(x + t d)·r at t = 0, taken by the central difference of fourth order (error t⁴/30 of the fifth derivative).
 */
export async function checkByDifferences(
  build: (inputs: readonly Value[]) => Value,
  operands: readonly Operand[],
  { seed, choose, by = operands.map((_, i) => i) }: DifferenceOptions,
): Promise<void> {
  const trace = new Trace(true);
  const inputs = operands.map(({ shape }, i) => trace.input(`x${i}`, { dtype: 'f32', shape }));
  const y = build(inputs);
  const upstream = operand(y.shape, seed + 1).data;
  const loss = sum(mul(y, trace.input('upstream', y.type)));
  const gradients = grad(loss, inputs);
  const outputs = Object.fromEntries(gradients.map((gradient, i) => [`g${i}`, gradient]));
  const tensors = Object.fromEntries(operands.map(({ data }, i) => [`x${i}`, data]));

  await withProgram(trace.program({ y: detach(y), ...outputs }), { choose }, async (run) => {
    const at = (name: string, data: Float32Array) => run({ ...tensors, upstream, [name]: data });
    const here = await run({ ...tensors, upstream });
    for (const i of by) {
      const stream = new RandomStream(seed, 'direction', [i]);
      const direction = operands[i].data.map(() => (stream.uniform() < 0.5 ? -1 : 1));
      const along = async (steps: number) => {
        const moved = operands[i].data.map((x, k) => x + steps * STEP * direction[k]);
        return dot((await at(`x${i}`, moved)).y, upstream);
      };
      const near = (await along(1)) - (await along(-1));
      const far = (await along(2)) - (await along(-2));
      const slope = (8 * near - far) / (12 * STEP);
      const gradient = here[`g${i}`];
      const rounding = (3e-6 * dot(here.y.map(Math.abs), upstream.map(Math.abs))) / STEP;
      const allowed = 2e-3 * Math.sqrt(dot(gradient, gradient)) + rounding + 1e-5;
      const found = dot(gradient, direction);
      assert.ok(
        Math.abs(found - slope) <= allowed,
        `gradient by operand ${i} ${JSON.stringify(operands[i].shape)}: ${found} along a direction in which the ` +
          `function rises by ${slope}, allowed ${allowed.toExponential(1)}`,
      );
    }
  });
}

/** The gradient of `build` by one operand, itself a function of the operands: for checking second derivatives. */
export function gradientOf(build: (inputs: readonly Value[]) => Value, by: number, seed: number) {
  return (inputs: readonly Value[]): Value => {
    const y = build(inputs);
    const weights = constant([...operand(y.shape, seed + 2).data], y.shape);
    return grad(sum(mul(y, weights)), [inputs[by]])[0];
  };
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((total, x, i) => total + x * b[i], 0);
}
