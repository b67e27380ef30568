import type { RemoteTracker, RunFacts } from '../remoteTracker.js';
import { MlflowClient, MlflowError } from './mlflowClient.js';
import { paramsOf, tagsOf } from './mlflowFacts.js';
import { MlflowRun } from './mlflowRun.js';
import { type MlflowRunInfo, requireInfo, requireText } from './mlflowRunInfo.js';

/** A tag of our own, by which a run is found again when the answer to its creation was lost. */
const RUN_TAG = 'pix2pix.run';
const PARAMS_PER_BATCH = 100;

/**
 * Keeps runs at an MLflow server: options as parameters, losses and metrics with their steps and times, images and the
 * networks of checkpoints as artifacts.
 *
 * @param uri the server's address: `http://127.0.0.1:5000`
 * @param experiment the experiment that the runs belong to; made where there is none
 */
export function mlflowTracker(uri: string, experiment: string): RemoteTracker {
  const address = uri.replace(/\/+$/, '');
  return {
    name: `MLflow at ${address}`,
    place: `mlflow ${address} ${experiment}`,
    begin: async (facts, earlier, signal) => {
      const client = new MlflowClient(uri, signal);
      const info = await findOrMakeRun(client, experiment, facts, earlier);
      await describe(client, info.run_id, facts);
      return new MlflowRun(client, info);
    },
  };
}

async function findOrMakeRun(
  client: MlflowClient,
  experiment: string,
  facts: RunFacts,
  earlier: string | undefined,
): Promise<MlflowRunInfo> {
  const known = earlier === undefined ? undefined : await getRun(client, earlier);
  if (known !== undefined) return known;
  const experimentId = await findOrMakeExperiment(client, experiment);
  const { runs } = (await client.post('runs/search', {
    experiment_ids: [experimentId],
    filter: `tags.\`${RUN_TAG}\` = '${facts.id}'`,
    max_results: 1,
  })) as { runs?: { info: unknown }[] };
  if (runs?.[0] !== undefined) return requireInfo(runs[0].info);
  const started = facts.record?.sessions[0]?.startedAt;
  const { run } = (await client.post('runs/create', {
    experiment_id: experimentId,
    run_name: facts.name,
    start_time: started === undefined ? Date.now() : Date.parse(started),
    tags: [{ key: RUN_TAG, value: facts.id }],
  })) as { run?: { info: unknown } };
  return requireInfo(run?.info);
}

/** Undefined where somebody has deleted it. */
async function getRun(client: MlflowClient, id: string): Promise<MlflowRunInfo | undefined> {
  try {
    const { run } = (await client.get('runs/get', { run_id: id })) as { run?: { info: unknown } };
    const info = requireInfo(run?.info);
    return info.lifecycle_stage === 'active' ? info : undefined;
  } catch (error) {
    if (error instanceof MlflowError && error.code === 'RESOURCE_DOES_NOT_EXIST') return undefined;
    throw error;
  }
}

async function findOrMakeExperiment(client: MlflowClient, name: string): Promise<string> {
  try {
    const found = await client.get('experiments/get-by-name', { experiment_name: name });
    const { experiment } = found as {
      experiment?: { experiment_id?: string; lifecycle_stage?: string };
    };
    if (experiment?.lifecycle_stage === 'deleted') {
      throw new Error(
        `its experiment ${name} has been deleted: restore it, or pass another --mlflow_experiment`,
      );
    }
    return requireText(experiment?.experiment_id);
  } catch (error) {
    if (!(error instanceof MlflowError) || error.code !== 'RESOURCE_DOES_NOT_EXIST') throw error;
  }
  const made = (await client.post('experiments/create', { name })) as { experiment_id?: string };
  return requireText(made.experiment_id);
}

/** Says, or says again, what the run is. Parameters stay as they are once they are set: they are the first session's. */
async function describe(client: MlflowClient, run: string, facts: RunFacts): Promise<void> {
  if (facts.isUnderWay) await client.post('runs/update', { run_id: run, status: 'RUNNING' });
  await client.post('runs/log-batch', { run_id: run, tags: tagsOf(facts) });
  const params = paramsOf(facts);
  for (let from = 0; from < params.length; from += PARAMS_PER_BATCH) {
    const batch = params.slice(from, from + PARAMS_PER_BATCH);
    await client.post('runs/log-batch', { run_id: run, params: batch });
  }
}
