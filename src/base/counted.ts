/** So many of something in words: `1 image`, `2 images`. @param one a word whose plural ends in s */
export function counted(count: number, one: string): string {
  return `${count} ${one}${count === 1 ? '' : 's'}`;
}
