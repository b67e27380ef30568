/** Tensors by their names. */
export type Weights = ReadonlyMap<string, { readonly shape: readonly number[]; readonly data: Float32Array }>;

interface Entry {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly data_offsets: readonly [number, number];
}

/** The floats of a safetensors file; bytes are multiplied by the scale of their channel, `<name>.scale`. */
export async function readWeights(address: string): Promise<Weights> {
  const file = await (await fetch(address)).arrayBuffer();
  const length = Number(new DataView(file).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(file, 8, length))) as Record<
    string,
    Entry
  >;
  const bytesOf = ({ data_offsets: [start, end] }: Entry) => file.slice(8 + length + start, 8 + length + end);
  const weights = new Map<string, { shape: readonly number[]; data: Float32Array }>();
  for (const [name, entry] of Object.entries(header)) {
    const { dtype, shape } = entry;
    if (dtype === 'F32') weights.set(name, { shape, data: new Float32Array(bytesOf(entry)) });
    if (dtype !== 'I8') continue;
    const { shape: along, ...scale } = header[`${name}.scale`];
    const scales = new Float32Array(bytesOf({ ...scale, shape: along }));
    const [first, second, ...kernel] = shape;
    const area = kernel.reduce((a, b) => a * b, 1);
    const channelOf = (i: number) =>
      along[0] === 1 ? Math.floor(i / area) % second : Math.floor(i / (area * second));
    const data = Float32Array.from(new Int8Array(bytesOf(entry)), (byte, i) => byte * scales[channelOf(i)]);
    if (scales.length !== (along[0] === 1 ? second : first)) throw new Error(`${name}: odd scales`);
    weights.set(name, { shape, data });
  }
  return weights;
}
