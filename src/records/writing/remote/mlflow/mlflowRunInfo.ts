/** The fields of a server's answer about a run that are used. */
export interface MlflowRunInfo {
  readonly run_id: string;
  readonly experiment_id: string;
  readonly artifact_uri: string;
  readonly lifecycle_stage: string;
}

/** @throws Error where the answer is none of MLflow's */
export function requireInfo(info: unknown): MlflowRunInfo {
  const { run_id, experiment_id, artifact_uri, lifecycle_stage } = Object(info);
  return {
    run_id: requireText(run_id),
    experiment_id: requireText(experiment_id),
    artifact_uri: String(artifact_uri ?? ''),
    lifecycle_stage: String(lifecycle_stage ?? 'active'),
  };
}

/** @throws Error where a name that every answer has is missing */
export function requireText(value: unknown): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Error('it does not answer as MLflow does');
}
