/** Against a real MLflow server, read back by MLflow's own client, where PIX2PIX_TEST_PYTHON or python3 has mlflow. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { until } from '../../../../../test/until.js';
import {
  expectedMetrics,
  runFolderIn,
  sessionOf,
  sorted,
  writeRecord,
  writeSteps,
} from '../../../../../test/writtenRun.js';
import { encodePng } from '../../encodePng.js';
import { EventTracker } from '../../eventTracker.js';
import { SENT_FILE } from '../sentState.js';
import { syncRun } from '../syncRun.js';
import { mlflowTracker } from './mlflowTracker.js';

const interpreter = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const found = spawnSync(interpreter, ['-c', 'import mlflow']).status === 0;
const options = found ? {} : { skip: `no mlflow in ${interpreter}` };

const root = mkdtempSync(join(tmpdir(), 'mlflow-server-'));
let uri = '';
let server: ChildProcess | undefined;

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

before(async () => {
  if (!found) return;
  const port = await freePort();
  const flags = ['--host', '127.0.0.1', '--port', String(port), '--workers', '1'];
  const stores = [
    '--backend-store-uri',
    `sqlite:///${root}/mlflow.db`,
    '--artifacts-destination',
    `${root}/a`,
  ];
  const settings = { cwd: root, stdio: 'ignore', detached: true } as const;
  server = spawn(interpreter, ['-m', 'mlflow', 'server', ...flags, ...stores], settings);
  uri = `http://127.0.0.1:${port}`;
  await until(async () => {
    assert.equal(server!.exitCode, null, 'the server has ended');
    const response = await fetch(`${uri}/health`).catch(() => undefined);
    return response?.ok === true;
  });
});
after(() => {
  if (server?.pid !== undefined) process.kill(-server.pid); // it has workers
  rmSync(root, { recursive: true, force: true });
});

interface Seen {
  readonly runs: number;
  readonly status: string;
  readonly end: number | null;
  readonly params: Record<string, string>;
  readonly tags: Record<string, string>;
  readonly metrics: Record<string, [step: number, value: string, time: number][]>;
  readonly artifacts: Record<string, string>;
}

/** The runs of an experiment as MLflow's client gives them; the first one whole, files in base64. */
function seenBy(experiment: string): Seen {
  const script = `
import base64, json, sys
from mlflow import MlflowClient
client = MlflowClient(sys.argv[1])
runs = client.search_runs([client.get_experiment_by_name(sys.argv[2]).experiment_id])
run = runs[0]
def files(path=None):
    for entry in client.list_artifacts(run.info.run_id, path):
        if entry.is_dir: yield from files(entry.path)
        else: yield entry.path
def content(path):
    return base64.b64encode(open(client.download_artifacts(run.info.run_id, path), 'rb').read()).decode()
print(json.dumps({
    'runs': len(runs), 'status': run.info.status, 'end': run.info.end_time,
    'params': run.data.params, 'tags': run.data.tags,
    'metrics': {key: [[m.step, repr(m.value), m.timestamp] for m in client.get_metric_history(run.info.run_id, key)]
                for key in run.data.metrics},
    'artifacts': {path: content(path) for path in files()},
}))`;
  const result = spawnSync(interpreter, ['-c', script, uri, experiment], {
    encoding: 'utf8',
    maxBuffer: 1 << 28,
  });
  assert.equal(result.status, 0, result.stderr);
  return JSON.parse(result.stdout);
}

const metricsIn = ({ metrics }: Seen, ...keys: string[]) =>
  sorted(
    keys.flatMap((key) =>
      metrics[key].map(([step, value]): [string, number, number] => [key, step, Number(value)]),
    ),
  );

test('MLflow has the run as it was: options, losses, images, files, how it ended', options, async () => {
  const many = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`option_${i}`, i]));
  const session = sessionOf('s1', {
    options: { ...sessionOf('').options, ...many, empty: '', long: 'x'.repeat(9000) },
    exit: { reason: 'stopped' },
    endedAt: '2026-03-01T11:00:00.000Z',
  });
  const folder = runFolderIn(root, session);
  writeSteps(folder, 1, 510);
  const events = new EventTracker(folder);
  const at = { step: 511, epoch: 2, iteration: 1 };
  const odd = { 'odd: tag*/../ü': 0.25, nan: Number.NaN, up: Number.POSITIVE_INFINITY, down: -Infinity };
  events.scalars(at, odd);
  const image = { data: Uint8Array.from({ length: 48 }, (_, i) => i * 5), shape: [1, 4, 4, 3] as const };
  await events.images(at, { fake_B: image });
  events.close();

  const said: string[] = [];
  const tracker = mlflowTracker(uri, 'whole');
  await syncRun(folder, tracker, { say: (text) => void said.push(text) });
  assert.deepEqual(said, []);
  const seen = seenBy('whole');
  assert.deepEqual([seen.runs, seen.status], [1, 'KILLED']);
  assert.equal(seen.end, Date.parse(session.endedAt!));
  assert.deepEqual(metricsIn(seen, 'loss/G_L1', 'loss/D_real'), expectedMetrics(1, 510));
  const { nan, up, down, ...others } = seen.metrics;
  assert.deepEqual([nan[0][1], Number(up[0][1]) > 1e300, Number(down[0][1]) < -1e300], ['nan', true, true]);
  const [name] = Object.keys(others).filter((key) => key.startsWith('odd'));
  assert.deepEqual(others[name][0].slice(0, 2), [511, '0.25']);
  assert.ok(Math.abs(others[name][0][2] - Date.now()) < 600_000);
  assert.equal(Object.keys(seen.params).length, 4 + 130 + 2);
  assert.deepEqual([seen.params.netG, seen.params.option_129, seen.params.empty], ['unet_256', '129', '']);
  assert.equal(seen.params.long.length, 500);
  assert.equal(seen.tags['mlflow.source.git.commit'], 'abc123');
  assert.equal(seen.tags['mlflow.runName'], 'written');
  const png = Buffer.from(await encodePng(image)).toString('base64');
  assert.equal(seen.artifacts['images/visuals/fake_B/000000511.png'], png);
  assert.equal(JSON.parse(Buffer.from(seen.artifacts['run.json'], 'base64').toString()).sessions.length, 1);

  // The record of what was sent is lost: the same run is found, and nothing counts twice.
  rmSync(join(folder, SENT_FILE));
  await syncRun(folder, tracker);
  assert.deepEqual(seenBy('whole').metrics, seen.metrics);
});

test('a run that is continued goes on in MLflow, and finishes there', options, async () => {
  const folder = runFolderIn(root, sessionOf('s1'));
  const tracker = mlflowTracker(uri, 'continued');
  writeSteps(folder, 1, 10, 1);
  await syncRun(folder, tracker);
  assert.equal(seenBy('continued').status, 'FAILED', 'it ended without a word');
  const finished = { exit: { reason: 'finished' }, endedAt: '2026-03-02T10:00:00.000Z' } as const;
  const changed = { options: { ...sessionOf('').options, lr: 0.1 } };
  writeRecord(
    folder,
    sessionOf('s1'),
    sessionOf('s2', { resumedFrom: { epoch: 1, step: 10 }, ...changed, ...finished }),
  );
  writeSteps(folder, 11, 20, 11);
  await syncRun(folder, tracker);
  const seen = seenBy('continued');
  assert.deepEqual([seen.runs, seen.status, seen.params.lr], [1, 'FINISHED', '0.0002']);
  assert.match(seen.tags['pix2pix.session.2'], /lr 0\.0002 -> 0\.1/);
  assert.deepEqual(metricsIn(seen, 'loss/G_L1', 'loss/D_real'), expectedMetrics(1, 20));
});
