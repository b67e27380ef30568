/**
 * The options of pixels as they are for a generator from B to A (CycleGAN's G_B): what went in comes out.
 * @param options of the training, by flag
 */
export function reversedOptions(
  options: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { value_range: input = '', output_range: output, label_side: side = 'input' } = options;
  const [first, second] = String(options.resize_filter ?? 'bicubic').split(',');
  const sides: Readonly<Record<string, string>> = { input: 'output', output: 'input', both: 'both' };
  return {
    ...options,
    ...(options.input_nc !== undefined && { input_nc: options.output_nc, output_nc: options.input_nc }),
    ...{ value_range: output || input, output_range: input, label_side: sides[String(side)] },
    ...{ resize_filter: `${second ?? first},${first}`, input_folders: '' },
  };
}
