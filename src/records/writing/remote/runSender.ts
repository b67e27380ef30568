import { RemoteRefusal, type RemoteRun, type RemoteTracker } from './remoteTracker.js';
import { endOf, readRunFacts } from './runFacts.js';
import { checkpointFiles, recordFile, type VersionedFile } from './runFiles.js';
import { loadSent, type SentState, saveSent } from './sentState.js';
import { type EventBatch, UnsentEvents } from './unsentEvents.js';

const POINTS_AT_ONCE = 1000;

export interface SenderOptions {
  /** The session that is under way: nothing is sent before `run.json` says what it does. Absent where none is. */
  readonly session?: string;
  /** Ends what is under way. */
  readonly signal: AbortSignal;
  /** Told once for each kind of data that the service will not accept. */
  readonly say: (text: string) => void;
}

/** Sends what a run's folder holds to one tracker, piece by piece, and remembers in the folder what was taken. */
export class RunSender {
  private readonly unsent: UnsentEvents;
  /** Bytes of the file that is being sent, if it is one. */
  bytesUnderWay = 0;
  private run: RemoteRun | undefined;
  private state: SentState | undefined;
  private readonly refused = new Set<string>();

  constructor(
    private readonly folder: string,
    readonly tracker: RemoteTracker,
    private readonly options: SenderOptions,
  ) {
    this.unsent = new UnsentEvents(folder);
  }

  /**
   * Sends the next piece.
   *
   * @param isOver whether the session is: then the checkpoints and its end are sent too
   * @returns whether there was one
   * @throws whatever the tracker throws; the same piece is sent next time
   */
  async sendNext(isOver: boolean): Promise<boolean> {
    this.run ??= await this.begin();
    const { run } = this;
    if (run === undefined) return false;
    const batch = await this.unsent.next(this.sent.events);
    if (batch !== undefined) {
      await this.sendBatch(run, batch);
      this.save({ events: batch.events });
      return true;
    }
    const files = [...recordFile(this.folder), ...(isOver ? checkpointFiles(this.folder) : [])];
    const changed = files.find(({ path, version }) => this.sent.files[path] !== version);
    if (changed !== undefined) {
      await this.sendFile(run, changed);
      return true;
    }
    return isOver && this.sendEnd(run);
  }

  private get sent(): SentState {
    return this.state!;
  }

  private async begin(): Promise<RemoteRun | undefined> {
    const { session, signal } = this.options;
    const facts = await readRunFacts(this.folder, session !== undefined);
    const last = facts.record?.sessions.at(-1);
    if (session !== undefined && (last?.id !== session || last.plan === undefined)) return undefined;
    const { place } = this.tracker;
    const known = loadSent(this.folder, place);
    const earlier = known?.run === facts.id ? known : undefined;
    const run = await this.tracker.begin(facts, earlier?.remote, signal);
    this.state =
      earlier?.remote === run.id ? earlier : { run: facts.id, remote: run.id, events: {}, files: {} };
    this.save({});
    return run;
  }

  private async sendBatch(run: RemoteRun, { points, images }: EventBatch): Promise<void> {
    for (let from = 0; from < points.length; from += POINTS_AT_ONCE) {
      await this.sendPoints(run, points.slice(from, from + POINTS_AT_ONCE));
    }
    for (const image of images) await this.unlessRefused('an image', image.tag, () => run.image(image));
  }

  /** Halves a batch that is refused, until the value that the service refuses is found. */
  private async sendPoints(run: RemoteRun, points: EventBatch['points']): Promise<void> {
    if (points.length === 1) {
      return this.unlessRefused('a value', points[0].tag, () => run.scalars(points));
    }
    try {
      await run.scalars(points);
    } catch (error) {
      if (!(error instanceof RemoteRefusal)) throw error;
      const half = points.length >> 1;
      await this.sendPoints(run, points.slice(0, half));
      await this.sendPoints(run, points.slice(half));
    }
  }

  private async sendFile(run: RemoteRun, file: VersionedFile): Promise<void> {
    this.bytesUnderWay = file.bytes;
    try {
      await this.unlessRefused('a file', file.path, () => run.file(file));
    } finally {
      this.bytesUnderWay = 0;
    }
    this.save({ files: { ...this.sent.files, [file.path]: file.version } });
  }

  private async sendEnd(run: RemoteRun): Promise<boolean> {
    const last = (await readRunFacts(this.folder, false)).record?.sessions.at(-1);
    const key = last?.id ?? 'end';
    if (this.sent.ended === key) return false;
    const at = last?.endedAt === undefined ? Date.now() : Date.parse(last.endedAt);
    await run.end(last === undefined ? 'finished' : endOf(last), at);
    this.save({ ended: key });
    return true;
  }

  private async unlessRefused(kind: string, what: string, send: () => Promise<void>): Promise<void> {
    try {
      await send();
    } catch (error) {
      if (!(error instanceof RemoteRefusal)) throw error;
      if (this.refused.has(kind)) return;
      this.refused.add(kind);
      const name = what.length > 60 ? `${what.slice(0, 59)}…` : what;
      this.options.say(`${this.tracker.name} refuses ${kind} (${name}), perhaps others: ${error.message}`);
    }
  }

  private save(change: Partial<SentState>): void {
    this.state = { ...this.sent, ...change };
    saveSent(this.folder, this.tracker.place, this.state);
  }
}
