import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const scriptOf = (name: string) => fileURLToPath(new URL(`../../bench/python/${name}.py`, import.meta.url));
const script = scriptOf('step');

/** The report of `bench/python/step.py`. */
export interface PyTorchResult {
  readonly torch: string;
  readonly step_ms: readonly number[];
  readonly peak_rss_bytes: number;
}

/** Ways to run the same step in PyTorch: the reference's own code, and what its user could change in a line or two. */
export const PYTORCH_WAYS = {
  eager: ['--mode', 'eager'],
  'channels last': ['--mode', 'channels_last'],
  compile: ['--mode', 'compile'],
  'eager, fused Adam': ['--mode', 'eager', '--fused-adam'],
} as const;

export type PyTorchWay = keyof typeof PYTORCH_WAYS;

/** A python that can import torch: $PIX2PIX_BENCH_PYTHON, or python3. Undefined if there is none. */
export async function findPyTorch(): Promise<string | undefined> {
  const python = process.env.PIX2PIX_BENCH_PYTHON ?? 'python3';
  const works = await run(python, ['-c', 'import torch']).then(
    () => true,
    () => false,
  );
  return works && existsSync(script) ? python : undefined;
}

/** Times the same step in PyTorch, in a process of its own. Rejects where that way does not work, as without a C++ compiler. */
export async function timePyTorch(
  python: string,
  way: PyTorchWay,
  steps: number,
  threads: number,
): Promise<PyTorchResult> {
  const numbers = ['--steps', `${steps}`, '--warmup', '2', '--threads', `${threads}`];
  const { stdout } = await run(python, [script, ...PYTORCH_WAYS[way], ...numbers, '--json'], {
    maxBuffer: 1 << 24,
  });
  return JSON.parse(stdout.trim().split('\n').at(-1)!);
}

/** Milliseconds of each of so many images in PyTorch, by the weights of an exported unet_256. */
export async function timePyTorchTranslation(
  python: string,
  weights: string,
  images: number,
  threads: number,
): Promise<{ readonly torch: string; readonly image_ms: readonly number[] }> {
  const args = [
    scriptOf('translate'),
    '--weights',
    weights,
    '--images',
    `${images}`,
    '--threads',
    `${threads}`,
  ];
  const { stdout } = await run(python, args, { maxBuffer: 1 << 24 });
  return JSON.parse(stdout);
}
