import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { formatLosses, LossLog } from './lossLog.js';

const root = mkdtempSync(join(tmpdir(), 'loss-log-'));
after(() => rmSync(root, { recursive: true }));

const at = { step: 100, epoch: 1, iteration: 100 };
const time = { computeSeconds: 0.6124, dataSeconds: 0.0031 };

test("a line is what the reference's format string makes in Python", () => {
  const losses = { G_GAN: 0.9135, G_L1: 28.1139, D_real: Number.NaN, D_fake: Number.POSITIVE_INFINITY };
  assert.equal(
    formatLosses(at, losses, time),
    '(epoch: 1, iters: 100, time: 0.612, data: 0.003) G_GAN: 0.913 G_L1: 28.114 D_real: nan D_fake: inf ',
  );
});

test('each session appends its header and its lines', () => {
  const directory = join(root, 'run');
  new LossLog(directory, new Date(2026, 10, 1, 5, 2, 4)).losses(at, { G_L1: 1 }, time);
  new LossLog(directory, new Date(2026, 10, 22, 15, 32, 4)).losses(at, { G_L1: 2 }, time);
  assert.equal(
    readFileSync(join(directory, 'loss_log.txt'), 'utf8'),
    [
      '================ Training Loss (Sun Nov  1 05:02:04 2026) ================', // strftime('%c') of Python
      '(epoch: 1, iters: 100, time: 0.612, data: 0.003) G_L1: 1.000 ',
      '================ Training Loss (Sun Nov 22 15:32:04 2026) ================',
      '(epoch: 1, iters: 100, time: 0.612, data: 0.003) G_L1: 2.000 ',
      '',
    ].join('\n'),
  );
});

test('a log that cannot be written is an error that names it', () => {
  const { path } = new LossLog(join(root, 'other'));
  assert.throws(() => new LossLog(path), /cannot make a folder[\s\S]*loss_log\.txt[\s\S]*fix/);
  rmSync(path);
  mkdirSync(path);
  assert.throws(() => new LossLog(join(root, 'other')), /the loss log cannot be written[\s\S]*EISDIR/);
});
