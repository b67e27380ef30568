import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { describeTensor, elementCount, type StoredTensor } from '../../checkpoints/format/dtype.js';
import { reachable } from '../../engine/ir/program.js';
import type { State } from '../../engine/ir/state.js';
import { forEachChannel, quantise } from '../../engine/onnx/quantise.js';
import { sampleSide, traceGenerator } from './generatorProgram.js';
import type { TrainedGenerator } from './trainedGenerator.js';

// Weights of convolutions as bytes: w ≈ q · s, with q in -127 ... 127 (I8) and one s for each output channel (F32), in a
// tensor beside that is called after the weight and has its shape, but 1 for all other axes.

/** Fewer weights than this are stored as floats: their scales would take as much. */
const WORTH_SCALES = 256;

/** The name of the tensor with a weight's scales. */
export const scaleName = (weight: string) => `${weight}.scale`;

/** The tensors of a network, where a file has the scales of some beside them. */
export function withoutScales<T extends { readonly dtype: string }>(
  tensors: ReadonlyMap<string, T>,
): ReadonlyMap<string, T> {
  const bytes = [...tensors].filter(([, { dtype }]) => dtype === 'I8');
  const scales = new Set(bytes.map(([name]) => scaleName(name)));
  return new Map([...tensors].filter(([name]) => !scales.has(name)));
}

/** A generator's tensors with the weights of its convolutions as bytes, each followed by its scales. */
export function quantised(generator: TrainedGenerator): Map<string, StoredTensor> {
  const axes = channelAxes(generator);
  const tensors = generator.network.states.flatMap((state): [string, StoredTensor][] => {
    const { name, type } = state;
    const { shape } = type;
    const data = generator.weights.get(state)!;
    if (data instanceof BigInt64Array) return [[name, { dtype: 'I64', shape, data }]];
    const axis = axes.get(state);
    if (axis === undefined || data.length < WORTH_SCALES) return [[name, { dtype: 'F32', shape, data }]];
    const { values, scales } = quantise(data, shape, axis);
    return [
      [name, { dtype: 'I8', shape, data: values }],
      [
        scaleName(name),
        { dtype: 'F32', shape: shape.map((size, i) => (i === axis ? size : 1)), data: scales },
      ],
    ];
  });
  return new Map(tensors);
}

/** Along which axis of each convolution's weight its output channels are. */
function channelAxes(generator: TrainedGenerator): Map<State, number> {
  const side = sampleSide(generator);
  const { output } = traceGenerator(generator, 'running', { height: side, width: side });
  const axes = new Map<State, number>();
  for (const { source } of reachable([output])) {
    if (source.kind !== 'op' || !/^conv(2d|Transpose2d)$/.test(source.op.name)) continue;
    const weight = source.inputs[1].source;
    if (weight.kind === 'state') axes.set(weight.state, source.op.name === 'conv2d' ? 0 : 1);
  }
  return axes;
}

/**
 * The floats of a weight that is stored as bytes.
 * @throws Pix2PixError when its scales are of another shape or type
 */
export function dequantised(bytes: StoredTensor, scales: StoredTensor, place: string): Float32Array {
  const { shape } = bytes;
  const axis = Math.max(
    0,
    scales.shape.findIndex((size) => size !== 1),
  );
  const expected = shape.map((size, i) => (i === axis ? size : 1));
  if (scales.dtype !== 'F32' || `${scales.shape}` !== `${expected}`) {
    throw new Pix2PixError(
      'the scales of a weight do not fit it',
      { file: place, weight: describeTensor(bytes), scales: describeTensor(scales) },
      'export the generator again',
    );
  }
  const floats = new Float32Array(elementCount(shape));
  forEachChannel(floats.length, shape, axis, (i, channel) => {
    floats[i] = Number(bytes.data[i]) * scales.data[channel];
  });
  return floats;
}
