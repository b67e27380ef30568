import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { twoHosts } from '../test/twoHosts.js';
import { describeMachine } from './machine.js';
import { fitExchange, predictions } from './parallelModel.js';
import { formatTable, writeResults } from './report.js';

/*
 * Several ranks on this machine against one process with as many threads, sums between two hosts made of namespaces (test/twoHosts.ts), and
 * what a cluster would do, by a model that is fitted to measurements at 2 and 4 ranks:
 *
 *   npm run bench:parallel -- --ngf 16       options of the training; PIX2PIX_BENCH_MPIRUN names the launcher
 */
const argv = process.argv.slice(2);
const child = join(import.meta.dirname, 'parallelRank.js');
const launcher = (process.env.PIX2PIX_BENCH_MPIRUN ?? 'mpirun').split(' ');

function measure<T>(ranks: number, words: readonly string[], by: readonly string[] = launcher): T {
  const command = [process.execPath, child, ...words];
  const [name, ...rest] = ranks === 1 ? command : [...by, '-n', `${ranks}`, ...command];
  const { status, stdout, stderr } = spawnSync(name, rest, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${name} ended with ${status}: ${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1)!) as T;
}

interface Step {
  readonly milliseconds: number;
  readonly exchangeMilliseconds: number;
  readonly gradientBytes: readonly number[];
}

const step = (ranks: number, threads: number, batch: number, ...more: string[]) =>
  measure<Step>(ranks, [
    ...['step', '--dataroot', '.', '--batch_size', `${batch}`, '--intra_threads', `${threads}`],
    ...['--layer_forms', 'rule', ...more, ...argv],
  ]);

const one = step(1, 2, 2);
const alone = step(1, 1, 1); // one rank's computation, with the other core to spare
const two = step(2, 1, 1);
const synchronised = step(2, 1, 1, '--sync_norm');
type Exchanges = Parameters<typeof fitExchange>[1];
const exchanges: { place: string; ranks: number; times: Exchanges }[] = [2, 4].map((ranks) => {
  return { place: `${ranks} ranks on this machine`, ranks, times: measure<Exchanges>(ranks, ['exchange']) };
});
for (const { place, times } of await betweenHosts()) exchanges.push({ place, ranks: 2, times });
const fitted = exchanges.map(({ place, ranks, times }) => ({ place, ...fitExchange(ranks, times) }));
const predicted = predictions(alone.milliseconds, alone.gradientBytes);

const ms = (value: number) => `${value.toFixed(0)} ms`;
const rows = [
  ['one process, 2 threads, batch 2', `${ms(one.milliseconds / 2)} an image`],
  ['2 ranks, 1 thread each, batch 1 each', `${ms(two.milliseconds / 2)} an image`],
  ['2 ranks / one process', (two.milliseconds / one.milliseconds).toFixed(2)],
  [
    'share of a step in exchanges, 2 ranks',
    `${((100 * two.exchangeMilliseconds) / two.milliseconds).toFixed(1)} %`,
  ],
  [
    'the same with --sync_norm',
    `${((100 * synchronised.exchangeMilliseconds) / synchronised.milliseconds).toFixed(1)} %`,
  ],
  ...fitted.map(({ place, latency, bandwidth }) => [
    `fitted to ${place}`,
    `${(1000 * latency).toFixed(0)} µs a message, ${(bandwidth / 1e6).toFixed(2)} GB/s`,
  ]),
];
console.log(formatTable(rows.map(([what, value]) => ({ what, value }))));
const shown = predicted.map(({ ranks, network, step, efficiency }) => ({
  what: `${ranks} ranks, ${network}`,
  value: `${ms(step)} a step, ${(100 * efficiency).toFixed(0)} % of it computing`,
}));
console.log(formatTable(shown, ['cluster', 'predicted', '']));
const results = { one, alone, two, synchronised, exchanges, fitted, predicted };
writeResults('bench/results/parallel.json', { argv, machine: describeMachine(), results });

/** Sums between two hosts with a cable of 1 Gbit/s, where this machine can have them. */
async function betweenHosts(): Promise<{ place: string; times: Exchanges }[]> {
  const place = 'two hosts, 1 Gbit/s';
  const folder = mkdtempSync(join(tmpdir(), 'pix2pix-bench-'));
  const hosts = await twoHosts(folder);
  const mpi = hosts.launchers.find(({ skip }) => skip === false);
  try {
    if (mpi === undefined) {
      console.error(`${place}: ${hosts.launchers[0].skip}`);
      return [];
    }
    hosts.bound(1000);
    return [{ place, times: measure<Exchanges>(2, ['exchange'], [mpi.launcher, ...mpi.flags]) }];
  } finally {
    hosts.remove();
    rmSync(folder, { recursive: true, force: true });
  }
}
