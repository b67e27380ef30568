import { encodePng } from './encodePng.js';
import { type EventFileOptions, EventFileWriter } from './eventFileWriter.js';
import { hyperParameters, type SummaryValue, sessionEnd } from './hyperParameters.js';
import type { RunExit, RunSession } from './runRecord.js';
import { DataClass, DataType } from './tensorboard_pb.js';
import type { NamedImages, Scalars, TrackPoint } from './tracker.js';

/** The tags of texts that mark a place: a checkpoint that was saved, and something that wants attention. */
export const CHECKPOINT_TAG = 'checkpoint';
export const ALERT_TAG = 'alert';

/**
 * Keeps a run as TensorBoard shows it: losses as the tags `loss/G_L1`, other scalars, images as `visuals/fake_B`, text.
 */
export class EventTracker {
  private readonly writer: EventFileWriter;

  /** @param directory the run's folder; see `EventFileWriter` for what a resumed run passes */
  constructor(directory: string, options: EventFileOptions = {}) {
    this.writer = new EventFileWriter(directory, options);
  }

  /** Losses and learning rate of a step in one event: each event costs a checksum and a place in its reader's list. */
  step(at: TrackPoint, losses: Scalars, learningRate?: number): void {
    const tagged: Record<string, number> = {};
    for (const name of Object.keys(losses)) tagged[`loss/${name}`] = losses[name];
    if (learningRate !== undefined) tagged.lr = learningRate;
    this.scalars(at, tagged);
  }

  scalars({ step }: TrackPoint, values: Scalars): void {
    const value = Object.entries(values).map(([tag, simpleValue]) => ({
      tag,
      value: { case: 'simpleValue' as const, value: simpleValue },
    }));
    this.summary(step, value);
  }

  async images(at: TrackPoint, images: NamedImages): Promise<void> {
    await this.pictures(at, images, 'visuals');
  }

  /** Images of the same samples at each step, with their translations, as the tags `samples/1/fake_B`. */
  async samples(at: TrackPoint, images: NamedImages): Promise<void> {
    await this.pictures(at, images, 'samples');
  }

  private async pictures({ step }: TrackPoint, images: NamedImages, group: string): Promise<void> {
    const value = await Promise.all(
      Object.entries(images).map(async ([name, batch]) => {
        const [, height, width, colorspace] = batch.shape;
        const image = { height, width, colorspace, encodedImageString: await encodePng(batch) };
        return { tag: `${group}/${name}`, value: { case: 'image' as const, value: image } };
      }),
    );
    this.summary(step, value);
  }

  /** Numbers as `histogramOf` gives them, by tag. */
  histograms({ step }: TrackPoint, histograms: Readonly<Record<string, Float64Array>>): void {
    const value = Object.entries(histograms).map(([tag, rows]) => {
      const tensor = {
        dtype: DataType.DT_DOUBLE,
        tensorShape: { dim: [{ size: BigInt(rows.length / 3) }, { size: 3n }] },
        doubleVal: [...rows],
      };
      const metadata = { pluginData: { pluginName: 'histograms' }, dataClass: DataClass.TENSOR };
      return { tag, metadata, value: { case: 'tensor' as const, value: tensor } };
    });
    this.summary(step, value);
  }

  text({ step }: TrackPoint, tag: string, markdown: string): void {
    const tensor = {
      dtype: DataType.DT_STRING,
      tensorShape: { dim: [{ size: 1n }] },
      stringVal: [new TextEncoder().encode(markdown)],
    };
    const metadata = { pluginData: { pluginName: 'text' }, dataClass: DataClass.TENSOR };
    const value = [{ tag, metadata, value: { case: 'tensor' as const, value: tensor } }];
    this.summary(step, value);
  }

  /** A text that marks the place: tag `checkpoint`, `latest, 5`. */
  checkpoint(at: TrackPoint, tags: readonly string[]): void {
    this.text(at, CHECKPOINT_TAG, tags.join(', '));
  }

  /** Writes the run's row for TensorBoard's table of hyper-parameters; `metrics` are tags of scalars. */
  started(session: RunSession, metrics: readonly string[]): void {
    this.summary(0, hyperParameters(session, metrics));
  }

  /** How it ended, for the same table. */
  ended(exit: RunExit): void {
    this.summary(0, [sessionEnd(exit)]);
  }

  close(): void {
    this.writer.close();
  }

  private summary(step: number, value: SummaryValue[]): void {
    this.writer.add({ step: BigInt(step), what: { case: 'summary', value: { value } } });
  }
}
