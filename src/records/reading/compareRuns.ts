import { formatBytes } from '../../base/byteSize.js';
import type { RunDetail } from './runSummary.js';

/** Something that is another thing in one run than in the other. */
export interface RunDifference {
  readonly of: 'options' | 'code' | 'versions' | 'machine' | 'data' | 'networks' | 'metrics';
  readonly name: string;
  /** Undefined where the run does not have it. */
  readonly a?: string | number | boolean | null;
  readonly b?: string | number | boolean | null;
}

/** Options that say which run it is and how it was called, not what it does. */
const OF_THE_CALL = ['name', 'continue_train', 'epoch_count', 'checkpoints_dir', 'quiet', 'json', 'verbose'];

type Facts = Readonly<Record<string, RunDifference['a']>>;

/** The differences between two runs as they were last trained: causes first, then results. */
export function compareRuns(a: RunDetail, b: RunDetail): RunDifference[] {
  const [left, right] = [factsOf(a), factsOf(b)];
  return (Object.keys(left) as RunDifference['of'][]).flatMap((of) => {
    const names = new Set([...Object.keys(left[of]), ...Object.keys(right[of])]);
    return [...names]
      .filter((name) => left[of][name] !== right[of][name])
      .map((name) => ({ of, name, a: left[of][name], b: right[of][name] }));
  });
}

function factsOf({ summary, sessions, networks }: RunDetail): Record<RunDifference['of'], Facts> {
  const session = sessions.at(-1);
  const { git, machine, device, dataset } = session ?? {};
  const options = Object.entries(summary.options).filter(([name]) => !OF_THE_CALL.includes(name));
  return {
    options: Object.fromEntries(options),
    code: { commit: git?.commit, branch: git?.branch, 'uncommitted changes': git?.isDirty },
    versions: session?.versions ?? {},
    machine: {
      host: machine?.host,
      system: machine?.system,
      cpu: machine?.cpu,
      cores: machine?.cores,
      memory: machine && formatBytes(machine.memoryBytes),
      gpus: machine?.gpus?.join(', '),
      'computes on': device?.adapter ?? device?.name,
    },
    data: { samples: dataset?.samples, fingerprint: dataset?.fingerprint },
    networks: Object.fromEntries(
      networks.map(({ name, parameters }) => [`parameters of ${name}`, parameters]),
    ),
    metrics: metricsOf(summary),
  };
}

/** How far it went, its losses and metrics; not how fast, and not what the hardware did. */
function metricsOf({ step, state, last, best, scalars }: RunDetail['summary']): Facts {
  const tags = scalars.filter((tag) => !/^(system|time)\/|^lr$/.test(tag));
  const values = tags.flatMap((tag): [string, number | null | undefined][] => [
    [tag, last[tag]],
    // The lowest value of an adversarial loss is no measure of quality.
    ...(tag.startsWith('val/') ? [[`best(${tag})`, best[tag]?.value] as [string, number | undefined]] : []),
  ]);
  return { state, step, ...Object.fromEntries(values) };
}
