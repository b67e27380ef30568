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
  /** `cpu`, or the GPU's name. */
  readonly device: string;
  /** Whether its Adam really was a fused one. */
  readonly fused_adam: boolean;
  readonly threads: number;
  readonly step_ms: readonly number[];
  readonly generator_forward_ms: readonly number[];
  readonly peak_rss_bytes: number;
  readonly peak_gpu_bytes: number | null;
}

/** Ways to run the same step in PyTorch: the reference's own code, and what its user could change in a line or two. */
export const PYTORCH_WAYS = {
  eager: ['--mode', 'eager'],
  'channels last': ['--mode', 'channels_last'],
  compile: ['--mode', 'compile'],
  'eager, fused Adam': ['--mode', 'eager', '--fused-adam'],
  'bf16 autocast, channels last, fused Adam': ['--mode', 'bf16', '--fused-adam', 'if-there'],
} as const;

export type PyTorchWay = keyof typeof PYTORCH_WAYS;

/** The same on a GPU of NVIDIA, and how exact each is: `tf32` rounds the operands of products to 10 bits, `bf16` to 7. */
export const CUDA_WAYS = {
  'eager, TF32': { argv: ['--mode', 'eager', '--tf32'], precision: 'tf32' },
  'strict fp32': { argv: ['--mode', 'eager'], precision: 'fp32' },
  'channels last, TF32': { argv: ['--mode', 'channels_last', '--tf32'], precision: 'tf32' },
  'bf16 autocast, channels last': { argv: ['--mode', 'bf16', '--tf32'], precision: 'bf16' },
  'compile, TF32': { argv: ['--mode', 'compile', '--tf32'], precision: 'tf32' },
} as const;

export type CudaWay = keyof typeof CUDA_WAYS;

/** A python that can import torch: $PIX2PIX_BENCH_PYTHON, or python3. Undefined if there is none. */
export async function findPyTorch(device: 'cpu' | 'cuda' = 'cpu'): Promise<string | undefined> {
  const python = process.env.PIX2PIX_BENCH_PYTHON ?? 'python3';
  const check = device === 'cpu' ? 'import torch' : 'import torch; assert torch.cuda.is_available()';
  const works = await run(python, ['-c', check]).then(
    () => true,
    () => false,
  );
  return works && existsSync(script) ? python : undefined;
}

/** The numbers of a run of `bench/python/step.py`; its own defaults where they are left out. */
export interface PyTorchSettings {
  readonly steps: number;
  readonly warmup?: number;
  readonly threads?: number | readonly number[];
  readonly device?: 'cpu' | 'cuda';
  readonly batch?: number;
  readonly size?: number;
  readonly ngf?: number;
  readonly ndf?: number;
}

/**
 * Times the same step in PyTorch, in a process of its own.
 * @param argv of one of the ways
 * @throws Error with PyTorch's last line where that way does not work, as without a C++ compiler
 */
export async function timePyTorch(
  python: string,
  argv: readonly string[],
  settings: PyTorchSettings,
): Promise<PyTorchResult> {
  return (await timePyTorchThreads(python, argv, settings))[0];
}

/** The same by each of several counts of threads, one after another in one process. */
export async function timePyTorchThreads(
  python: string,
  argv: readonly string[],
  { warmup = 2, ...settings }: PyTorchSettings,
): Promise<PyTorchResult[]> {
  const numbers = Object.entries({ warmup, ...settings }).flatMap(([name, value]) => [
    `--${name}`,
    `${value}`,
  ]);
  try {
    const { stdout } = await run(python, [script, ...argv, ...numbers, '--json'], { maxBuffer: 1 << 24 });
    const results = stdout.split('\n').filter((line) => line.startsWith('{'));
    return results.map((line) => JSON.parse(line));
  } catch (error) {
    throw new Error(String(error).trim().split('\n').at(-1));
  }
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
