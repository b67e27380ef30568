import { machineMemory } from '../../../base/machineMemory.js';
import type { Program } from '../../ir/program.js';
import type { MemoryModel, MemoryNeeds, MemoryStrategy } from '../../runtime/memoryModel.js';
import { footprintOf, inStrategy, PARAMETER_BYTES } from '../../runtime/memoryPlan.js';

/*
 * Measured on Linux with onnxruntime-node 1.30: `npm run bench:growth` compares predictions with what steps take.
 * The runtime's temporaries are a multiple of the values that are alive at once, because ops have temporaries of their
 * own and memory that is kept in pieces cannot serve every size.
 */
const PROCESS_BYTES = 160e6;
const WORKING = {
  kept: { fixed: 60e6, factor: 4.3 },
  returned: { fixed: 130e6, factor: 2.5 },
} as const;

const STRATEGIES: readonly MemoryStrategy[] = [
  { name: 'fast', keepsMemory: true, recomputes: false },
  {
    ...{ name: 'returning', keepsMemory: false, recomputes: false },
    note: 'to stay within memory, steps give it back at once, which takes some time',
  },
  {
    ...{ name: 'recomputing', keepsMemory: false, recomputes: true },
    note: 'to stay within memory, steps give it back at once and compute activations twice, which takes some time',
  },
];

/** The resident memory of a process that trains. */
export const cpuMemory: MemoryModel = {
  isHost: true,
  strategies: STRATEGIES,
  processBytes: PROCESS_BYTES,
  parameterBytes: PARAMETER_BYTES,
  predict,
  available,
};

function predict(program: Program, strategy: MemoryStrategy): MemoryNeeds {
  const { states, kept, alive } = footprintOf(inStrategy(program, strategy));
  const { fixed, factor } = strategy.keepsMemory ? WORKING.kept : WORKING.returned;
  const working = fixed + factor * alive;
  return { process: PROCESS_BYTES, states, kept, working, total: PROCESS_BYTES + states + kept + working };
}

/** Bytes that this process could take in all: of the machine, or of the container that it runs in. */
function available(): number {
  return machineMemory().available + process.memoryUsage.rss();
}
