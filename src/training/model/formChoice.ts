import type { Program } from '../../engine/ir/program.js';
import type { FormChooser } from '../../engine/onnx/graphBuilder.js';
import { chooseByRule } from '../../engine/runtime/forms.js';
import { FormTable } from '../../engine/runtime/formTable.js';
import type { TestOptions } from '../../options/testOptions.js';
import type { TrainOptions } from '../../options/trainOptions.js';

/** How the forms of a program's layers are chosen by `--layer_forms`. @param print told when layers are timed */
export function formChoice(
  { layerForms, intraThreads }: TrainOptions | TestOptions,
  print: (text: string) => void,
): (program: Program) => FormChooser | Promise<FormChooser> {
  if (layerForms === 'rule') return () => chooseByRule;
  const announce = (layers: number) =>
    print(`timing ${layers} layers in all their forms, once for this machine`);
  const table = new FormTable({ threads: intraThreads, announce });
  return (program) => table.chooserFor(program);
}
