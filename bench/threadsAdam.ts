import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Adam } from '../src/engine/devices/cpu/adam.js';
import { OptimiserMemory } from '../src/engine/devices/cpu/optimiserMemory.js';
import { State } from '../src/engine/ir/state.js';
import { f32 } from '../src/engine/ir/tensorType.js';
import { copyRate } from './machine.js';
import { median, time } from './measure.js';

/** Adam over as many parameters as the default networks have, by one thread of WebAssembly and by ONNX Runtime's. */
const { values } = parseArgs({
  options: {
    threads: { type: 'string', default: `${availableParallelism()}` },
    pieces: { type: 'string', default: '262144,524288,1048576,2097152,4194304' },
    runs: { type: 'string', default: '5' },
    parameters: { type: 'string', default: '57182720' },
  },
});
const states = [
  new State('weights', f32(Number(values.parameters)), 'parameter', { kind: 'constant', value: 0 }),
];
const settings = { betas: [0.5, 0.999], epsilon: 1e-8 } as const;
const memory = new OptimiserMemory(states);
for (const quantity of ['parameter', 'gradient'] as const) memory.of(states[0], quantity).fill(0.01);
console.log(`copy, one thread: ${((await copyRate()) / 1e9).toFixed(1)} GB/s`);

async function measure(name: string, adam: Adam): Promise<void> {
  const times = await time(() => adam.update(2e-4), Number(values.runs), 1);
  console.log(`${name}: ${median(times).toFixed(1)} ms (fastest ${Math.min(...times).toFixed(1)})`);
}

await measure('WebAssembly', new Adam(states, settings, memory));
for (const threads of values.threads.split(',').map(Number)) {
  for (const pieceLength of values.pieces.split(',').map(Number)) {
    const adam = new Adam(states, settings, memory, undefined, { threads, pieceLength });
    await measure(`${threads} threads, pieces of ${pieceLength}`, adam);
    await adam.dispose();
  }
}
