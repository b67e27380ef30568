import './ownCache.js';
import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/**
 * All that is to be tried on a machine with a GPU, in one go and within so many minutes: the figures (`bench:gpu`), three
 * steps of the reference implementation on the GPU, and a real training with its test. Whatever fails is said, and the next
 * goes on.
 *
 *     node dist/bench/gpuTrial.js --data data/maps286 --reference data/reference --minutes 12 --out "$OUT"
 *
 * `--data` is a data root with train and val (AtoB); `--reference` the folder of pix2pix_default.safetensors; either may be left
 * out. What follows `--` goes to `pix2pix train`.
 */
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    data: { type: 'string' },
    reference: { type: 'string' },
    minutes: { type: 'string', default: '12' },
    out: { type: 'string', default: 'gpu-trial' },
    /** Shrinks the figures' networks, to try the script itself: as `bench:gpu` takes them: --bench='--size 32'. */
    bench: { type: 'string', default: '' },
  },
});
const { out } = values;
const began = performance.now();
const milliseconds = Number(values.minutes) * 60_000;
const left = () => milliseconds - (performance.now() - began);
/** What `pix2pix test` and the last checkpoint are left. */
const AFTER_TRAINING = 60_000;
const program = fileURLToPath(new URL('../../bin/pix2pix.js', import.meta.url));
const script = (name: string) => fileURLToPath(new URL(name, import.meta.url));
mkdirSync(out, { recursive: true });

const failures: string[] = [];
await part('devices', () => run('devices', [program, 'devices', '--json']));
await part('reference', compareWithReference);
await part('figures', () => {
  const shrunk = values.bench.split(' ').filter((word) => word !== '');
  return run('bench', [script('gpu.js'), '--out', join(out, 'gpu.json'), ...shrunk], 0.6 * left());
});
await part('training', train);
console.log(failures.length === 0 ? 'all of it went well' : `failed: ${failures.join('; ')}`);
process.exitCode = failures.length === 0 ? 0 : 1;

async function part(name: string, work: () => Promise<void>): Promise<void> {
  console.log(`== ${name}, ${(left() / 1000).toFixed(0)} s left`);
  await work().catch((error: Error) => {
    failures.push(`${name}: ${error.message}`);
    console.log(`${name} failed: ${error.message}`);
  });
}

async function compareWithReference(): Promise<void> {
  if (values.reference === undefined) return console.log('no --reference');
  const recorded = join(values.reference, 'pix2pix_default.safetensors');
  await run('reference', [script('gpuReference.js'), recorded, join(out, 'reference.json')], 0.3 * left());
}

/** Trains for as long as there is time, then stops as Ctrl-C does, and tests on the validation pairs. */
async function train(): Promise<void> {
  if (values.data === undefined) return console.log('no --data');
  const runs = ['--checkpoints_dir', join(out, 'checkpoints'), '--name', 'trial'];
  const argv = [
    '--dataroot',
    values.data,
    ...runs,
    '--direction',
    'AtoB',
    '--device',
    'webgpu',
    ...positionals,
  ];
  await run('train', [program, 'train', ...argv, '--print_freq', '300'], left() - AFTER_TRAINING, 'SIGINT');
  const latest = join(out, 'checkpoints', 'trial', 'latest.json');
  if (!existsSync(latest)) throw new Error('there is no checkpoint');
  const results = ['--results_dir', join(out, 'results'), '--phase', 'val'];
  await run('test', [program, 'test', '--dataroot', values.data, ...runs, ...results], left());
}

/** Runs a program of ours, its output in `<name>.log` and here. @param atMost milliseconds, after which it gets `signal` */
function run(
  name: string,
  argv: readonly string[],
  atMost = left(),
  signal: NodeJS.Signals = 'SIGKILL',
): Promise<void> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    let text = '';
    for (const stream of [child.stdout!, child.stderr!]) {
      stream.on('data', (bytes: Buffer) => {
        text += bytes;
        process.stdout.write(bytes);
      });
    }
    const timer = setTimeout(() => child.kill(signal), Math.max(1000, atMost));
    child.on('error', reject);
    child.on('close', (code, ended) => {
      clearTimeout(timer);
      writeFileSync(join(out, `${name}.log`), text);
      const isStopped = signal === 'SIGINT' && code === 130;
      if (code === 0 || isStopped) resolve();
      else reject(new Error(ended === null ? `exit code ${code}` : `it took too long`));
    });
  });
}
