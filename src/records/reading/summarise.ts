import { commandLineIn } from '../../base/commandLine.js';
import type { RunSession } from '../writing/runRecord.js';
import { isHigherBetter } from './metricDirection.js';
import type { Run } from './run.js';
import { epochsToMake, runState } from './runState.js';
import type { BestValue, Mark, RunDetail, RunSummary } from './runSummary.js';

/** The table's row of a run. @param now milliseconds since 1970 */
export function summarise(run: Run, revision: number, now = Date.now()): RunSummary {
  const { contents, record, log, annotations, sweep, problems } = run;
  const sessions = record?.sessions ?? [];
  const session = sessions.at(-1);
  const { state, reason } = runState(
    { session, lastProgress: contents.progressWall, interval: intervalOf(run) },
    now,
  );
  const plan = session?.plan;
  const { step } = contents;
  const rate = rateOf(run);
  const isRunning = state === 'running';
  const left = plan === undefined ? undefined : Math.max(0, plan.lastStep - step);
  const startedAt = sessions[0] === undefined ? contents.firstWall : Date.parse(sessions[0].startedAt);
  const unread = log.size - log.read;
  return {
    id: run.id,
    state,
    stateReason: reason,
    isForeign: record === undefined,
    sweep,
    startedAt,
    updatedAt: contents.lastWall ?? startedAt,
    seconds: secondsOf(run, isRunning ? now : undefined),
    step,
    epoch: plan && Math.max(1, Math.ceil(step / Math.max(1, plan.imagesPerEpoch))),
    epochs: plan && epochsToMake(plan),
    imagesPerEpoch: plan?.imagesPerEpoch,
    progress: plan && Math.min(1, step / Math.max(1, plan.lastStep)),
    etaSeconds: isRunning && left !== undefined && rate ? left / rate : undefined,
    imagesPerSecond: rate,
    options: session === undefined ? contents.hparamOptions : optionsOf(session),
    ...valuesOf(run),
    alert: contents.marks.findLast(({ kind }) => kind === 'alert' || kind === 'nan'),
    images: [...contents.images.keys()].map(({ name }) => name).sort(),
    annotations,
    problems,
    reading: run.hasBeenRead || unread <= 0 ? undefined : log.read / log.size,
    revision,
  };
}

/** As JSON says them: no number is infinite there. */
function optionsOf({ options }: RunSession): RunSummary['options'] {
  return JSON.parse(JSON.stringify(options));
}

/** Everything about one run. */
export function describeRun(run: Run, revision: number): RunDetail {
  const sessions = run.record?.sessions ?? [];
  const { contents } = run;
  const session = sessions.at(-1);
  return {
    summary: summarise(run, revision),
    sessions,
    networks: sessions.findLast(({ networks }) => networks !== undefined)?.networks ?? [],
    marks: marksOf(run, sessions),
    imageSteps: [...contents.images]
      .map(([tag, { steps, width, height }]) => ({ tag: tag.name, steps, width, height }))
      .sort((a, b) => (a.tag < b.tag ? -1 : 1)),
    histograms: [...contents.histograms.keys()].map(({ name }) => name).sort(),
    texts: [...contents.texts].map(([tag, { step, text }]) => ({ tag: tag.name, step, text })),
    resumeCommand: session && resumeCommand(session),
  };
}

function valuesOf({ contents }: Run) {
  const last: [string, number | null][] = [];
  const best: [string, BestValue][] = [];
  const scalars = [...contents.scalars].sort(([a], [b]) => (a.name < b.name ? -1 : 1));
  for (const [tag, series] of scalars) {
    const value = series.last?.value;
    last.push([tag.name, value === undefined || Number.isNaN(value) ? null : value]);
    const found = isHigherBetter(tag.name) ? series.highest : series.lowest;
    if (found !== undefined) best.push([tag.name, { value: found.value, step: found.step }]);
  }
  const names = scalars.map(([{ name }]) => name);
  return { last: Object.fromEntries(last), best: Object.fromEntries(best), scalars: names };
}

function marksOf({ contents }: Run, sessions: readonly RunSession[]): Mark[] {
  const resumes = sessions.flatMap(({ resumedFrom, startedAt }): Mark[] => {
    if (resumedFrom === undefined) return [];
    const { step, epoch } = resumedFrom;
    return [{ kind: 'resume', step, wall: Date.parse(startedAt), label: `after epoch ${epoch}` }];
  });
  return [...resumes, ...contents.marks].sort((a, b) => a.step - b.step);
}

/** Milliseconds between signs of progress, as a rule. */
function intervalOf({ contents }: Run): number | undefined {
  const busiest = [...contents.scalars]
    .filter(([tag]) => !tag.isAboutMachine)
    .map(([, series]) => series)
    .sort((a, b) => b.count - a.count)[0];
  if (busiest?.first === undefined || busiest.last === undefined || busiest.count < 2) return undefined;
  return (busiest.last.wall - busiest.first.wall) / (busiest.count - 1);
}

/** Images a second: as seen lately, else over all that the newest session's time shows. */
function rateOf(run: Run): number | undefined {
  return run.pace.stepsPerSecond ?? averageRate(run);
}

function averageRate({ contents, record }: Run): number | undefined {
  const session = record?.sessions.at(-1);
  const from = session === undefined ? contents.firstWall : Date.parse(session.startedAt);
  const steps = contents.step - (session?.resumedFrom?.step ?? 0);
  if (from === undefined || contents.progressWall === undefined || steps <= 0) return undefined;
  const seconds = (contents.progressWall - from) / 1000;
  return seconds > 0 ? steps / seconds : undefined;
}

/** Time spent in sessions; one that crashed lasted until its last event. */
function secondsOf({ contents, record }: Run, now: number | undefined): number {
  const { firstWall = 0, lastWall = 0 } = contents;
  if (record === undefined) return (lastWall - firstWall) / 1000;
  const { sessions } = record;
  const milliseconds = sessions.map(({ startedAt, endedAt }, i) => {
    const start = Date.parse(startedAt);
    if (endedAt !== undefined) return Date.parse(endedAt) - start;
    const next = sessions[i + 1];
    const end = next === undefined ? (now ?? lastWall) : Math.min(lastWall, Date.parse(next.startedAt));
    return Math.max(0, end - start);
  });
  return milliseconds.reduce((sum, each) => sum + each, 0) / 1000;
}

/** @returns the line to go on with, which works in a terminal of the machine that runs this */
function resumeCommand({ options, workingDirectory }: RunSession): string {
  const folder = options.checkpoints_dir;
  const elsewhere =
    folder === undefined || folder === './checkpoints' ? [] : ['--checkpoints_dir', String(folder)];
  return commandLineIn(
    String(workingDirectory), // which records of earlier versions lack
    ...['train', '--name', String(options.name), ...elsewhere, '--continue_train'],
  );
}
