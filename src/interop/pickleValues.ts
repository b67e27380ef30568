import { printable, Refusal } from './refusal.js';

/** A class or function of Python that a pickle names. */
export class Global {
  constructor(
    readonly module: string,
    readonly name: string,
  ) {}

  toString(): string {
    return `${this.module}.${this.name}`;
  }
}

/** A tuple of Python: unlike a list it does not change any more. */
export class Tuple {
  constructor(readonly items: readonly PickleValue[]) {}
}

/** A dict or an OrderedDict of Python. Keys are strings and numbers; none may be set twice. */
export class Dict {
  readonly entries = new Map<string | number, PickleValue>();

  set(key: PickleValue, value: PickleValue): void {
    if (typeof key !== 'string' && typeof key !== 'number') {
      throw new Refusal(`a dictionary has ${describeValue(key)} for a key`);
    }
    if (this.entries.has(key)) throw new Refusal(`a dictionary has the key ${printable(key)} twice`);
    this.entries.set(key, value);
  }
}

/** The base class of an application's own objects, which the machine can hold without knowing them. */
export abstract class PickleObject {
  /** As a message calls it: `a tensor`. */
  abstract readonly kind: string;
}

/** Everything that a pickle can hold here. Lists are arrays. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Global
  | Tuple
  | Dict
  | PickleObject
  | PickleValue[];

/** The kind of a value, for a message. Its content is not examined, since it may contain itself. */
export function describeValue(value: PickleValue | undefined): string {
  if (value === undefined || value === null) return 'None';
  if (value instanceof Global) return `${value}`;
  if (value instanceof Tuple) return `a tuple of ${value.items.length}`;
  if (value instanceof Dict) return `a dictionary of ${value.entries.size}`;
  if (value instanceof PickleObject) return value.kind;
  if (Array.isArray(value)) return `a list of ${value.length}`;
  return printable(value);
}
