/** The facts about an adapter that decide whether it is used, in the words of its driver. */
export interface AdapterFacts {
  /** For messages: `nvidia-h200`. */
  readonly name: string;
  readonly vendor: string;
  readonly architecture: string;
  /** The driver with its version, where the adapter tells. */
  readonly driver: string;
  /** Whether it is a processor that pretends to be a GPU, slower than computing on the processor itself. */
  readonly isSoftware: boolean;
}

/** Names by which renderers in software are known: Chrome's, Mesa's two, and Windows'. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|microsoft basic render|\bwarp\b/i;

/** Reads what an adapter says of itself. */
export function adapterFacts({ info }: Pick<GPUAdapter, 'info'>): AdapterFacts {
  const { vendor, architecture, device, description } = info;
  const all = [vendor, architecture, device, description].join(' ');
  return {
    name: device.replace(/-+$/, '') || description || architecture || vendor || 'an adapter without a name',
    vendor,
    architecture,
    driver: description,
    isSoftware: info.isFallbackAdapter === true || SOFTWARE.test(all),
  };
}
