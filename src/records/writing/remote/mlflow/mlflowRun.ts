import { openAsBlob } from 'node:fs';
import {
  type RemoteFile,
  type RemoteImage,
  RemoteRefusal,
  type RemoteRun,
  type RunEnd,
  type ScalarPoint,
} from '../remoteTracker.js';
import { type MlflowClient, refusing } from './mlflowClient.js';
import { artifactFolder, metricName } from './mlflowNames.js';
import type { MlflowRunInfo } from './mlflowRunInfo.js';

const STATUS: Readonly<Record<RunEnd, string>> = {
  finished: 'FINISHED',
  stopped: 'KILLED',
  failed: 'FAILED',
};

/** One run of an MLflow server. */
export class MlflowRun implements RemoteRun {
  readonly id: string;
  /** Below the root of the server's artifacts; undefined where artifacts do not go through the server. */
  private readonly artifacts: string | undefined;

  constructor(
    private readonly client: MlflowClient,
    private readonly info: MlflowRunInfo,
  ) {
    this.id = info.run_id;
    this.artifacts = /^mlflow-artifacts:(?:\/\/[^/]*)?\/(.+)$/.exec(info.artifact_uri)?.[1];
  }

  /** The server keeps a metric by name, step, time and value, so that one that comes twice is there once. */
  async scalars(points: readonly ScalarPoint[]): Promise<void> {
    const metrics = points.map(({ tag, step, wall, value }) => ({
      key: metricName(tag),
      value: Number.isFinite(value) ? value : String(value), // NaN and Infinity are words in protobuf's JSON
      timestamp: wall,
      step,
    }));
    await this.client.post('runs/log-batch', { run_id: this.id, metrics }).catch(refusing);
  }

  async image({ tag, step, bytes }: RemoteImage): Promise<void> {
    const [extension, type] = imageType(bytes);
    const path = `images/${artifactFolder(tag)}/${String(step).padStart(9, '0')}.${extension}`;
    await this.put(path, type, new Blob([new Uint8Array(bytes)]));
  }

  async file({ path, source }: RemoteFile): Promise<void> {
    await this.put(path, 'application/octet-stream', await openAsBlob(source));
  }

  async end(state: RunEnd, at: number): Promise<void> {
    await this.client.post('runs/update', { run_id: this.id, status: STATUS[state], end_time: at });
  }

  private async put(path: string, type: string, body: Blob): Promise<void> {
    if (this.artifacts === undefined) {
      throw new RemoteRefusal(
        `it keeps artifacts at ${this.info.artifact_uri.slice(0, 80)}, where only its own clients write; ` +
          'start it with --artifacts-destination',
      );
    }
    await this.client.putArtifact(`${this.artifacts}/${path}`, type, body).catch(refusing);
  }
}

/** By the first bytes of the file. */
function imageType(bytes: Uint8Array): readonly [extension: string, type: string] {
  const start = Buffer.from(bytes.subarray(0, 4)).toString('latin1');
  if (start === '\x89PNG') return ['png', 'image/png'];
  if (start.startsWith('\xff\xd8')) return ['jpg', 'image/jpeg'];
  return start === 'GIF8' ? ['gif', 'image/gif'] : ['bin', 'application/octet-stream'];
}
