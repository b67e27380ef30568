import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { Atom, Index } from '../ir/loopForm.js';
import { f32 } from '../ir/tensorType.js';
import {
  abs,
  difference,
  div,
  flatten,
  fromData,
  mod,
  sum,
  times,
  unflatten,
  variable,
  variables,
  whole,
} from './indices.js';
import { external } from './tensors.js';

const EXTENTS = [3, 1, 5, 4];

/** An index, and the function of the variables that it stands for. */
interface Drawn {
  readonly index: Index;
  readonly at: (point: readonly number[]) => number;
}

const leaves: fc.Arbitrary<Drawn> = fc.oneof(
  fc.nat(EXTENTS.length - 1).map((axis) => ({
    index: variable(axis, EXTENTS[axis]),
    at: (point: readonly number[]) => point[axis],
  })),
  fc.integer({ min: -9, max: 9 }).map((constant) => ({ index: whole(constant), at: () => constant })),
);

const { drawn } = fc.letrec<{ drawn: Drawn }>((tie) => ({
  drawn: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaves,
    fc.tuple(tie('drawn'), tie('drawn')).map(([a, b]) => ({
      index: sum(a.index, b.index),
      at: (point: readonly number[]) => a.at(point) + b.at(point),
    })),
    fc.tuple(tie('drawn'), fc.integer({ min: -6, max: 6 })).map(([a, factor]) => ({
      index: times(a.index, factor),
      at: (point: readonly number[]) => a.at(point) * factor,
    })),
    fc.tuple(tie('drawn'), fc.integer({ min: 1, max: 6 })).map(([a, by]) => ({
      index: div(a.index, by),
      at: (point: readonly number[]) => Math.floor(a.at(point) / by),
    })),
    fc.tuple(tie('drawn'), fc.integer({ min: 1, max: 6 })).map(([a, by]) => ({
      index: mod(a.index, by),
      at: (point: readonly number[]) => a.at(point) - by * Math.floor(a.at(point) / by),
    })),
    tie('drawn').map((a) => ({
      index: abs(a.index),
      at: (point: readonly number[]) => Math.abs(a.at(point)),
    })),
  ),
}));

function evaluate({ terms, constant }: Index, point: readonly number[]): number {
  return terms.reduce((total, { atom, factor }) => total + factor * evaluateAtom(atom, point), constant);
}

function evaluateAtom(atom: Atom, point: readonly number[]): number {
  if (atom.kind === 'variable') return point[atom.axis];
  if (atom.kind === 'data') throw new Error('there is no data here');
  const inner = evaluate(atom.index, point);
  if (atom.kind === 'abs') return Math.abs(inner);
  const quotient = Math.floor(inner / atom.by);
  return atom.kind === 'div' ? quotient : inner - atom.by * quotient;
}

const points = EXTENTS.reduce<number[][]>(
  (outer, extent) => outer.flatMap((point) => Array.from({ length: extent }, (_, i) => [...point, i])),
  [[]],
);

test('an index has the value of the arithmetic that it is made by, and lies within its bounds', () =>
  fc.assert(
    fc.property(drawn, ({ index, at }) => {
      for (const point of points) {
        const value = evaluate(index, point);
        assert.ok(value === at(point), `${value}, not ${at(point)}`);
        assert.ok(index.low <= value && value <= index.high, `${value} in ${index.low} ... ${index.high}`);
      }
    }),
    { numRuns: 500, seed: 16 },
  ));

test('equal indices are one object, whatever they are made by', () => {
  const [i, j] = variables([6, 4]);
  assert.equal(sum(times(i, 4), j), sum(j, times(i, 2), times(i, 2), 7, -7));
  assert.equal(div(sum(times(i, 4), j), 4), i, 'the rest lies in 0 ... 3');
  assert.equal(mod(sum(times(i, 4), j), 4), j);
  assert.equal(mod(sum(j, -4), 4), j);
  assert.equal(abs(sum(i, -9)), sum(times(i, -1), 9));
  assert.equal(difference(i, i), whole(0));
  assert.equal(variable(3, 1), whole(0), 'an axis of one element has no variable');
  assert.notEqual(variable(0, 6), variable(0, 5));
});

test('places and indices are each other’s inverse', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }), (extents) => {
      const at = variables(extents);
      assert.deepEqual(unflatten(flatten(at, extents), extents), at);
    }),
    { numRuns: 50, seed: 16 },
  ));

test('what is read from data may be any number', () => {
  const index = sum(fromData(external('offsets', f32(4)), [variable(0, 4)]), 3);
  assert.deepEqual([index.low, index.high], [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]);
});
