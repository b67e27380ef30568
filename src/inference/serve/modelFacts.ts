import type { RunChoice } from '../generatorFiles.js';
import { generatorWithoutWeights, type WithoutWeights } from '../withoutWeights.js';
import type { ServedModel } from './modelCatalogue.js';

/** What is known of models before their weights are read, until their files are others. */
export class ModelFacts {
  /** By model. */
  private readonly known = new Map<
    string,
    { readonly version: string; readonly generator: WithoutWeights | undefined }
  >();

  constructor(private readonly choice: RunChoice) {}

  /** Undefined where its files say nothing, as exported graphs and files of others do. */
  of({ name, version, source }: ServedModel): WithoutWeights | undefined {
    const known = this.known.get(name);
    if (known?.version === version) return known.generator;
    const generator = generatorWithoutWeights(source, this.choice);
    this.known.set(name, { version, generator });
    return generator;
  }
}
