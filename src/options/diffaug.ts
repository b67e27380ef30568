/** The augmentations of `--diffaug`, in the order in which they are applied. */
export const diffAugmentations = ['color', 'translation', 'cutout'] as const;
export type DiffAugmentation = (typeof diffAugmentations)[number];

/** The augmentations of a list such as `color,cutout`; none for an empty one. */
export function parseDiffaug(list: string): DiffAugmentation[] {
  const names = namesIn(list);
  return diffAugmentations.filter((name) => names.includes(name));
}

/** The problem with a `--diffaug`, or undefined when there is none. */
export function diffaugFault(list: string): string | undefined {
  const unknown = namesIn(list).find((name) => !(diffAugmentations as readonly string[]).includes(name));
  return unknown === undefined ? undefined : `there is ${diffAugmentations.join(', ')}`;
}

function namesIn(list: string): string[] {
  return list === '' ? [] : list.split(',').map((name) => name.trim());
}
