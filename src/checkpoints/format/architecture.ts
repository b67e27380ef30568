import { Pix2PixError } from '../../base/errors/pix2pixError.js';

type Shapes = ReadonlyMap<string, readonly number[]>;
type Found = ReadonlyMap<string, { readonly shape: readonly number[] }>;

/** How many names of each kind a message lists. */
const LISTED = 8;

/**
 * Compares the tensors that a network expects with those of a file, before anything is read.
 * @param expected shapes by name
 * @param found the file's tensors (`SafetensorsFile.tensors`)
 * @param place what is loaded, for the message: the file's path
 * @throws Pix2PixError listing what is missing, unexpected, or of another shape: the first 8 of each, and how many
 */
export function requireSameTensors(expected: Shapes, found: Found, place: string): void {
  const missing = [...expected.keys()].filter((name) => !found.has(name));
  const unexpected = [...found.keys()].filter((name) => !expected.has(name));
  const otherShape: string[] = [];
  for (const [name, shape] of expected) {
    const other = found.get(name)?.shape;
    if (other !== undefined && `${other}` !== `${shape}`) {
      otherShape.push(`${name}: file [${other.join(',')}], network [${shape.join(',')}]`);
    }
  }
  if (missing.length + unexpected.length + otherShape.length === 0) return;
  throw new Pix2PixError(
    'the checkpoint is of another architecture',
    {
      file: place,
      ...listed('missing in file', missing),
      ...listed('unknown to network', unexpected),
      ...listed('other shape', otherShape),
    },
    'pass the options that it was trained with (netG, netD, ngf, ndf, norm, input_nc, output_nc, n_layers_D)',
  );
}

function listed(label: string, items: readonly string[]): Record<string, string> {
  if (items.length === 0) return {};
  const rest = items.length > LISTED ? `; and ${items.length - LISTED} more` : '';
  return { [`${label} (${items.length})`]: items.slice(0, LISTED).join('; ') + rest };
}
