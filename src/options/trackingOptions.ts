import { serverAddressFault } from './serverAddress.js';
import type { OptionTable } from './spec.js';

/** Where else a training reports to. */
export const TRACKING_OPTIONS = {
  mlflow_uri: {
    kind: 'string',
    default: '',
    metavar: 'URL',
    group: 'Progress',
    check: serverAddressFault,
    help: 'an MLflow server that gets the run too, such as http://127.0.0.1:5000; training never waits for it (docs/tracking.md)',
  },
  mlflow_experiment: {
    kind: 'string',
    default: 'pix2pix',
    metavar: 'NAME',
    group: 'Progress',
    check: (name) => (name === '' || name.length > 500 ? 'it must have 1 to 500 characters' : undefined),
    help: 'the experiment there that the run belongs to; made where there is none',
  },
} as const satisfies OptionTable;
