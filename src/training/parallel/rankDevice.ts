import { hostname } from 'node:os';
import { cardNodes } from '../../engine/devices/webgpu/systemGpus.js';
import type { Device } from '../../engine/runtime/device.js';
import type { TrainOptions } from '../../options/trainOptions.js';
import { decideDevice } from '../autoDevice.js';
import { type Ranks, SharedFailure } from './ranks.js';

/** What a rank computes on, as the others are told. */
export interface RankHardware {
  readonly host: string;
  /** The GPU, where it is one: its name for people, and all that its driver and the system say of it. */
  readonly gpu?: { readonly name: string; readonly identity: string };
}

/**
 * The options with what `--device auto` comes to for all ranks: a GPU where that is faster on every one of them.
 * @param say told why
 */
export async function decideDeviceTogether<T extends TrainOptions>(
  opt: T,
  ranks: Ranks,
  say: (text: string) => void,
): Promise<T> {
  const decided = await ranks.together(() => decideDevice(opt, say));
  const devices = ranks.gather(decided.device);
  const other = devices.findIndex((device) => device !== devices[0]);
  if (other < 0) return decided;
  say(`training on the CPU: rank 0 would train with --device ${devices[0]}, rank ${other} otherwise`);
  return { ...decided, device: 'cpu' };
}

/**
 * Makes sure that each rank has a GPU of its own, or that somebody has said that they share one.
 *
 * @param own what this rank computes on
 * @throws SharedFailure naming the ranks and the GPU
 */
export function requireOwnGpu(
  ranks: Ranks,
  own: RankHardware,
  { shareGpu }: Pick<TrainOptions, 'shareGpu'>,
  say: (text: string) => void,
): void {
  const all = ranks.gather(own);
  const isSame = (a: RankHardware, b: RankHardware) =>
    a.gpu !== undefined && a.host === b.host && a.gpu.identity === b.gpu?.identity;
  const first = all.findIndex((one, rank) => all.some((other, i) => i > rank && isSame(one, other)));
  if (first < 0) return;
  const { host, gpu } = all[first];
  const sharing = [...all.keys()].filter((rank) => isSame(all[first], all[rank])).join(', ');
  if (shareGpu) {
    say(`ranks ${sharing} share the GPU ${gpu!.name} of ${host}`);
    return;
  }
  throw new SharedFailure(
    'several ranks see the same GPU, and would wait for each other',
    { GPU: gpu!.name, host, ranks: sharing },
    'start as many ranks as there are GPUs and let the launcher show each its own (docs/cluster.md), pass --share_gpu, ' +
      'or train on processors with --device cpu',
  );
}

/** What this process computes on: equal cards differ by the files of `/dev` that it may use. */
export function rankHardware({
  adapter,
  fingerprint,
}: Pick<Device, 'adapter' | 'fingerprint'>): RankHardware {
  const host = hostname();
  if (adapter === undefined) return { host };
  return { host, gpu: { name: adapter, identity: [fingerprint, ...cardNodes()].join(' ') } };
}
