import { Pix2PixError } from '../base/errors/pix2pixError.js';

/**
 * That sharp does not load, with what helps; undefined for any other error. Under Yarn's Plug'n'Play sharp finds its own
 * library by the name that Yarn gives the folder of a package, which is another one where the registry's tarballs lie
 * on another server than it.
 */
export function missingSharp(
  error: unknown,
  isPlugAndPlay = 'pnp' in process.versions,
): Pix2PixError | undefined {
  const [first, reason = first] = error instanceof Error ? error.message.split('\n') : [''];
  if (!first.startsWith('Could not load the "sharp" module')) return undefined;
  const fix = isPlugAndPlay
    ? 'put the line "nodeLinker: node-modules" into .yarnrc.yml, then: yarn install'
    : 'install it again with its optional dependencies; https://sharp.pixelplumbing.com/install has more';
  return new Pix2PixError('sharp, which reads and writes images, does not load', { reason }, fix, {
    cause: error,
  });
}
