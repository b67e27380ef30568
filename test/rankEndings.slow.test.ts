/** Ranks that are killed or stop answering at any moment, and signals to one of them: nothing is lost, no rank is left. */
import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CheckpointStore } from '../src/checkpoints/store.js';
import { launchers, type Mpi, startRanks } from './mpi.js';
import { makeDataset, stored, TINY, temporaryFolder, trainHere } from './tinyRun.js';
import { until } from './until.js';

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 6, val: 2 });
const RANKS = 3;
const train = (name: string) => [
  ...['train', '--dataroot', 'data', '--name', name, ...TINY, '--layer_forms', 'rule', '--no_html', '--json'],
  ...['--n_epochs', '100000', '--print_freq', '3', '--save_latest_freq', '12', '--sync_norm'],
];
/** Where no rank is to be missed: on a busy machine one may keep the others waiting for long. */
const PATIENT = ['--rank_timeout', '60'];
/** Where one is. */
const IMPATIENT = ['--rank_timeout', '3'];
const runFolder = (name: string) => join(folder, 'checkpoints', name);

/** Moments of a training, by what it tells right before. */
const PHASES: readonly {
  readonly name: string;
  readonly after: RegExp | undefined;
  readonly times: number;
}[] = [
  { name: 'while the ranks start', after: undefined, times: 1 },
  { name: 'before the first step', after: /"event":"started"/g, times: 1 },
  { name: 'in the first steps', after: /"event":"step"/g, times: 1 },
  { name: 'before a validation', after: /"event":"step"/g, times: 2 },
  { name: 'while it saves', after: /"event":"validated"/g, times: 1 },
  { name: 'after a save', after: /"event":"saved"/g, times: 2 },
  { name: 'in later steps', after: /"event":"step"/g, times: 7 },
];

/** Starts a training and calls `act` with the process of a rank in a phase. @returns how it ended */
async function trainUntil(
  mpi: Mpi,
  name: string,
  phase: number,
  rank: number,
  act: (pid: number) => void,
  more: readonly string[],
) {
  const { after, times } = PHASES[phase];
  let isReached = after === undefined;
  const training = startRanks(mpi, RANKS, [...train(name), ...more], {
    folder,
    onOutput: (output) => {
      isReached ||= [...output.matchAll(after!)].length >= times;
    },
  });
  let early: string | undefined;
  void training.ended.then(({ output }) => {
    early = output;
  });
  await until(() => early !== undefined || (isReached && training.pidOf(rank) !== undefined));
  assert.equal(early, undefined, 'it ended before');
  act(training.pidOf(rank)!);
  const ending = await training.ended;
  await until(() => training.left().length === 0);
  return ending;
}

/** Whatever was saved before is whole: every byte of it is read and verified. */
function requireWhole(name: string, output: string): void {
  const saves = [...output.matchAll(/"event":"saved".*"latest"/g)].length;
  const isSaved = existsSync(join(runFolder(name), 'latest.json'));
  assert.ok(isSaved || saves === 0, output);
  if (isSaved) stored(runFolder(name));
  const store = new CheckpointStore(runFolder(name), { onWarning: () => {} });
  for (const { tag, manifest } of store.list()) {
    assert.ok(manifest !== undefined, tag);
    store.load(tag, { networks: ['G', 'D'], state: 'if present' }).close();
  }
}

for (const [index, mpi] of launchers.entries()) {
  const { name: family, skip } = mpi;
  for (const [signal, patience] of [
    ['SIGKILL', PATIENT],
    ['SIGSTOP', IMPATIENT],
  ] as const) {
    const rounds = index === 0 ? 20 : 3;
    for (let round = 0; round < rounds; round++) {
      const phase = round % PHASES.length;
      const rank = round % RANKS;
      const title = `${family}: ${signal} to rank ${rank} of ${RANKS} ${PHASES[phase].name}, the ${round + 1}. time`;
      test(title, { skip }, async () => {
        const name = `end${index}-${signal}-${round}`;
        const act = (pid: number) => process.kill(pid, signal);
        const { code, output } = await trainUntil(mpi, name, phase, rank, act, patience);
        assert.notEqual(code, 0);
        const messages = [...output.matchAll(/^error: (.*)/gm)].map(([, message]) => message);
        assert.ok(messages.length <= 1, output);
        if (signal === 'SIGSTOP')
          assert.match(messages[0] ?? '', /has waited \d+ seconds for the others/, output);
        assert.doesNotMatch(output, /defect/);
        requireWhole(name, output);
      });
    }
  }

  test(`${family}: SIGTERM to one rank saves and stops all`, { skip }, async () => {
    const name = `end${index}-term`;
    const terminate = (pid: number) => process.kill(pid, 'SIGTERM');
    const { output } = await trainUntil(mpi, name, 5, 1, terminate, PATIENT);
    const ended = /"event":"ended","reason":"stopped","steps":(\d+)/.exec(output);
    assert.ok(ended, output);
    const { counters } = stored(runFolder(name)) as { counters: { steps: number } };
    assert.equal(counters.steps, Number(ended[1]));
    const argv = ['--name', name, '--checkpoints_dir', join(folder, 'checkpoints'), '--continue_train'];
    const more = [...argv, '--dataroot', join(folder, 'data'), '--max_steps', `${counters.steps + 1}`];
    const { summary } = await trainHere(more);
    assert.equal(summary.steps, counters.steps + 1); // by one process
  });

  test(`${family}: SIGUSR1 to one rank saves, and training goes on`, { skip }, async () => {
    const name = `end${index}-usr1`;
    const never = ['--save_latest_freq', '1000000', '--save_epoch_freq', '1000000', '--val_freq', '0'];
    const training = startRanks(mpi, RANKS, [...train(name), ...PATIENT, ...never], { folder });
    await until(() => training.pidOf(2) !== undefined && existsSync(join(runFolder(name), 'run.json')));
    const isSaved = () => existsSync(join(runFolder(name), 'latest.json'));
    await until(() => existsSync(join(runFolder(name), 'loss_log.txt')));
    assert.ok(!isSaved());
    process.kill(training.pidOf(2)!, 'SIGUSR1');
    await until(isSaved);
    assert.equal(training.left().length, RANKS);
    process.kill(training.pidOf(0)!, 'SIGTERM');
    await training.ended;
    await until(() => training.left().length === 0);
  });
}
