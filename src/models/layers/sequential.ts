import { withScope } from '../../engine/ir/scope.js';
import type { Trace } from '../../engine/ir/trace.js';
import type { Value } from '../../engine/ir/value.js';
import type { Module } from './module.js';

/** Makes a layer whose states' names start with `prefix`. */
export type LayerFactory = (prefix: string) => Module;

/** Layers one after another, whose results between them can be had too. */
export interface Sequential extends Module {
  /** The output of each layer, in their order. */
  results(trace: Trace, x: Value): readonly Value[];
}

/**
 * Layers one after another. As in PyTorch's nn.Sequential a layer's states are called after its index, and a layer
 * without states takes an index too.
 */
export function sequential(prefix: string, factories: readonly LayerFactory[]): Sequential {
  const layers = factories.map((factory, index) => factory(`${prefix}.${index}`));
  const results = (trace: Trace, x: Value) => {
    let value = x;
    return layers.map((layer, index) => {
      value = withScope(`${index}`, () => layer.apply(trace, value));
      return value;
    });
  };
  return {
    states: layers.flatMap((layer) => layer.states),
    results,
    apply: (trace, x) => results(trace, x).at(-1) ?? x,
  };
}
