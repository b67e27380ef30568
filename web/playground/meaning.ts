import type { SideFormat } from '../../src/data/batch/sideFormat.js';
import type { GeneratorInfo } from '../../src/inference/portable/generatorInfo.js';
import { formatsOfGenerator } from '../../src/inference/portable/imageFormats.js';

/** What the numbers of a generator mean whose pictures are none: a sentence for each side. */
export function meaningOf(info: GeneratorInfo): string[] {
  const { input, output } = formatsOfGenerator(info);
  return [...sideInWords('drawing', input), ...sideInWords('translation', output)];
}

function sideInWords(what: string, side: SideFormat): string[] {
  if (side.kind === 'labels') return [`The ${what} has the colours of ${side.channels} classes.`];
  if (side.kind !== 'values' || side.range === undefined) return [];
  const channels = side.range.map(([low, high], i) => {
    const channel = side.range!.length > 1 ? ` in channel ${i}` : '';
    return `black for ${low} and white for ${high}${channel}`;
  });
  return [`The ${what} has ${channels.join(', ')}.`];
}
