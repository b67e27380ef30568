import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { jobsOfPart, partOf, readPart } from './sharedFiles.js';

const job = (name: string, output = name) => ({ source: name, name, output, format: 'png' }) as const;

test('every file is of one part, and no part has two more than another', () => {
  fc.assert(
    fc.property(fc.nat(50), fc.integer({ min: 1, max: 9 }), (count, size) => {
      const jobs = Array.from({ length: count }, (_, i) => job(`${i}`));
      const parts = Array.from({ length: size }, (_, rank) => jobsOfPart(jobs, { rank, size }, false));
      assert.deepEqual(
        parts
          .flat()
          .map(({ name }) => Number(name))
          .sort((a, b) => a - b),
        [...jobs.keys()],
      );
      const sizes = parts.map(({ length }) => length);
      assert.ok(Math.max(...sizes) - Math.min(...sizes) <= 1);
    }),
  );
});

test('what is there already is left out where that is asked for', () => {
  const folder = mkdtempSync(join(tmpdir(), 'pix2pix-part-'));
  try {
    const there = join(folder, 'a.png');
    writeFileSync(there, '');
    const jobs = [job('a', there), job('b', join(folder, 'b.png'))];
    const names = (skips: boolean) => jobsOfPart(jobs, { rank: 0, size: 1 }, skips).map(({ name }) => name);
    assert.deepEqual([names(false), names(true)], [['a', 'b'], ['b']]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the part is that of MPI, of Slurm or of an indexed job, and all without any', () => {
  const part = (env: NodeJS.ProcessEnv) => {
    const { rank, size } = partOf(env);
    return `${rank}/${size}`;
  };
  assert.equal(part({ OMPI_COMM_WORLD_RANK: '1', OMPI_COMM_WORLD_SIZE: '4' }), '1/4');
  assert.equal(part({ PMI_RANK: '3', PMI_SIZE: '4' }), '3/4');
  assert.equal(part({ SLURM_PROCID: '2', SLURM_STEP_NUM_TASKS: '8' }), '2/8');
  assert.equal(part({ JOB_COMPLETION_INDEX: '5', JOB_COMPLETIONS: '6' }), '5/6');
  assert.equal(part({ JOB_COMPLETION_INDEX: '5' }), '0/1'); // of how many is not known
  assert.equal(part({ SLURM_PROCID: '0', SLURM_NTASKS: '8' }), '0/1'); // a batch script is one process
  assert.equal(part({}), '0/1');
});

test('--part counts from one, and refuses what is no part', () => {
  assert.deepEqual(readPart('2/8'), { rank: 1, size: 8 });
  for (const wrong of ['0/8', '9/8', '2', '2/0', '-1/8', 'a/b'])
    assert.throws(() => readPart(wrong), /such as 2\/8/);
});
