import { RandomStream } from '../../base/random/stream.js';
import { fillNormal } from '../../base/random/ziggurat.js';
import type { Initialiser } from '../ir/state.js';
import { elementCount } from '../ir/tensorType.js';
import { fillOrthogonal } from './orthogonal.js';

/** The numbers that a state starts with: they depend on nothing but this, so that every thread draws the same ones. */
export interface StartingTensor {
  readonly seed: number;
  /** The network's name, and the state's place in it. */
  readonly network: string;
  readonly index: number;
  readonly shape: readonly number[];
  readonly initialiser: Initialiser;
}

/** A tensor that has been drawn, of those that were asked for. */
export interface DrawnTensor {
  readonly tensor: StartingTensor;
  /** The caller's until it asks for the next. */
  readonly data: Float32Array;
}

/** Tensors that are being drawn, or are when they are asked for. */
export interface Drawing {
  /** The next that is there, in any order; undefined when all have been. */
  next(): Promise<DrawnTensor | undefined>;
  /** Ends it, also before all are drawn. */
  end(): Promise<void>;
}

/** Draws tensors: in this thread, or in several. */
export type DrawTensors = (tensors: readonly StartingTensor[]) => Drawing;

/** Draws in this thread, one tensor whenever one is asked for. */
export const drawHere: DrawTensors = (tensors) => {
  // One array for all of them, one after the other: as many new ones would be garbage of the size of the network.
  const scratch = new Float32Array(Math.max(0, ...tensors.map(({ shape }) => elementCount(shape))));
  const rest = tensors.values();
  return {
    next: async () => {
      const { value: tensor } = rest.next();
      if (tensor === undefined) return undefined;
      const data = scratch.subarray(0, elementCount(tensor.shape));
      drawTensor(tensor, data);
      return { tensor, data };
    },
    end: async () => {},
  };
};

/** Fills `out`, of as many elements as the tensor has. */
export function drawTensor({ seed, network, index, ...tensor }: StartingTensor, out: Float32Array): void {
  const { initialiser, shape } = tensor;
  const stream = new RandomStream(seed, `init.${network}`, [index]);
  switch (initialiser.kind) {
    case 'constant':
      out.fill(initialiser.value);
      break;
    case 'normal':
      fillNormal(out, stream, initialiser.mean, initialiser.std);
      break;
    case 'uniform':
      for (let i = 0; i < out.length; i++) out[i] = initialiser.bound * (2 * stream.uniform() - 1);
      break;
    case 'orthogonal':
      fillOrthogonal(out, shape[0], stream, initialiser.gain);
      break;
    case 'direction': {
      fillNormal(out, stream, 0, 1);
      const length = Math.sqrt(out.reduce((sum, x) => sum + x * x, 0));
      for (let i = 0; i < out.length; i++) out[i] /= length;
    }
  }
}
