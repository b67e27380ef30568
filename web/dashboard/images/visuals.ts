/** The role of an image in its sample. */
export type Role = 'input' | 'output' | 'target' | 'cycle' | 'identity' | 'other';

/** One image of a sample, at every step at which it was kept. */
export interface Visual {
  readonly tag: string;
  /** As the model names it: `fake_B`. */
  readonly name: string;
  /** As the page shows it: `output`. */
  readonly label: string;
  readonly role: Role;
}

/** The images of one sample, in the rows in which they say most. */
export interface Sample {
  /** The part that its tags share: `visuals` of `visuals/fake_B`; empty where a tag has no such part. */
  readonly id: string;
  readonly rows: readonly (readonly Visual[])[];
}

/** Names of models of pairs: an image, what was made of it, what should have been made of it. */
const PAIRED: readonly (readonly [pattern: RegExp, role: Role, label: string])[] = [
  [/^(real_A|input|source)(_rgb)?$/i, 'input', 'input'],
  [/^(fake_B|output|pred|prediction|generated)(_rgb)?$/i, 'output', 'output'],
  [/^(real_B|target|gt|ground_?truth)(_rgb)?$/i, 'target', 'target'],
  [/^fake$/, 'output', 'made'],
  [/^real$/, 'target', 'real'],
];

/** Names of models that translate both ways: one row from each side, as the reference shows them. */
const CYCLE: readonly (readonly [name: string, role: Role, label: string])[][] = [
  [
    ['real_A', 'input', 'A'],
    ['fake_B', 'output', 'A → B'],
    ['rec_A', 'cycle', 'A → B → A'],
    ['idt_B', 'identity', 'A as A'],
  ],
  [
    ['real_B', 'input', 'B'],
    ['fake_A', 'output', 'B → A'],
    ['rec_B', 'cycle', 'B → A → B'],
    ['idt_A', 'identity', 'B as B'],
  ],
];

/** Images that no rule knows are put in rows of so many. */
const ROW = 4;

const byNumber = new Intl.Collator('en', { numeric: true });

/**
 * Groups tags of images by sample and puts those of a sample in order: input, output, target; for CycleGAN a row from
 * each side; whatever else there is comes after, by name.
 */
export function arrangeVisuals(tags: readonly string[]): Sample[] {
  const samples = new Map<string, string[]>();
  for (const tag of new Set(tags)) {
    const id = tag.slice(0, Math.max(0, tag.lastIndexOf('/')));
    samples.set(id, [...(samples.get(id) ?? []), tag]);
  }
  return [...samples]
    .sort(([a], [b]) => byNumber.compare(a, b))
    .map(([id, found]) => ({ id, rows: rowsOf(new Map(found.map((tag) => [nameOf(tag), tag]))) }));
}

/** The title of a sample. */
export function titleOfSample({ id }: Sample): string {
  if (id === 'visuals') return 'Of the batch of the step';
  const fixed = fixedNumber(id);
  return fixed === undefined ? id : `Validation image ${fixed}`;
}

/** Whether an image stays as it is through the training, and so is kept only once. */
export function isStill({ tag, role }: Visual): boolean {
  return (role === 'input' || role === 'target') && fixedNumber(tag) !== undefined;
}

/** 2 of `samples/2` and `samples/2/fake_B`. */
function fixedNumber(tag: string): string | undefined {
  return /^samples\/(\d+)(\/|$)/.exec(tag)?.[1];
}

/** `fake_B` of `visuals/fake_B`. */
function nameOf(tag: string): string {
  return tag.slice(tag.lastIndexOf('/') + 1);
}

function rowsOf(tags: ReadonlyMap<string, string>): Visual[][] {
  const known = isCycle(tags) ? cycleRows(tags) : [pairedRow(tags)];
  const placed = new Set(known.flat().map(({ tag }) => tag));
  const others = [...tags]
    .filter(([, tag]) => !placed.has(tag))
    .sort(([a], [b]) => byNumber.compare(a, b))
    .map(([name, tag]): Visual => ({ tag, name, label: name, role: 'other' }));
  const rows = Array.from({ length: Math.ceil(others.length / ROW) }, (_, i) =>
    others.slice(i * ROW, (i + 1) * ROW),
  );
  return [...known, ...rows].filter((row) => row.length > 0);
}

function isCycle(tags: ReadonlyMap<string, string>): boolean {
  return tags.has('rec_A') || tags.has('rec_B') || (tags.has('fake_A') && tags.has('fake_B'));
}

function cycleRows(tags: ReadonlyMap<string, string>): Visual[][] {
  return CYCLE.map((row) =>
    row.flatMap(([name, role, label]): Visual[] => {
      const tag = tags.get(name);
      return tag === undefined ? [] : [{ tag, name, label, role }];
    }),
  );
}

function pairedRow(tags: ReadonlyMap<string, string>): Visual[] {
  return PAIRED.flatMap(([pattern, role, label]): Visual[] => {
    const found = [...tags].find(([name]) => pattern.test(name));
    return found === undefined ? [] : [{ tag: found[1], name: found[0], label, role }];
  });
}

/**
 * Which two images of a sample a difference is taken between until somebody chooses: output and target, or input and
 * its way there and back, or the first two.
 */
export function comparedVisuals(visuals: readonly Visual[]): readonly [Visual, Visual] | undefined {
  const of = (role: Role) => visuals.find((visual) => visual.role === role);
  const [input, output, target, cycle] = [of('input'), of('output'), of('target'), of('cycle')];
  if (output !== undefined && target !== undefined) return [output, target];
  if (input !== undefined && cycle !== undefined) return [input, cycle];
  return visuals.length > 1 ? [visuals[0], visuals[1]] : undefined;
}
