import type { RunSession } from '../writing/runRecord.js';

type Value = string | number | boolean | null | undefined;

/** An option of a run as it was last trained, and where its value comes from. Sessions count from 1. */
export interface OptionOrigin {
  readonly name: string;
  readonly value: Value;
  /** The session in which a person gave the value; absent for one that was left to its default. */
  readonly givenIn?: number;
  /** The value before it changed last, and the session that still had it. */
  readonly before?: { readonly value: Value; readonly session: number };
}

/**
 * The options of the last session, which went on with what earlier ones had been given: only the whole way from the
 * beginning tells which of them were left to their defaults. In the order of their names.
 */
export function optionOrigins(sessions: readonly RunSession[]): OptionOrigin[] {
  let origins = new Map<string, OptionOrigin>();
  let last = 0;
  for (const number of lineage(sessions)) {
    const { options, given } = sessions[number - 1];
    const earlier = origins;
    origins = new Map(
      Object.entries(options).map(([name, value]) => {
        const known = earlier.get(name);
        const isSame = known === undefined || known.value === value;
        const before = isSame ? known?.before : { value: known.value, session: last };
        const givenIn = given.includes(name) ? number : isSame ? known?.givenIn : undefined;
        return [name, { name, value, givenIn, before }];
      }),
    );
    last = number;
  }
  return [...origins.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Whether all that was ever given is on record: not of a run whose checkpoint comes from elsewhere. */
export function isWholeHistory(sessions: readonly RunSession[]): boolean {
  const [first] = lineage(sessions);
  return first !== undefined && !continues(sessions[first - 1]);
}

/** The numbers of the sessions that led to the last one: each went on with a checkpoint of the one before it. */
function lineage(sessions: readonly RunSession[]): number[] {
  const numbers: number[] = [];
  for (let number = sessions.length; number > 0; ) {
    numbers.unshift(number);
    const session = sessions[number - 1];
    if (!continues(session)) break;
    const parent = sessions.findIndex(({ id }) => id === session.resumedFrom?.session) + 1;
    number = parent > 0 && parent < number ? parent : number - 1;
  }
  return numbers;
}

function continues({ options, resumedFrom }: RunSession): boolean {
  return resumedFrom !== undefined || options.continue_train === true;
}
