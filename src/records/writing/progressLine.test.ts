import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { widthOf } from '../../base/textWidth.js';
import { ProgressLine } from './progressLine.js';

const progress = {
  epoch: 3,
  nEpochs: 200,
  iteration: 12,
  total: 400,
  itersPerSecond: 1.625,
  etaSeconds: 9067,
  losses: { G_GAN: 0.9134, G_L1: 28.114 },
};

function terminal(columns: number, isTTY = true) {
  const stream = Object.assign(new PassThrough(), { isTTY, columns });
  return { stream, written: () => String(stream.read() ?? '') };
}

test('a terminal shows one line, written over the last one', () => {
  const { stream, written } = terminal(100);
  const line = new ProgressLine(stream, {});
  line.update(progress);
  const text = written();
  assert.equal(
    stripVTControlCharacters(text),
    '\repoch 3/200   12/400  1.63 it/s  ETA 2:31:07  G_GAN 0.913  G_L1 28.114',
  );
  assert.ok(text.startsWith('\r') && text.endsWith('\x1b[K'));
  assert.ok(text.includes('\x1b[1m'));
});

test('with NO_COLOR there is no colour, with TERM=dumb no line', () => {
  const plain = terminal(100);
  new ProgressLine(plain.stream, { NO_COLOR: '1' }).update(progress);
  const text = plain.written();
  assert.equal(text.includes('\x1b[1m') || text.includes('\x1b[22m'), false);
  const dumb = new ProgressLine(terminal(100).stream, { TERM: 'dumb' });
  assert.equal(dumb.live, false);
});

test('the line never reaches the last column', () => {
  for (const columns of [20, 40, 73, 80]) {
    const { stream, written } = terminal(columns);
    new ProgressLine(stream, {}).update({ ...progress, losses: { 損失: 1, ...progress.losses } });
    const width = widthOf(stripVTControlCharacters(written()).replace('\r', ''));
    assert.ok(width < columns && width >= Math.min(columns - 2, 73), `${width} of ${columns}`);
  }
});

test('many updates are drawn a few times a second', (t) => {
  t.mock.timers.enable({ apis: ['Date'], now: 1e6 });
  const { stream, written } = terminal(100);
  const line = new ProgressLine(stream, {});
  for (let millisecond = 0; millisecond < 1000; millisecond++) {
    line.update({ ...progress, iteration: millisecond });
    t.mock.timers.tick(1);
  }
  const drawn = written().split('\r').length - 1;
  assert.ok(drawn >= 10 && drawn <= 20, `${drawn} times in a second`);
});

test('a message stands above the line; the last state stays at the end', () => {
  const { stream, written } = terminal(100);
  const line = new ProgressLine(stream, {});
  line.update(progress);
  written();
  line.message('saving');
  const text = written();
  assert.ok(text.startsWith('\r\x1b[Ksaving\n\r'));
  assert.match(text, /epoch 3/);
  line.update({ ...progress, iteration: 400 }); // too soon to be drawn
  line.done();
  assert.match(written(), /400\/400.*\n$/);
});

test('without a terminal only messages are written, as plain lines', () => {
  const { stream, written } = terminal(80, false);
  const line = new ProgressLine(stream, {});
  line.update(progress);
  line.message('one');
  line.done();
  assert.equal(written(), 'one\n');
});

test('a message cannot steer the terminal', () => {
  const { stream, written } = terminal(80, false);
  new ProgressLine(stream, {}).message('a\x1b[2Jb\r\x9bc\td\ne');
  assert.equal(written(), 'a\\u001b[2Jb\\r\\u009bc\td\ne\n');
});

test('a closed pipe ends the display quietly, and training goes on', {
  skip: process.platform === 'win32',
}, () => {
  const module = fileURLToPath(new URL('./progressLine.js', import.meta.url));
  const script = `
    import { ProgressLine } from ${JSON.stringify(module)};
    const line = new ProgressLine(process.stdout, {});
    let error;
    for (let i = 0; !error; i++) {
      line.message('line ' + i);
      error = await new Promise((done) => process.stdout.write('.', done));
    }
    line.message('to nobody');
    line.done();
    process.stderr.write('went on');`;
  const command = '"$0" --input-type=module -e "$1" | head -n 1';
  const result = spawnSync('sh', ['-c', command, process.execPath, script], {
    encoding: 'utf8',
    timeout: 60_000,
  });
  assert.equal(result.stdout, 'line 0\n');
  assert.equal(result.stderr, 'went on');
});
