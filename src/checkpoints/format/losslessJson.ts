/**
 * JSON that gives back the numbers it was given. Plain JSON turns Infinity (`max_dataset_size` by default) and NaN into
 * null, -0 into 0, and refuses bigints; here they are written as `{ "$number": "Infinity" }` and read back.
 * Properties that are undefined are left out, as in plain JSON.
 */
export function stringifyLossless(value: unknown, indent?: number): string {
  return JSON.stringify(value, (_, item: unknown) => encode(item), indent);
}

/**
 * Reads what `stringifyLossless` wrote; plain JSON reads as itself.
 * @throws SyntaxError for malformed text, and for a key `__proto__`, which would change what an object inherits when it
 * is copied
 */
export function parseLossless(text: string): unknown {
  return JSON.parse(text, (key: string, item: unknown) => {
    if (key === '__proto__') throw new SyntaxError('the key __proto__ is not allowed');
    return decode(item);
  });
}

function encode(item: unknown): unknown {
  if (typeof item === 'bigint') return { $bigint: String(item) };
  if (typeof item === 'number' && Object.is(item, -0)) return { $number: '-0' };
  if (typeof item === 'number' && !Number.isFinite(item)) return { $number: String(item) };
  return item;
}

function decode(item: unknown): unknown {
  if (typeof item !== 'object' || item === null) return item;
  const entries = Object.entries(item);
  if (entries.length !== 1) return item;
  const [key, text] = entries[0];
  if (key === '$number' && ['NaN', 'Infinity', '-Infinity', '-0'].includes(text)) return Number(text);
  if (key === '$bigint' && typeof text === 'string' && /^-?\d{1,400}$/.test(text)) return BigInt(text);
  return item;
}
