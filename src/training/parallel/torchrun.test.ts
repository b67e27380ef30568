import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseTorchrun } from './torchrun.js';

/** What torchrun of PyTorch 2.15 sets that is read here (torch/distributed/elastic/agent/server/local_elastic_agent.py). */
const torchrun = (WORLD_SIZE: string) => ({ TORCHELASTIC_RUN_ID: 'none', WORLD_SIZE });

test('several processes of torchrun are refused with the line for mpirun', () => {
  assert.throws(() => refuseTorchrun(torchrun('4')), {
    message: /torchrun[\s\S]*mpirun -n 4 npx pix2pix-ts/,
  });
});

test('one process, and variables that others set too, are nothing', () => {
  for (const env of [{}, torchrun('1'), { WORLD_SIZE: '4', LOCAL_RANK: '1' }]) refuseTorchrun(env);
});
