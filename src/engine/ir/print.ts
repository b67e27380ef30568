import { type Program, valuesOf } from './program.js';
import { formatType } from './tensorType.js';
import type { Value } from './value.js';

/**
 * One typed line per value, operands first:
 *
 * ```
 * %12 = conv2d(%10, %11) {"stride":2,"padding":1} : f32[1,64,128,128]   generator.down.0
 * ```
 */
export function print(program: Program): string {
  const lines = valuesOf(program).map((value) =>
    `%${value.id} = ${describe(value)} : ${formatType(value.type)}   ${value.source.scope}`.trimEnd(),
  );
  for (const step of program.hostSteps) {
    lines.push(`host ${step.kind} ${step.name}(${step.inputs.map((value) => `%${value.id}`).join(', ')})`);
  }
  for (const [state, value] of program.writes) lines.push(`write ${state.name} <- %${value.id}`);
  for (const [name, value] of program.outputs) lines.push(`output ${name} = %${value.id}`);
  return lines.join('\n');
}

function describe({ source }: Value): string {
  switch (source.kind) {
    case 'input':
      return `input ${source.name}`;
    case 'constant':
      return `constant ${source.data.slice(0, 4).join(', ')}${source.data.length > 4 ? ', ...' : ''}`;
    case 'state':
      return `state ${source.state.name}`;
    case 'updated':
      return `state ${source.state.name} after ${source.by.kind} ${source.by.name}`;
    case 'op': {
      const operands = source.inputs.map((input) => `%${input.id}`).join(', ');
      const attributes = JSON.stringify(source.attributes);
      return `${source.op.name}(${operands})${attributes === '{}' ? '' : ` ${attributes}`}`;
    }
  }
}
