import type { TrainOptions } from '../../../options/trainOptions.js';
import { mlflowTracker } from './mlflow/mlflowTracker.js';
import type { RemoteTracker } from './remoteTracker.js';

/** Gives the tracker that a training with these options reports to, or nothing where none is asked for. */
export type RemoteTrackerFactory = (opt: TrainOptions) => RemoteTracker | undefined;

const factories: RemoteTrackerFactory[] = [
  ({ mlflowUri, mlflowExperiment }) =>
    mlflowUri === '' ? undefined : mlflowTracker(mlflowUri, mlflowExperiment),
];

/**
 * Makes every training from here on report to a service of one's own too.
 *
 * ```
 * registerRemoteTracker((opt) => new MyTracker(process.env.MY_TRACKER));
 * await train(opt);
 * ```
 */
export function registerRemoteTracker(factory: RemoteTrackerFactory): void {
  factories.push(factory);
}

/**
 * The trackers of a training.
 *
 * @throws Pix2PixError where the options name one in a wrong way
 */
export function remoteTrackersOf(opt: TrainOptions): RemoteTracker[] {
  return factories.map((make) => make(opt)).filter((tracker) => tracker !== undefined);
}
