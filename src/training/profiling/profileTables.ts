import { GRADIENT } from '../../engine/autodiff/grad.js';
import type { NodeTime } from '../../engine/runtime/profile.js';

/** A share of a step. */
export interface ProfileRow {
  readonly what: string;
  /** Of one step. */
  readonly milliseconds: number;
  /** Of all that was profiled, 0 ... 1. */
  readonly share: number;
}

/** Where the time of a training step goes, largest first. */
export interface Profile {
  readonly byKind: readonly ProfileRow[];
  readonly byLayer: readonly ProfileRow[];
  readonly byOperator: readonly ProfileRow[];
}

/** A node, or an optimiser's update, as the tables see it. */
interface Item {
  readonly kind: string;
  readonly layer: string;
  readonly operator: string;
  readonly milliseconds: number;
}

/** The kind of work that an op does, by its name; all others go over every element once. */
const KINDS: Readonly<Record<string, string>> = {
  convWeightGradient: 'convolutions: gradients by weights',
  conv2d: 'convolutions',
  convTranspose2d: 'convolutions',
  matmul: 'matrix products',
  ...Object.fromEntries(
    ['reshape', 'transpose', 'slice', 'concat', 'pad', 'cast'].map((op) => [op, 'copies'] as const),
  ),
};

/**
 * Sums a profile of several runs.
 *
 * @param nodes of all sessions
 * @param updates milliseconds of each optimiser in each run
 * @param warmup runs at the start that do not count
 */
export function tabulate(
  nodes: readonly NodeTime[],
  updates: ReadonlyMap<string, readonly number[]>,
  warmup: number,
): Profile {
  const items = [...nodes.map((node) => itemOf(node, warmup)), ...updatesOf(updates, warmup)];
  const total = items.reduce((sum, { milliseconds }) => sum + milliseconds, 0);
  const by = (key: 'kind' | 'layer' | 'operator') => group(items, key, total);
  return { byKind: by('kind'), byLayer: by('layer'), byOperator: by('operator') };
}

/** Nodes are named `scope.op/operator` (`lowerGraph`). */
function itemOf({ name, operator, milliseconds }: NodeTime, warmup: number): Item {
  const [place, ...rest] = name.split('/');
  const dot = place.lastIndexOf('.');
  const time = meanAfter(milliseconds, warmup);
  if (rest.length === 0 || dot < 0) {
    return { kind: 'put in by the runtime', layer: 'put in by the runtime', operator, milliseconds: time };
  }
  const [scope, op] = [place.slice(0, dot), place.slice(dot + 1)];
  return { kind: kindOf(op, scope.endsWith(GRADIENT)), layer: layerOf(scope), operator, milliseconds: time };
}

function kindOf(op: string, isGradient: boolean): string {
  const kind = KINDS[op] ?? 'normalisation, activations, losses';
  return kind === 'convolutions' ? `${kind}: ${isGradient ? 'gradients by inputs' : 'forward'}` : kind;
}

function layerOf(scope: string): string {
  const layer = scope.endsWith(GRADIENT) ? scope.slice(0, -GRADIENT.length) : scope;
  return layer === '' ? 'losses and images' : layer;
}

function updatesOf(updates: ReadonlyMap<string, readonly number[]>, warmup: number): Item[] {
  return [...updates].map(([name, milliseconds]) => ({
    kind: 'optimiser',
    layer: `Adam of ${name}`,
    operator: 'Adam',
    milliseconds: meanAfter(milliseconds, warmup),
  }));
}

/** Trace files hold a node as often as it ran, so the first runs can be told. */
function meanAfter(values: readonly number[], warmup: number): number {
  const counted = values.slice(warmup);
  return counted.reduce((sum, value) => sum + value, 0) / Math.max(1, counted.length);
}

function group(items: readonly Item[], key: 'kind' | 'layer' | 'operator', total: number): ProfileRow[] {
  const sums = new Map<string, number>();
  for (const item of items) sums.set(item[key], (sums.get(item[key]) ?? 0) + item.milliseconds);
  return [...sums]
    .map(([what, milliseconds]) => ({ what, milliseconds, share: milliseconds / total }))
    .sort((a, b) => b.milliseconds - a.milliseconds);
}
