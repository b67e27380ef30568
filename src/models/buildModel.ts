import { Pix2PixError } from '../base/errors/pix2pixError.js';
import type { ModelDefinition, ModelGraph, ModelOptions } from './definition.js';
import { freezeWeights } from './freeze.js';
import { TrainingStep } from './stepDefinition.js';

/** How a step is written: `examples/customModel.ts` is one. */
const FORM =
  'step: defineStep({ shared: (step, size) => ({ realA, fakeB, ... }), ' +
  'parts: { D: (step, shared) => losses, G: (step, shared) => losses } })';

/**
 * A model built for given options. Throws Pix2PixError when they contradict each other, and for a definition whose
 * training step is not made of parts: it could ignore which of them are asked for.
 */
export function buildModel(definition: ModelDefinition, opt: ModelOptions): ModelGraph {
  const graph = definition.build(opt);
  const isOld = 'trainStep' in graph;
  if (!isOld && (graph.step instanceof TrainingStep || (graph.step === undefined && definition.onlyTests))) {
    if (opt.precision === 'mixed') graph.step?.inMixedPrecision(graph.optimisers.map(({ name }) => name));
    return frozen(graph, opt);
  }
  throw new Pix2PixError(
    `--model ${definition.name}: the training step is not in the form that is needed`,
    { found: isOld ? 'trainStep: (size, parts) => ...' : `step: ${typeof graph.step}`, expected: FORM },
    'give each part of the step as a function of its own; see examples/customModel.ts and CHANGELOG.md',
  );
}

function frozen(graph: ModelGraph, { isTrain, freeze }: ModelOptions): ModelGraph {
  if (isTrain && typeof freeze === 'string' && freeze !== '') freezeWeights(graph, freeze);
  return graph;
}
