/** The channels that `--show_bands` names; undefined where nothing was given. */
export function parseBands(text: string): readonly number[] | undefined {
  return text === '' ? undefined : text.split(',').map(Number);
}

/** What is wrong with a list of channels, or nothing. */
export function bandsFault(text: string): string | undefined {
  if (text === '') return undefined;
  const bands = text.split(',');
  const isList = bands.every((band) => /^\d{1,4}$/.test(band)) && (bands.length === 1 || bands.length === 3);
  return isList ? undefined : 'is one channel or three, counted from 0: 3,2,1';
}
