import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { withoutUpdates } from '../engine/ir/program.js';
import { withScope } from '../engine/ir/scope.js';
import { Trace } from '../engine/ir/trace.js';
import type { Value } from '../engine/ir/value.js';
import { extendForTestModel } from '../options/models/testModelOptions.js';
import type { GeneratorDefinition, ModelDefinition, ModelGraph, ModelOptions } from './definition.js';
import { type ImageSize, imageInput } from './images.js';
import { LabelTargets, makesLabels } from './labelTargets.js';
import { checkImageSize, defineG, sizeUnit } from './networks/define.js';
import { pairFormat } from './pairFormat.js';

/** One generator of a run, for images of one side without targets (the reference's models/test_model.py). */
export const testModel: ModelDefinition = {
  name: 'test',
  extend: extendForTestModel,
  onlyTests: true,
  imageUnit: ({ netG }) => sizeUnit(netG),
  build: testGraph,
};

function testGraph(opt: ModelOptions): ModelGraph {
  const { inputNc, outputNc, modelSuffix = '' } = opt;
  requireImages(outputNc);
  const network = `G${modelSuffix}`;
  const G = defineG(opt);
  const images = pairFormat(opt);
  const labels = makesLabels(opt) ? new LabelTargets(opt) : undefined;
  const apply = (trace: Trace, x: Value) =>
    images.around(x, (a) => {
      const given = withScope(network, () => G.apply(trace, a));
      return labels?.image(given) ?? given;
    });
  const generator: GeneratorDefinition = { network, inputNc, outputNc, apply };
  return {
    inputs: [{ name: 'real', channels: inputNc }],
    networks: { [network]: G },
    testNetworks: [network],
    generators: [generator],
    optimisers: [],
    lossNames: [],
    visualNames: ['real', 'fake'],
    forward: (size: ImageSize, training: boolean) => {
      checkImageSize(opt.netG, size.height, size.width);
      const trace = new Trace(training);
      const fake = apply(trace, imageInput(trace, 'real', inputNc, size));
      return withoutUpdates(trace.program({ fake }));
    },
  };
}

/** A generator's output must be an image by itself: colours without their lightness are none. */
function requireImages(outputNc: number): void {
  if (outputNc === 1 || outputNc === 3) return;
  throw new Pix2PixError(
    'the generator makes no images by itself',
    { output_nc: outputNc },
    'for a run of --model colorization leave out --model test, or use the command translate',
  );
}
