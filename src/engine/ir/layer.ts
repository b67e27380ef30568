import { type Algorithm, DIRECT } from './algorithm.js';
import type { LoweringContext } from './emitter.js';
import { type Program, valuesOf } from './program.js';
import type { Shape } from './tensorType.js';
import type { Value } from './value.js';

/** An op at given shapes, with the algorithms that compute it there: a choice among them may depend on nothing else. */
export interface Layer {
  /** Name of the op. */
  readonly op: string;
  /** Shapes of the op's operands. */
  readonly operands: readonly Shape[];
  /** The op's own, such as its stride. */
  readonly attributes: unknown;
  /** Names, 'direct' first. */
  readonly algorithms: readonly string[];
}

/** Picks one of a layer's `algorithms`. */
export type AlgorithmChooser = (layer: Layer) => string;

/** A layer with several algorithms, and a value of a program that it computes. */
export interface LayerChoice {
  readonly layer: Layer;
  readonly value: Value;
}

/** The layer that computes a value. Throws where no op does: inputs, constants and states have none. */
export function layerOf(value: Value): Layer {
  const { op, inputs, attributes } = opSource(value);
  const applicable = applicableAlgorithms(value).map(({ name }) => name);
  return {
    op: op.name,
    operands: inputs.map(({ shape }) => shape),
    attributes,
    algorithms: [DIRECT, ...applicable],
  };
}

/** The layers of a program that have more than one algorithm, operands before users. */
export function layerChoices(program: Program): LayerChoice[] {
  return valuesOf(program).flatMap((value) => {
    if (value.source.kind !== 'op') return [];
    const layer = layerOf(value);
    return layer.algorithms.length > 1 ? [{ layer, value }] : [];
  });
}

/** The lowering of a value's op by the algorithm that `choose` picks. Throws when the layer has no such algorithm. */
export function chosenLowering(value: Value, choose: AlgorithmChooser): Pick<Algorithm, 'lower'> {
  const { op } = opSource(value);
  if (op.algorithms === undefined) return op;
  const layer = layerOf(value);
  const name = layer.algorithms.length > 1 ? choose(layer) : DIRECT;
  if (!layer.algorithms.includes(name))
    throw new Error(`${op.name}: ${name} is none of its algorithms here: ${layer.algorithms.join(', ')}`);
  return op.algorithms.find((algorithm) => algorithm.name === name) ?? op;
}

/** The types and attributes that the lowering of a value's op depends on. Throws where no op computes it. */
export function loweringContext(value: Value): LoweringContext<unknown> {
  const { inputs, attributes } = opSource(value);
  return { attributes, inputTypes: inputs.map(({ type }) => type), type: value.type };
}

function applicableAlgorithms(value: Value): readonly Algorithm[] {
  const { op } = opSource(value);
  if (op.algorithms === undefined) return [];
  const context = loweringContext(value);
  return op.algorithms.filter((algorithm) => algorithm.applies(context));
}

function opSource({ source }: Value) {
  if (source.kind !== 'op') throw new Error(`no op computes this value: it is the program's ${source.kind}`);
  return source;
}
