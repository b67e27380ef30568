import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainOptions } from '../../options/trainOptions.js';
import { type Alert, postAlert } from '../../records/writing/alertWebhook.js';
import { reasonOf } from '../../records/writing/remote/reason.js';
import type { RunExit } from '../../records/writing/runRecord.js';
import type { TrackPoint } from '../../records/writing/tracker.js';
import { Plateau } from './plateau.js';
import type { TrainingEvent } from './trainingEvents.js';

/** Milliseconds that the end of a training waits for alerts to be taken. */
const PATIENCE = 5000;

/**
 * Tells a person elsewhere of what wants attention: a loss that is no number, a plateau, the end. Nothing of it holds up
 * the training, nor ends it.
 */
export class Alerts {
  private readonly plateau: Plateau;
  private at: TrackPoint | undefined;
  private hasDiverged = false;
  private hasFailed = false;
  private posting: Promise<void> = Promise.resolve();

  /** @param emit takes alerts for the record and the terminal, and one warning where the address takes none */
  constructor(
    private readonly opt: TrainOptions,
    private readonly emit: (event: TrainingEvent) => void,
  ) {
    this.plateau = new Plateau(opt.alertPlateau);
  }

  handle(event: TrainingEvent): void {
    if (event.kind === 'step') this.at = event.report.at;
    if (event.kind === 'validated') {
      const text = this.plateau.validated(event.at, event.result.measures.L1!);
      if (text === undefined) return;
      this.emit({ kind: 'alert', text, at: event.at });
      this.post('plateau', text);
    }
    if (event.kind === 'diverged') {
      this.at = event.report.at;
      this.hasDiverged = true;
      const bad = Object.entries(event.report.losses).filter(([, value]) => !Number.isFinite(value));
      this.post('nan', `training has diverged: ${bad.map((pair) => pair.join(' = ')).join(', ')}`);
    }
  }

  /** Tells of the end, and waits a moment for all to be taken. */
  async end({ reason, message }: RunExit): Promise<void> {
    const [summary] = (message ?? '').split('\n'); // the rest names folders and files
    if (reason === 'failed' && !this.hasDiverged) this.post('failed', `failed: ${summary}`);
    else if (reason !== 'failed')
      this.post(reason, reason === 'max_steps' ? 'finished by --max_steps' : reason);
    await Promise.race([this.posting, sleep(PATIENCE, undefined, { ref: false })]);
  }

  private post(event: Alert['event'], text: string): void {
    const { alertWebhook, name: run } = this.opt;
    if (alertWebhook === '') return;
    const alert: Alert = { event, run, text, step: this.at?.step, epoch: this.at?.epoch };
    this.posting = this.posting.then(async () => {
      try {
        await postAlert(alertWebhook, alert);
      } catch (error) {
        if (this.hasFailed) return;
        this.hasFailed = true;
        const { host } = new URL(alertWebhook); // the rest of the address may be a secret
        this.emit({
          kind: 'warning',
          text: `${host} takes no alerts (${reasonOf(error)}); training goes on`,
        });
      }
    });
  }
}
