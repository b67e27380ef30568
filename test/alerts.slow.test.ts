import assert from 'node:assert/strict';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { openRuns } from '../src/records/reading/runIndex.js';
import { Plateau } from '../src/training/report/plateau.js';
import { makeDataset, startPix2pix, TINY, temporaryFolder } from './tinyRun.js';

// What a training tells a person elsewhere: only to the address that is given, nothing that is secret, and never at its cost.

const folder = temporaryFolder();
await makeDataset(join(folder, 'data'), { train: 2, val: 1 });
const SECRET = 'T0K3N-of-the-webhook';

interface Posted {
  readonly body: Readonly<Record<string, unknown>>;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
}
const posted: Posted[] = [];
const fates: Record<string, number | 'hang' | undefined> = {};
const server = createServer((request, response) => {
  let text = '';
  request.on('data', (chunk) => (text += chunk));
  request.on('end', () => {
    const path = request.url!;
    posted.push({ body: JSON.parse(text), path, headers: request.headers });
    const fate = fates[path.split('/')[1]] ?? 200;
    if (fate !== 'hang') response.writeHead(fate, { location: '/elsewhere' }).end();
  });
}).listen(0, '127.0.0.1');
await new Promise((resolve) => server.once('listening', resolve));
after(() => {
  server.closeAllConnections();
  server.close();
});
const { port } = server.address() as AddressInfo;

async function train(name: string, ...more: string[]) {
  const before = posted.length;
  const webhook = `http://127.0.0.1:${port}/${name}/${SECRET}`;
  const argv = [
    ...['train', '--dataroot', 'data', ...TINY, '--name', name, '--n_epochs', '1', '--n_epochs_decay', '0'],
    ...['--alert_webhook', webhook, ...more],
  ];
  const { code, output } = await startPix2pix(folder, argv, () => {});
  return { code, output, alerts: posted.slice(before) };
}

/** Every file of a run as text. */
function textsOf(run: string): string[] {
  const path = (name: string) => join(folder, 'checkpoints', run, name);
  const names = readdirSync(join(folder, 'checkpoints', run), { recursive: true, encoding: 'utf8' });
  return names
    .filter((name) => statSync(path(name)).isFile())
    .map((name) => readFileSync(path(name), 'latin1'));
}

test('the end is told, as Slack and Discord read it, and the address is kept nowhere', async () => {
  const { code, alerts } = await train('ended');
  assert.equal(code, 0);
  const text = 'ended: finished';
  assert.deepEqual(
    alerts.map(({ body }) => body),
    [{ event: 'finished', run: 'ended', text, content: text, step: 2, epoch: 1 }],
  );
  assert.equal(alerts[0].path, `/ended/${SECRET}`);
  assert.equal(alerts[0].headers['content-type'], 'application/json');
  assert.equal(alerts[0].headers.authorization, undefined);
  for (const content of textsOf('ended')) assert.ok(!content.includes(SECRET));
  const record = textsOf('ended').find((content) => content.includes('"sessions"'))!;
  assert.match(record, /"--alert_webhook",\s+"\*\*\*"/);
});

test('a loss that is no number is told once, and so is what keeps a training from its first step', async () => {
  const wild = await train('wild', '--lr', '1e30', '--n_epochs', '5');
  assert.equal(wild.code, 1);
  assert.deepEqual(
    wild.alerts.map(({ body }) => body.event),
    ['nan'],
  );
  assert.match(String(wild.alerts[0].body.text), /^wild: training has diverged: \w+ = (NaN|-?Infinity)/);
  const early = await train('early', '--dataroot', 'nowhere');
  assert.deepEqual(
    early.alerts.map(({ body }) => [body.event, String(body.text).includes(folder)]),
    [['failed', false]],
  );
});

test('a plateau is told, marked in the record, and shown with the run', async () => {
  const { alerts, output } = await train('flat', '--n_epochs', '4', '--lr', '1e-30', '--alert_plateau', '2');
  const events = alerts.map(({ body }) => body.event);
  assert.deepEqual(events, ['plateau', 'finished'], output);
  assert.match(output, /^plateau: in 2 validations val\/L1 was not below the 0\.\d+ of epoch \d$/m);
  const index = await openRuns(join(folder, 'checkpoints'));
  const { summary, marks } = index.detail('flat')!;
  assert.equal(summary.alert?.kind, 'alert');
  assert.deepEqual(
    marks.filter(({ kind }) => kind === 'alert').map(({ label }) => label),
    [String(alerts[0].body.text).replace('flat: ', '')],
  );
});

test('an address that takes nothing costs one warning without its secret, and not the training', async () => {
  for (const [name, fate] of Object.entries({ refused: 500, moved: 302, silent: 'hang' } as const)) {
    fates[name] = fate;
    const { code, output, alerts } = await train(name);
    assert.deepEqual([code, alerts.length], [0, 1], output);
    assert.ok(!output.includes(SECRET), output);
    if (fate !== 'hang')
      assert.match(output, /^warning: 127\.0\.0\.1:\d+ takes no alerts \(it answers \d+\)/m);
  }
  const away = await startPix2pix(
    folder,
    [
      ...[
        'train',
        '--dataroot',
        'data',
        ...TINY,
        '--name',
        'away',
        '--n_epochs',
        '1',
        '--n_epochs_decay',
        '0',
      ],
      `--alert_webhook=http://127.0.0.1:1/${SECRET}`,
    ],
    () => {},
  );
  assert.equal(away.code, 0);
  assert.match(away.output, /^warning: 127\.0\.0\.1:1 takes no alerts \(.+\); training goes on$/m);
  for (const content of textsOf('away')) assert.ok(!content.includes(SECRET));
});

test('an address that is none is refused', async () => {
  for (const address of ['ftp://host/x', 'host/x', 'http://me:word@host/x']) {
    const argv = ['train', '--dataroot', 'data', '--name', 'x', '--alert_webhook', address];
    const { code, output } = await startPix2pix(folder, argv, () => {});
    assert.deepEqual(
      [code, /alert_webhook[\s\S]*must (begin with http|hold no user)/.test(output)],
      [1, true],
    );
  }
});

test('a plateau is as many validations as are asked for without a better one, told once until it is better', () => {
  const told = (values: readonly number[], patience: number) => {
    const plateau = new Plateau(patience);
    return values.flatMap((l1, i) => {
      const at = { step: 10 * (i + 1), epoch: i + 1, iteration: 10 };
      return plateau.validated(at, l1) === undefined ? [] : [i + 1];
    });
  };
  assert.deepEqual(told([5, 4, 4, 4, 4, 4], 2), [4]);
  assert.deepEqual(told([5, 6, 7, 3, 4, 4], 2), [3, 6]);
  assert.deepEqual(told([5, Number.NaN, Number.NaN], 2), [3]);
  assert.deepEqual(told([5, 5, 5, 5], 0), []);
  assert.deepEqual(told([5, 4, 3, 2], 1), []);
});
