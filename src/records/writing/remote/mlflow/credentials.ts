export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The header that authenticates requests, from where MLflow's own clients take it: MLFLOW_TRACKING_USERNAME with
 * MLFLOW_TRACKING_PASSWORD, or else MLFLOW_TRACKING_TOKEN (mlflow/utils/rest_utils.py, http_request). Empty without.
 */
export function authorization(environment: Environment): Readonly<Record<string, string>> {
  const {
    MLFLOW_TRACKING_USERNAME: user,
    MLFLOW_TRACKING_PASSWORD: password,
    MLFLOW_TRACKING_TOKEN: token,
  } = environment;
  if (user && password) {
    return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
  }
  return token ? { authorization: `Bearer ${token}` } : {};
}
