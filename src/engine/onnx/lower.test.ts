import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fromBinary } from '@bufbuild/protobuf';
import { algorithmsOf, direct, prefer } from '../../../test/algorithms.js';
import { fixtureProgram } from '../../../test/checkOp.js';
import { opBuilders } from '../../../test/opBuilders.js';
import { opCases } from '../../../test/opCases.js';
import { runProgram } from '../../../test/runProgram.js';
import { smallModel } from '../../../test/smallModel.js';
import { pix2pix } from '../../models/pix2pix.js';
import { stepOf } from '../../models/stepDefinition.js';
import { grad } from '../autodiff/grad.js';
import type { AlgorithmChooser } from '../ir/layer.js';
import type { Program } from '../ir/program.js';
import { cutProgram, type Segment } from '../ir/segments.js';
import { elementCount, f32 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import type { Value } from '../ir/value.js';
import { constant } from '../ops/constant.js';
import { exp, mul } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { detach, reshape } from '../ops/shape.js';
import { type LoweredGraph, lowerGraph } from './lower.js';
import { ModelProtoSchema, type NodeProto } from './onnx_pb.js';

const lower = (inputs: Value[], outputs: Value[], body: Value[]) =>
  lowerGraph({ inputs, outputs, body, choose: direct });

test('a model names its operator set, producer, inputs with their types, and outputs', () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2, 3));
  const y = exp(x);
  const { model, feeds, fetches } = lower([x], [y], [y]);
  const { irVersion, producerName, opsetImport, graph } = fromBinary(ModelProtoSchema, model);
  assert.deepEqual([irVersion, producerName], [10n, 'pix2pix-ts']);
  assert.deepEqual(
    opsetImport.map(({ domain, version }) => [domain, version]),
    [['', 21n]],
  );
  assert.deepEqual([...feeds.values(), ...fetches.values()], [x, y]);
  assert.deepEqual(
    graph!.input.map(({ name }) => name),
    [...feeds.keys()],
  );
  assert.deepEqual(
    graph!.output.map(({ name }) => name),
    [...fetches.keys()],
  );
  for (const { type } of [graph!.input[0], graph!.output[0]]) {
    assert.ok(type!.value.case === 'tensorType' && type!.value.value.elemType === 1);
    assert.deepEqual(
      type!.value.value.shape!.dim.map(({ value }) => value.value),
      [2n, 3n],
    );
  }
});

test('an output that is a reshaped view leaves as what it was made of', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2, 3));
  const y = exp(x);
  const view = reshape(reshape(y, [3, 2]), [6]);
  const { model, fetches } = lower([x], [view], [y, view.operands[0], view]);
  const { graph } = fromBinary(ModelProtoSchema, model);
  const [name] = fetches.keys();
  assert.equal(graph!.node.find(({ output }) => output[0] === name)!.opType, 'Exp');
  const data = Float32Array.of(0, 1, 2, 3, 4, 5);
  const found = await runProgram(trace.program({ view, y }), { x: data });
  assert.deepEqual(found.view, found.y, 'both of them leave, one through an Identity');
  assert.ok(Math.abs(found.view[1] - Math.E) < 1e-6);
});

test('inputs and constants leave through an Identity, and so does a value that leaves twice', async () => {
  const trace = new Trace(true);
  const x = trace.input('x', f32(2));
  const [through, fixed, y] = [detach(x), constant([7, 8], [2]), exp(x)];
  const again = detach(y);
  const { model } = lower([x], [through, fixed, y, again], [through, fixed, y, again]);
  const types = fromBinary(ModelProtoSchema, model).graph!.node.map(({ opType }) => opType);
  assert.deepEqual(types, ['Exp', 'Identity', 'Identity', 'Identity']);
  const found = await runProgram(trace.program({ through, fixed, y, again }), { x: Float32Array.of(1, 2) });
  assert.deepEqual([...found.through, ...found.fixed], [1, 2, 7, 8]);
  assert.deepEqual(found.y, found.again);
});

test('a value that is neither given nor computed is refused', () => {
  const x = new Trace(true).input('x', f32(2));
  const y = exp(x);
  assert.throws(() => lower([], [y], [x, y]), /input f32\[2\] is not among the inputs/);
});

test('nodes are in an order in which weights’ gradients do not pile up what they are made of', () => {
  const trace = new Trace(true);
  const weights = Array.from({ length: 8 }, (_, i) => trace.input(`w${i}`, f32(2)));
  let y = trace.input('x', f32(2));
  for (const weight of weights) y = exp(mul(y, weight));
  const program = trace.program(Object.fromEntries(grad(sum(y), weights).map((g, i) => [`g${i}`, g])));
  const [{ segment }] = cutProgram(program);
  const { graph } = fromBinary(ModelProtoSchema, lower(...partsOf(segment!)).model);
  // Forward values wait for the backward pass; behind them a constant number is alive, however many layers.
  assert.ok(mostAlive(graph!.node) <= weights.length + 3, `${mostAlive(graph!.node)}`);
  const asMade = graph!.node.toSorted((a, b) => numberOf(a) - numberOf(b));
  assert.ok(mostAlive(asMade) > 2 * weights.length - 3, 'the order makes no difference here');
});

const partsOf = ({ inputs, outputs, body }: Segment): [Value[], Value[], Value[]] => [
  [...inputs],
  [...outputs],
  [...body],
];
const numberOf = ({ output }: NodeProto) => Number(output[0].slice(1));

/**
 * The most results that wait for a reader at once where nodes run as ONNX Runtime runs them: depth first from those
 * that nobody reads, the last one first (`Graph::ReverseDFSFrom`).
 */
function mostAlive(nodes: readonly NodeProto[]): number {
  const maker = new Map(nodes.map((node) => [node.output[0], node]));
  const readers = new Map<string, number>();
  for (const name of nodes.flatMap(({ input }) => input)) readers.set(name, (readers.get(name) ?? 0) + 1);
  const done = new Set<NodeProto>();
  const alive = new Set<string>();
  let most = 0;
  const run = (node: NodeProto | undefined): void => {
    if (node === undefined || done.has(node)) return;
    for (const name of node.input) run(maker.get(name));
    done.add(node);
    if (readers.has(node.output[0])) alive.add(node.output[0]);
    most = Math.max(most, alive.size);
    for (const name of node.input) {
      readers.set(name, readers.get(name)! - 1);
      if (readers.get(name) === 0) alive.delete(name);
    }
  };
  for (const node of nodes.filter(({ output }) => !readers.has(output[0])).reverse()) run(node);
  return most;
}

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const missing = spawnSync(python, ['-c', 'import onnx']).status !== 0;

/** Outputs are declared without a shape, since views leave as what they were made of: ONNX infers it first. */
const checker = `
import json, sys, onnx
found = {}
for path in sys.argv[1:]:
    try:
        model = onnx.shape_inference.infer_shapes(onnx.load(path), check_type=True, strict_mode=True, data_prop=True)
        onnx.checker.check_model(model, full_check=True)
    except Exception as error:
        sys.exit(f"{path}: {error}")
    outputs = [output for output in model.graph.output if output.type.HasField("tensor_type")]
    found[path] = {y.name: [d.dim_value for d in y.type.tensor_type.shape.dim] for y in outputs}
print(json.dumps(found))
`;

test('onnx.checker accepts every op by every algorithm and a whole training step, and infers our sizes', {
  skip: missing && `no onnx in ${python} (name one by PIX2PIX_TEST_PYTHON)`,
}, () => {
  const folder = mkdtempSync(join(tmpdir(), 'onnx-'));
  const written = new Map<string, LoweredGraph>();
  const write = (name: string, program: Program, choose: AlgorithmChooser) =>
    cutProgram(program).forEach(({ segment }, i) => {
      if (segment === undefined) return;
      const graph = lowerGraph({ ...segment, choose, withEmptySequence: true });
      const path = join(folder, `${name}-${i}.onnx`);
      writeFileSync(path, graph.model);
      written.set(path, graph);
    });
  try {
    for (const known of opCases.filter(({ op, attrs }) => op in opBuilders && (attrs.step ?? 1) === 1)) {
      const { program } = fixtureProgram([known], opBuilders[known.op]);
      for (const name of new Set(['direct', ...algorithmsOf(program)]))
        write(`${known.id}-${name}`, program, prefer(name));
    }
    const size = { batch: 2, height: 32, width: 32, format: 'u8' } as const;
    write('step', stepOf(pix2pix.build(smallModel)).program(size), direct);
    const result = spawnSync(python, ['-c', checker, ...written.keys()], { encoding: 'utf8' });
    assert.equal(result.status, 0, result.stderr);
    const inferred: Record<string, Record<string, number[]>> = JSON.parse(result.stdout);
    for (const [path, { fetches }] of written) {
      for (const [name, value] of fetches) {
        assert.equal(elementCount(inferred[path][name]), elementCount(value.shape), `${path} ${name}`);
      }
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});
