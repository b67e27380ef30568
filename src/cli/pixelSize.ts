import { InvalidArgumentError } from 'commander';

/** Reads `256` or `512x256`, width x height, from the command line, for commander. */
export function readSize(text: string): { width: number; height: number } {
  const [, width, height = width] = /^(\d{1,5})(?:x(\d{1,5}))?$/.exec(text) ?? [];
  const size = { width: Number(width), height: Number(height) };
  if (size.width >= 1 && size.height >= 1) return size;
  throw new InvalidArgumentError('It is a side, or width x height, such as 512x256.');
}
