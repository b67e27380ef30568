import { cpus } from 'node:os';
import type { AlgorithmChooser } from '../../engine/ir/layer.js';
import type { Program } from '../../engine/ir/program.js';
import { chooseByRule } from '../../engine/runtime/algorithmRules.js';
import { Autotuner } from '../../engine/runtime/autotuner.js';
import { timeAlgorithms } from '../../engine/runtime/layerTiming.js';
import { runtimeVersion } from '../../engine/runtime/session.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { TunedChoicesFile } from '../tunedChoicesFile.js';

/** Runs of each algorithm that count. */
const ROUNDS = 3;

/** How the algorithms of a program's layers are chosen by `--layer_forms`. @param print told when layers are timed */
export function algorithmChoice(
  { layerForms, intraThreads }: TrainOptions | TestOptions,
  print: (text: string) => void,
): (program: Program) => AlgorithmChooser | Promise<AlgorithmChooser> {
  if (layerForms === 'rule') return () => chooseByRule;
  const autotuner = new Autotuner({
    fingerprint: fingerprint(intraThreads),
    time: (value, algorithms) => timeAlgorithms(value, algorithms, intraThreads, ROUNDS),
    store: new TunedChoicesFile(),
  });
  const announce = (layers: number) =>
    print(`timing ${layers} layers by all their algorithms, once for this machine`);
  return (program) => autotuner.chooserFor(program, announce);
}

function fingerprint(threads: number): string {
  return `${cpus()[0]?.model.trim()}, ${threads || cpus().length} threads, ${runtimeVersion()}`;
}
