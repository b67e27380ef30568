import type { State } from '../../engine/ir/state.js';
import { formatType } from '../../engine/ir/tensorType.js';
import { type Module, parameterCount } from '../../models/layers/module.js';
import type { LayerRecord, NetworkRecord } from '../../records/writing/runRecord.js';

/** Networks for the record, layer by layer: tensors whose names differ in the last part alone belong to one layer. */
export function networkRecords(networks: Readonly<Record<string, Module>>): NetworkRecord[] {
  return Object.entries(networks).map(([name, network]) => ({
    name,
    parameters: parameterCount(network),
    note: network.note,
    layers: layersOf(network),
  }));
}

function layersOf({ states }: Module): LayerRecord[] {
  const layers = new Map<string, State[]>();
  for (const state of states) {
    const layer = state.name.replace(/\.[^.]*$/, '');
    layers.set(layer, [...(layers.get(layer) ?? []), state]);
  }
  return [...layers].map(([name, tensors]) => ({
    name,
    tensors: tensors.map((state) => `${state.name.split('.').at(-1)} ${formatType(state.type)}`),
    parameters: parameterCount({ states: tensors }),
  }));
}
