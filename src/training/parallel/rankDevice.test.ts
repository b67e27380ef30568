import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseTrainOptions } from '../options.js';
import { decideDeviceTogether, type RankHardware, requireOwnGpu } from './rankDevice.js';
import { Ranks } from './ranks.js';

/** Rank 0 of several, which are told apart by what they give. */
class Given extends Ranks {
  constructor(private readonly all: readonly unknown[]) {
    super({ rank: 0, size: all.length, sum: () => {}, broadcast: () => {}, close: () => {} });
  }

  override gather<T>(): T[] {
    return [...this.all] as T[];
  }

  override async together<T>(action: () => Promise<T> | T): Promise<T> {
    return action();
  }
}

const card = (host: string, name: string, node = '/dev/nvidia0'): RankHardware => ({
  host,
  gpu: { name, identity: `${name} ${node}` },
});

const check = (all: readonly RankHardware[], shareGpu = false) => {
  const said: string[] = [];
  requireOwnGpu(new Given(all), all[0], { shareGpu }, (text) => said.push(text));
  return said;
};

test('ranks with a GPU of their own, and ranks on processors, train', () => {
  assert.deepEqual(check([card('a', 'h100'), card('b', 'h100')]), []);
  assert.deepEqual(check([card('a', 'h100'), card('a', 'a100')]), []);
  assert.deepEqual(check([card('a', 'h100'), card('a', 'h100', '/dev/nvidia1')]), []);
  assert.deepEqual(check([{ host: 'a' }, { host: 'a' }]), []);
});

test('ranks that see the same GPU are named, with the ways out; --share_gpu lets them', () => {
  const all = [card('a', 'h100'), card('b', 'h100'), card('a', 'h100'), card('a', 'a100')];
  assert.throws(() => check(all), {
    message:
      /see the same GPU[\s\S]*GPU +h100\n +host +a\n +ranks +0, 2\n[\s\S]*--share_gpu[\s\S]*--device cpu/,
  });
  assert.throws(() => check([card('c', 'a100'), ...all]), /host +a\n +ranks +1, 3\n/);
  assert.deepEqual(check(all, true), ['ranks 0, 2 share the GPU h100 of a']);
});

test('--device auto is a GPU where it is for all ranks, and else the processors', async () => {
  const opt = parseTrainOptions(['--dataroot', '.', '--device', 'webgpu']);
  const decide = async (...devices: string[]) => {
    const said: string[] = [];
    const { device } = await decideDeviceTogether(opt, new Given(devices), (text) => said.push(text));
    return [device, ...said];
  };
  assert.deepEqual(await decide('webgpu', 'webgpu'), ['webgpu']);
  assert.deepEqual(await decide('webgpu', 'cpu'), [
    'cpu',
    'training on the CPU: rank 0 would train with --device webgpu, rank 1 otherwise',
  ]);
});
