import type { NamedTensors, StoredTensor } from '../checkpoints/format/dtype.js';
import { readStateDict } from './readStateDict.js';

const STATISTICS = ['running_mean', 'running_var', 'num_batches_tracked'];

/** What wrappers put before every name: DataParallel and torchrun's of many GPUs, and torch.compile. */
const WRAPPERS = /^(?:module\.|_orig_mod\.)+/;

/**
 * A state dict as the network itself would have written it today:
 *
 * - without the prefixes `module.` and `_orig_mod.` of a network saved inside DataParallel or torch.compile;
 * - without running statistics of instance norms, which PyTorch before 0.4 wrote (the reference's
 *   `__patch_instance_norm_state_dict` in models/base_model.py). An instance norm has no scale, a batch norm has;
 * - with `num_batches_tracked` of batch norms, 0, which PyTorch before 0.4.1 did not write (`load_state_dict` does so).
 */
export function toNetworkState(stateDict: NamedTensors): Map<string, StoredTensor> {
  const names = [...stateDict.keys()];
  const wrapper = WRAPPERS.exec(names[0] ?? '')?.[0] ?? '';
  const start = names.every((name) => name.startsWith(wrapper)) ? wrapper.length : 0;
  const plain = new Map([...stateDict].map(([name, tensor]) => [name.slice(start), tensor]));
  const state = new Map<string, StoredTensor>();
  for (const [name, tensor] of plain) {
    const dot = name.lastIndexOf('.');
    const [layer, part] = [name.slice(0, dot), name.slice(dot + 1)];
    const isNorm = plain.has(`${layer}.running_mean`);
    if (isNorm && !plain.has(`${layer}.weight`) && STATISTICS.includes(part)) continue;
    state.set(name, tensor);
    const counter = `${layer}.num_batches_tracked`;
    if (isNorm && part === 'running_var' && !plain.has(counter)) {
      state.set(counter, { dtype: 'I64', shape: [], data: new BigInt64Array(1) });
    }
  }
  return state;
}

/** The state dict in a file of PyTorch's, as `toNetworkState` has it. Throws as `readStateDict`. */
export function readNetworkState(path: string): Map<string, StoredTensor> {
  return toNetworkState(readStateDict(path));
}
