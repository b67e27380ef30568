/** What `--diffaug` may name, in the order in which it is done. */
export const diffAugmentations = ['color', 'translation', 'cutout'] as const;
export type DiffAugmentation = (typeof diffAugmentations)[number];

/** The augmentations of a list such as `color,cutout`; none for an empty one. */
export function parseDiffaug(list: string): DiffAugmentation[] {
  const names = namesIn(list);
  return diffAugmentations.filter((name) => names.includes(name));
}

/** What is wrong with a `--diffaug`, or nothing. */
export function diffaugFault(list: string): string | undefined {
  const unknown = namesIn(list).find((name) => !(diffAugmentations as readonly string[]).includes(name));
  return unknown === undefined ? undefined : `there is ${diffAugmentations.join(', ')}`;
}

function namesIn(list: string): string[] {
  return list === '' ? [] : list.split(',').map((name) => name.trim());
}
