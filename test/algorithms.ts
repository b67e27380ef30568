import { type AlgorithmChooser, layerChoices } from '../src/engine/ir/layer.js';
import type { Program } from '../src/engine/ir/program.js';

/** Always the op's own lowering. */
export const direct: AlgorithmChooser = () => 'direct';

/** The given algorithm where the layer has it. */
export const prefer =
  (wanted: string): AlgorithmChooser =>
  ({ algorithms }) =>
    algorithms.includes(wanted) ? wanted : 'direct';

/** The algorithms among which a program's layers have a choice, each once. */
export function algorithmsOf(program: Program): string[] {
  return [...new Set(layerChoices(program).flatMap(({ layer }) => layer.algorithms))];
}
