import { dirname } from 'node:path';
import { sendError } from '../base/errors/sentError.js';
import { systemErrorInWords } from '../base/files/systemError.js';
import { acquireRunLock, type HeldLock } from '../checkpoints/runLock.js';
import { isBuiltInDataset } from '../data/datasetRegistry.js';
import { isBuiltInModel } from '../models/registry.js';
import { tableOf } from '../options/serialise.js';
import type { TrainOptions } from '../options/trainOptions.js';
import { formatOptions } from '../records/writing/optionsFile.js';
import { ProgressLine } from '../records/writing/progressLine.js';
import { remoteTrackersOf } from '../records/writing/remote/registry.js';
import { RunFollower } from '../records/writing/remote/runFollower.js';
import type { RunExit } from '../records/writing/runRecord.js';
import { isUnused, removeUnlessBegun } from './emptyRun.js';
import { LockWatch } from './lockWatch.js';
import { registeredExtensions } from './options.js';
import { followFirst } from './parallel/followFirst.js';
import type { RankStart } from './parallel/joinRanks.js';
import { launchOf } from './parallel/launch.js';
import { withoutMemoryHooks } from './parallel/mpi/memoryHooks.js';
import { watchRanks } from './parallel/rankWatch.js';
import { refuseTorchrun } from './parallel/torchrun.js';
import { Alerts } from './report/alerts.js';
import { describeSession } from './report/describeSession.js';
import { JsonReport } from './report/jsonReport.js';
import { Narration } from './report/narration.js';
import { RunRecords } from './report/runRecords.js';
import { TerminalReport } from './report/terminalReport.js';
import type { TrainingEvent, TrainingRunFacts, TrainingSummary } from './report/trainingEvents.js';
import { watchRequests } from './requestWatch.js';
import { completeOptions } from './saved/completeOptions.js';
import { runFolder } from './saved/loadModel.js';
import { TrainingFlags } from './trainingFlags.js';
import { trainInThread } from './trainingThread.js';

/** Settings of `train` besides the options. */
export interface TrainSettings {
  /** The words after `pix2pix` that a person has given, for the record. */
  readonly commandLine?: readonly string[];
  /** Where progress and messages go; by default the standard output. */
  readonly line?: ProgressLine;
  /** @internal Requests to the training while it runs: to save, to stop. */
  readonly flags?: TrainingFlags;
}

/**
 * `pix2pix train`: trains in a thread of its own while this one keeps the record and shows progress. The run's folder
 * is locked meanwhile. A model or data set that was registered from outside exists in the calling thread alone, so
 * training stays in it then, and whatever else the program does waits for each step.
 *
 * ```
 * await train(parseTrainOptions(['--dataroot', './datasets/facades', '--name', 'facades']));
 * ```
 *
 * Started by an MPI launcher as one of several ranks, it trains together with the others; all but the first keep no record.
 *
 * @param stop when aborted, training finishes its step, saves and returns
 * @throws Pix2PixError for every error that a user can correct; RankLost when other ranks do not answer: its thread then
 *   waits for ever, and the process has to be ended by `process.kill`
 */
export async function train(
  given: TrainOptions,
  stop: AbortSignal = new AbortController().signal,
  { commandLine, line = progressLine(), flags = new TrainingFlags() }: TrainSettings = {},
): Promise<TrainingSummary> {
  stopBy(stop, flags);
  const launch = launchOf(process.env);
  if (launch === undefined) refuseTorchrun(process.env);
  const rank = launch && { launch, given };
  if (launch !== undefined) withoutMemoryHooks(process.env);
  if (launch !== undefined && launch.rank > 0)
    return followFirst(given, launch, flags, (emit) => compute(given, emit, flags, {}, rank));
  const { opt, folder, lock, isNew } = await beginning(given, flags, rank);
  try {
    const table = tableOf(opt, registeredExtensions());
    if (opt.verbose && !opt.json) line.message(formatOptions(table, { ...opt }));
    return await recorded(opt, lock, rank, { commandLine, line, flags });
  } finally {
    lock.release();
    if (isNew) removeUnlessBegun(folder, opt.checkpointsDir);
  }
}

/** The run that is to be trained, locked. What keeps the first rank from beginning is told to all ranks, and ends them. */
async function beginning(given: TrainOptions, flags: TrainingFlags, rank: RankStart | undefined) {
  try {
    const opt = completeOptions(given);
    const folder = runFolder(opt);
    const lock = acquireRunLock(folder);
    return { opt, folder, lock, isNew: isUnused(folder) };
  } catch (error) {
    if (rank === undefined) throw error;
    const watch = watchRanks(flags, rank.launch, given);
    const failure = sendError(systemErrorInWords(error));
    const ended = compute(given, () => {}, flags, {}, { ...rank, failure });
    await Promise.race([ended, watch.lost]).finally(() => watch.end());
    throw error;
  }
}

/** Open MPI gives its ranks a terminal, wherever its own output goes: under a launcher there are plain lines alone. */
function progressLine(): ProgressLine {
  const { env } = process;
  return new ProgressLine(process.stdout, launchOf(env) === undefined ? env : { ...env, TERM: 'dumb' });
}

/** Trains, and tells of it in the run's folder and to whoever watches. */
async function recorded(
  opt: TrainOptions,
  lock: HeldLock,
  rank: RankStart | undefined,
  {
    commandLine,
    line,
    flags,
  }: TrainSettings & { readonly line: ProgressLine; readonly flags: TrainingFlags },
): Promise<TrainingSummary> {
  const folder = dirname(lock.path);
  const session = describeSession(opt, commandLine);
  const narration = new Narration(opt);
  const report = opt.json ? new JsonReport({ folder, session: session.id }) : new TerminalReport(opt, line);
  const emit = (event: TrainingEvent) => {
    const said = narration.tell(event);
    report.handle(event, said);
    records.handle(event, said);
    alerts.handle(event);
  };
  const alerts = new Alerts(opt, emit);
  const warn = (text: string) => emit({ kind: 'warning', text });
  const watch = new LockWatch(lock, flags, warn);
  const records = new RunRecords(opt, folder, session, { warn, isOurs: () => watch.isOurs() });
  const followers = remoteTrackersOf(opt).map(
    (tracker) =>
      new RunFollower(folder, tracker, { session: session.id, say: (kind, text) => emit({ kind, text }) }),
  );
  const unwatch = watchRequests(folder, flags, (text) => emit({ kind: 'message', text }));
  const ranks = rank && watchRanks(flags, rank.launch, opt);
  const end = async (exit: RunExit, summary?: TrainingSummary) => {
    await alerts.end(exit);
    unwatch();
    watch.end();
    ranks?.end();
    await records.end(exit);
    await Promise.all(followers.map((follower) => follower.finish()));
    report.end(exit, summary);
  };
  let summary: TrainingSummary;
  try {
    const training = compute(opt, emit, flags, { session: session.id, lock }, rank);
    summary = await (ranks === undefined ? training : Promise.race([training, ranks.lost]));
    if (watch.lost !== undefined) throw watch.lost;
  } catch (error) {
    const { message } = error as Error;
    await end({ reason: 'failed', message });
    throw error;
  }
  await end({ reason: summary.reason }, summary);
  return summary;
}

function stopBy(stop: AbortSignal, flags: TrainingFlags): void {
  if (stop.aborted) flags.askToStop();
  stop.addEventListener('abort', () => flags.askToStop(), { once: true });
}

/** Trains in a thread, or with what was registered from outside in this one, which alone loads what trains. */
async function compute(
  opt: TrainOptions,
  emit: (event: TrainingEvent) => void,
  flags: TrainingFlags,
  run: TrainingRunFacts,
  rank: RankStart | undefined,
): Promise<TrainingSummary> {
  if (isBuiltInModel(opt.model) && isBuiltInDataset(opt.datasetMode))
    return trainInThread(opt, emit, flags, run, rank);
  const { trainingLoop } = await import('./trainingLoop.js');
  const shouldStop = () => flags.shouldStop();
  const surroundings = { emit, shouldStop, takeSave: () => flags.takeSave(), ...run };
  if (rank === undefined) return trainingLoop(opt, surroundings);
  const { trainAsRank } = await import('./parallel/joinRanks.js');
  return trainAsRank(rank, opt, surroundings, { marks: flags, train: trainingLoop });
}
