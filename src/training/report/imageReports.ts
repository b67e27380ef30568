import type { TrackPoint } from '../../records/writing/tracker.js';
import { withAverages } from '../model/averagedNetworks.js';
import { isFirst } from '../parallel/ranks.js';
import type { Training } from '../training.js';
import type { TrainingEvent } from './trainingEvents.js';

/** Which records images are due in: the event file, the page. */
interface Due {
  readonly events: boolean;
  readonly html: boolean;
}

/** Tells of the images of a training, which are fetched from the model only where a record is due. */
export class ImageReports {
  /** The last epochs that each record has shown. */
  private readonly shown = { events: 0, html: 0 };

  constructor(
    private readonly training: Training,
    private readonly emit: (event: TrainingEvent) => void,
  ) {}

  /** The images of the last step; with the event file, those of the fixed samples too. */
  async afterStep(at: TrackPoint, due: Due): Promise<void> {
    const { model, samples, ranks } = this.training;
    if ((!due.events && !due.html) || !isFirst(ranks)) return;
    if (due.events) this.shown.events = at.epoch;
    if (due.html) this.shown.html = at.epoch;
    await model.computeVisuals();
    this.emit({ kind: 'images', at, visuals: await model.getCurrentVisuals(), due });
    if (!due.events || samples === undefined) return;
    const visuals = await withAverages(model, () => samples.visuals(model));
    this.emit({ kind: 'samples', at, visuals });
  }

  /** Every epoch has images in both records, however short it is. */
  async afterEpoch(at: TrackPoint): Promise<void> {
    const { events, html } = this.shown;
    await this.afterStep(at, { events: events !== at.epoch, html: html !== at.epoch });
  }
}
