import { execFileSync } from 'node:child_process';
import { cpus, totalmem } from 'node:os';
import { openDevice } from '../src/engine/devices/openDevice.js';
import { State } from '../src/engine/ir/state.js';
import { f32 } from '../src/engine/ir/tensorType.js';
import { Trace } from '../src/engine/ir/trace.js';
import { matmul } from '../src/engine/ops/matmul.js';
import { versions } from '../src/training/saved/versions.js';
import { time } from './measure.js';

/** Side of the matrices whose product measures the arithmetic. */
const SIDE = 2048;
/** Floats in the array whose copy measures the memory: larger than any cache. */
const COPY_FLOATS = 64 * 1024 * 1024;

/** The machine and the versions that the figures were measured with. */
export function describeMachine(): Record<string, string> {
  const [{ model }] = cpus();
  return {
    processor: `${cpus().length} × ${model.trim()}`,
    memory: `${Math.round(totalmem() / 2 ** 30)} GiB`,
    ...versions(),
    commit: commit(),
  };
}

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    const dirty = git('status', '--porcelain') === '' ? '' : ' with changes';
    return git('rev-parse', '--short', 'HEAD') + dirty;
  } catch {
    return 'unknown';
  }
}

/** Prepares to measure single-precision matrix products: `measure` gives floating-point operations a second. */
export async function sgemmMeter(threads: number): Promise<() => Promise<number>> {
  const matrices = ['a', 'b'].map(
    (name) => new State(name, f32(SIDE, SIDE), 'buffer', { kind: 'constant', value: 0.5 }),
  );
  const device = await openDevice(undefined, { threads });
  await device.allocate(matrices);
  for (const matrix of matrices) await device.upload(matrix, new Float32Array(SIDE * SIDE).fill(0.5));
  const trace = new Trace(false);
  const [a, b] = matrices.map((matrix) => trace.read(matrix));
  const executable = await device.compile(trace.program({ product: matmul(a, b) }));
  return async () => {
    const [milliseconds] = await time(() => executable.run({ tensors: {} }), 1, 1);
    return (2 * SIDE ** 3) / (milliseconds / 1000);
  };
}

/** Measures copying memory: bytes a second, each byte counted as read and written once. */
export async function copyRate(): Promise<number> {
  const from = new Float32Array(COPY_FLOATS).fill(1);
  const to = new Float32Array(COPY_FLOATS);
  const times = await time(async () => to.set(from), 5, 1);
  return (2 * from.byteLength) / (Math.min(...times) / 1000);
}
