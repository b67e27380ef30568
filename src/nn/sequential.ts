import { withScope } from '../ir/scope.js';
import type { Module } from './module.js';

/** Makes a layer whose states' names start with `prefix`. */
export type LayerFactory = (prefix: string) => Module;

/**
 * Layers one after another. As in PyTorch's nn.Sequential a layer's states are called after its index, and a layer
 * without states takes an index too.
 */
export function sequential(prefix: string, factories: readonly LayerFactory[]): Module {
  const layers = factories.map((factory, index) => factory(`${prefix}.${index}`));
  return {
    states: layers.flatMap((layer) => layer.states),
    apply: (trace, x) =>
      layers.reduce((value, layer, index) => withScope(`${index}`, () => layer.apply(trace, value)), x),
  };
}
