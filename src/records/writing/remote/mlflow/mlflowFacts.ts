import type { RunSession } from '../../runRecord.js';
import type { RunFacts } from '../remoteTracker.js';
import { cut, MAX_PARAM_VALUE, MAX_TAG_VALUE, metricName } from './mlflowNames.js';

interface Entry {
  readonly key: string;
  readonly value: string;
}

/** The options of the run's first session. MLflow changes no parameter afterwards; `tagsOf` tells of those that did. */
export function paramsOf({ record }: RunFacts): Entry[] {
  const options = Object.entries(record?.sessions[0]?.options ?? {});
  return options
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([flag, value]) => ({ key: metricName(flag), value: cut(String(value), MAX_PARAM_VALUE) }));
}

/** Where the run comes from, in MLflow's words where it has some (its page shows them), and in ours. */
export function tagsOf({ record }: RunFacts): Entry[] {
  const sessions = record?.sessions ?? [];
  const session = sessions.at(-1);
  if (session === undefined) return [];
  const { git, machine, dataset, versions, commandLine } = session;
  const told: Record<string, string | undefined> = {
    'mlflow.source.name': commandLine.length > 0 ? ['pix2pix', ...commandLine].join(' ') : undefined,
    'mlflow.source.type': 'LOCAL',
    'mlflow.source.git.commit': git?.commit,
    'mlflow.source.git.branch': git?.branch,
    'pix2pix.git.dirty': git === undefined ? undefined : String(git.isDirty),
    'pix2pix.host': machine.host,
    'pix2pix.machine': `${machine.system}, ${machine.cpu}, ${machine.cores} cores`,
    'pix2pix.gpus': machine.gpus.join(', ') || undefined,
    'pix2pix.dataset': dataset?.root,
    'pix2pix.dataset.fingerprint': dataset?.fingerprint,
    ...Object.fromEntries(
      Object.entries(versions).map(([name, version]) => [metricName(`version.${name}`), version]),
    ),
    ...sessionTag(sessions),
  };
  return Object.entries(told).flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [{ key, value: cut(value, MAX_TAG_VALUE) }],
  );
}

/** `pix2pix.session.2`: when the run was continued, from which step, and which options were others then. */
function sessionTag(sessions: readonly RunSession[]): Record<string, string> {
  const session = sessions.at(-1)!;
  if (sessions.length < 2) return {};
  const before = sessions.at(-2)!.options;
  const changed = Object.entries(session.options)
    .filter(([flag, value]) => String(value) !== String(before[flag]))
    .map(([flag, value]) => `${flag} ${before[flag]} -> ${value}`);
  const from = session.resumedFrom === undefined ? '' : ` at step ${session.resumedFrom.step}`;
  const told = [`continued ${session.startedAt}${from}`, ...changed].join('; ');
  return { [`pix2pix.session.${sessions.length}`]: told };
}
