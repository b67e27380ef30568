import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { CHECKSUM_KINDS, type Checksum, type ChecksumKind } from '../../data/make/download/checksum.js';

/** The forms that a published generator has; see docs/interchange.md. */
const MODEL_FORMATS = ['pth', 'pict', 'onnx', 'safetensors'] as const;
export type ModelFormat = (typeof MODEL_FORMATS)[number];

/** A generator that a catalogue names, with the checksum of its file. */
export type CatalogueEntry = Described & Checksum;

interface Described {
  /** Becomes the name of a run or of a file. */
  readonly name: string;
  /** What it translates, in a line. */
  readonly about: string;
  /** As SPDX spells it, or as its makers do. */
  readonly licence: string;
  readonly format: ModelFormat;
  /** Of the file; a git blob's may be unknown, since its id is of the length too. */
  readonly bytes?: number;
  /** An address, or a file beside the catalogue. */
  readonly place: { readonly url: string } | { readonly file: string };
}

/** Larger ones cannot be read: memory and protobuf end before. */
const MOST_BYTES = 4e9;

const NAME = /^[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;
/** What the package has by names of its own, `demo:facades`, is no name of a file that is fetched. */
const NAME_OF_FILE = /^(demo:)?[\p{L}\p{N}][\p{L}\p{N}._-]{0,99}$/u;

/** What an entry must have: a field, how it must look, and in words. */
const RULES: readonly (readonly [field: string, fits: (value: unknown) => boolean, wanted: string])[] = [
  ['about', matches(/\S/), 'a line that says what it translates'],
  ['licence', matches(/\S/), 'the licence, such as MIT'],
];

const KINDS = Object.keys(CHECKSUM_KINDS) as ChecksumKind[];

function matches(pattern: RegExp) {
  return (value: unknown) => typeof value === 'string' && pattern.test(value);
}

function isSize(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0 && (value as number) <= MOST_BYTES;
}

/**
 * An entry as the catalogue's JSON has it, checked.
 *
 * @param base the catalogue's own address: `url` and `file` may be relative to it
 * @throws Pix2PixError naming the entry, the field, what it is and what it must be
 */
export function readEntry(value: unknown, place: number, base: URL): CatalogueEntry {
  const entry = (typeof value === 'object' && value !== null ? value : {}) as Record<string, unknown>;
  const refuse = (field: string, wanted: string): never => {
    throw new Pix2PixError(
      'the catalogue has an entry that cannot be used',
      {
        catalogue: base.href,
        entry: `${place + 1}, ${JSON.stringify(entry.name)}`,
        [field]: JSON.stringify(entry[field]) ?? 'missing',
        wanted,
      },
      'correct the entry: docs/interchange.md shows one',
    );
  };
  if (!matches(entry.file === undefined ? NAME : NAME_OF_FILE)(entry.name))
    refuse('name', 'letters, digits, ".", "_", "-", at most 100');
  for (const [field, fits, wanted] of RULES) if (!fits(entry[field])) refuse(field, wanted);
  const checksum = checksumOf(entry, refuse);
  if (!isSize(entry.bytes) && !(entry.bytes === undefined && checksum.gitBlob !== undefined))
    refuse('bytes', `the length of the file, at most ${MOST_BYTES}`);
  const address = addressOf(entry, base, refuse);
  const format = entry.format ?? address.pathname.match(/\.(\w+)$/)?.[1].toLowerCase();
  if (!MODEL_FORMATS.some((known) => known === format)) refuse('format', MODEL_FORMATS.join(', '));
  return {
    name: entry.name as string,
    about: entry.about as string,
    licence: entry.licence as string,
    format: format as ModelFormat,
    ...checksum,
    bytes: entry.bytes as number | undefined,
    place: entry.file === undefined ? { url: address.href } : { file: address.href },
  };
}

/** The one checksum that the entry has. */
function checksumOf(
  entry: Record<string, unknown>,
  refuse: (field: string, wanted: string) => never,
): Checksum {
  const [kind = 'sha256', other] = KINDS.filter((each) => entry[each] !== undefined);
  if (other !== undefined) refuse(other, `nothing beside ${kind}`);
  const hex = entry[kind];
  const { digits } = CHECKSUM_KINDS[kind];
  if (typeof hex === 'string' && hex.length === digits && /^[0-9a-f]*$/i.test(hex))
    return { [kind]: hex.toLowerCase() } as unknown as Checksum;
  return refuse(kind, `${digits} hexadecimal digits${hex === undefined ? ', or gitBlob with 40' : ''}`);
}

/** Where it is: `url` in the network, or `file` beside a catalogue that is a file itself. */
function addressOf(
  { url, file }: Record<string, unknown>,
  base: URL,
  refuse: (field: string, wanted: string) => never,
): URL {
  if (file !== undefined) {
    const isHere = typeof file === 'string' && base.protocol === 'file:' && URL.canParse(file, base.href);
    const found = isHere ? new URL(file, base) : undefined;
    return found?.protocol === 'file:' ? found : refuse('file', 'a file beside a catalogue that is a file');
  }
  const found = typeof url === 'string' && URL.canParse(url, base.href) ? new URL(url, base) : undefined;
  const isWeb = found?.protocol === 'https:' || found?.protocol === 'http:';
  return isWeb ? found : refuse('url', 'an http or https address');
}
