import { serverAddressFault } from './serverAddress.js';
import type { OptionTable } from './spec.js';
import { webhookFault } from './webhookAddress.js';

/** Where else a training reports to. */
export const TRACKING_OPTIONS = {
  dashboard: {
    kind: 'flag',
    group: 'Progress',
    stored: 'never',
    help: 'show the runs of --checkpoints_dir in the browser while this one trains, as the command dashboard does',
  },
  dashboard_port: {
    kind: 'int',
    default: 8097,
    min: 1,
    max: 65526,
    group: 'Progress',
    stored: 'never',
    help: 'port of --dashboard; where it is taken, the next that is free',
  },
  mlflow_uri: {
    kind: 'string',
    default: '',
    metavar: 'URL',
    group: 'Progress',
    check: serverAddressFault,
    help: 'an MLflow server that gets the run too, such as http://127.0.0.1:5000; training never waits for it',
  },
  mlflow_experiment: {
    kind: 'string',
    default: 'pix2pix',
    metavar: 'NAME',
    group: 'Progress',
    check: (name) => (name === '' || name.length > 500 ? 'it must have 1 to 500 characters' : undefined),
    help: 'the experiment there that the run belongs to; made where there is none',
  },
  alert_webhook: {
    kind: 'string',
    default: '',
    metavar: 'URL',
    group: 'Progress',
    stored: 'never',
    isSecret: true,
    check: webhookFault,
    help: 'where alerts are posted to (NaN, plateau, the end), as by Slack and Discord; kept in no record',
  },
  alert_plateau: {
    kind: 'int',
    default: 10,
    min: 0,
    group: 'Progress',
    help: 'validations without a lower L1 that are a plateau, of which you are told; 0 = none are',
  },
} as const satisfies OptionTable;
