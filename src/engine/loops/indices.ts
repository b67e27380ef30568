import type { Atom, Index, Tensor, Term } from '../ir/loopForm.js';
import { InternTable, ids } from './intern.js';

const indices = new InternTable<Index>();
const atoms = new InternTable<Atom>();

/** The whole number itself. */
export function whole(constant: number): Index {
  return fromTerms([], constant);
}

/** The variable of an axis of this extent; 0 where there is only one element. */
export function variable(axis: number, extent: number): Index {
  if (extent === 1) return whole(0);
  const key = `variable ${axis} ${extent}`;
  return ofAtom(atoms.get(key, (id) => ({ id, kind: 'variable', axis, extent, low: 0, high: extent - 1 })));
}

/** The variables of axes of these extents, from axis `first` on. */
export function variables(extents: readonly number[], first = 0): Index[] {
  return extents.map((extent, i) => variable(first + i, extent));
}

/** The sum; numbers stand for themselves. */
export function sum(...parts: readonly (Index | number)[]): Index {
  const factors = new Map<Atom, number>();
  let constant = 0;
  for (const part of parts) {
    if (typeof part === 'number') constant += part;
    else {
      constant += part.constant;
      for (const { atom, factor } of part.terms) factors.set(atom, (factors.get(atom) ?? 0) + factor);
    }
  }
  return fromTerms(
    [...factors].map(([atom, factor]) => ({ atom, factor })),
    constant,
  );
}

/** factor · index */
export function times(index: Index, factor: number): Index {
  const terms = index.terms.map((term) => ({ ...term, factor: term.factor * factor }));
  return fromTerms(terms, index.constant * factor);
}

export function difference(a: Index, b: Index): Index {
  return sum(a, times(b, -1));
}

/** ⌊index / by⌋ */
export function div(index: Index, by: number): Index {
  const { multiple, rest } = splitBy(index, by);
  const [low, high] = [Math.floor(rest.low / by), Math.floor(rest.high / by)];
  if (low === high) return sum(multiple, low);
  const key = `div ${rest.id} ${by}`;
  return sum(multiple, ofAtom(atoms.get(key, (id) => ({ id, kind: 'div', index: rest, by, low, high }))));
}

/** index - by · ⌊index / by⌋ */
export function mod(index: Index, by: number): Index {
  const { rest } = splitBy(index, by);
  const turns = Math.floor(rest.low / by);
  if (turns === Math.floor(rest.high / by)) return sum(rest, -turns * by);
  const key = `mod ${rest.id} ${by}`;
  return ofAtom(atoms.get(key, (id) => ({ id, kind: 'mod', index: rest, by, low: 0, high: by - 1 })));
}

/** index = by · multiple + rest, where the rest has no factor that `by` divides and a constant in 0 ... by - 1. */
function splitBy({ terms, constant }: Index, by: number): { multiple: Index; rest: Index } {
  const divides = ({ factor }: Term) => factor % by === 0;
  const turns = Math.floor(constant / by);
  return {
    multiple: fromTerms(
      terms.filter(divides).map((term) => ({ ...term, factor: term.factor / by })),
      turns,
    ),
    rest: fromTerms(
      terms.filter((term) => !divides(term)),
      constant - by * turns,
    ),
  };
}

/** |index| */
export function abs(index: Index): Index {
  if (index.low >= 0) return index;
  if (index.high <= 0) return times(index, -1);
  const high = Math.max(-index.low, index.high);
  const key = `abs ${index.id}`;
  return ofAtom(atoms.get(key, (id) => ({ id, kind: 'abs', index, low: 0, high })));
}

/** The whole number that stands there in a tensor: any number, so that it serves as an index only under a guard. */
export function fromData(tensor: Tensor, index: readonly Index[]): Index {
  const key = `data ${tensor.id} ${ids(index)}`;
  const [low, high] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  return ofAtom(atoms.get(key, (id) => ({ id, kind: 'data', tensor, index, low, high })));
}

/** The place of an element in row-major order. */
export function flatten(index: readonly Index[], extents: readonly number[]): Index {
  return index.reduce((flat, at, axis) => sum(times(flat, extents[axis]), at), whole(0));
}

/** The index of the element at a place in row-major order. */
export function unflatten(place: Index, extents: readonly number[]): Index[] {
  let stride = extents.reduce((product, extent) => product * extent, 1);
  return extents.map((extent) => {
    stride /= extent;
    return mod(div(place, stride), extent);
  });
}

function ofAtom(atom: Atom): Index {
  return fromTerms([{ atom, factor: 1 }], 0);
}

function fromTerms(all: readonly Term[], constant: number): Index {
  const terms = all.filter(({ factor }) => factor !== 0).sort((a, b) => a.atom.id - b.atom.id);
  const key = `${terms.map(({ atom, factor }) => `${factor}*${atom.id}`).join('+')}+${constant}`;
  return indices.get(key, (id) => {
    const ends = terms.map(({ atom, factor }) => [atom.low * factor, atom.high * factor]);
    const total = (of: (a: number, b: number) => number) =>
      ends.reduce((sum, [a, b]) => sum + of(a, b), constant);
    return { id, terms, constant, low: total(Math.min), high: total(Math.max) };
  });
}
