import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { freemem, tmpdir, totalmem } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { machineMemory } from './machineMemory.js';

const folder = mkdtempSync(join(tmpdir(), 'pix2pix-groups-'));
after(() => rmSync(folder, { recursive: true }));

const MB = 1e6;
/** Below what any machine has that runs the tests, and what is free on it. */
const LIMIT = 200 * MB;

let made = 0;
/** A machine's files of control groups: the lines of /proc/self/cgroup, and files below /sys/fs/cgroup. */
function groups(own: string, files: Record<string, string | number>) {
  const root = join(folder, `${made++}`);
  for (const [path, text] of Object.entries({ own, ...files })) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), `${text}\n`);
  }
  return { ownGroups: join(root, 'own'), mount: root };
}

test('without limits it is the memory of the machine', () => {
  for (const files of [
    { ownGroups: join(folder, 'absent'), mount: folder },
    groups('0::/', {}),
    groups('0::/a', { 'a/memory.max': 'max', 'a/memory.current': MB }),
    // version 1 writes the largest multiple of a page for none
    groups('4:memory:/', { 'memory/memory.limit_in_bytes': '9223372036854771712' }),
  ]) {
    const { total, available } = machineMemory(files);
    assert.equal(total, totalmem());
    assert.ok(Math.abs(available - freemem()) < totalmem() / 4);
  }
});

test('version 2: the limit, less what is used, but for files that were only read', () => {
  const files = groups('0::/job', {
    'job/memory.max': LIMIT,
    'job/memory.current': 150 * MB,
    'job/memory.stat': `anon ${40 * MB}\ninactive_file ${100 * MB}\nactive_file 5`,
  });
  assert.deepEqual(machineMemory(files), { total: LIMIT, available: 150 * MB });
});

test('version 2: above memory.high a group is slowed down, so that is its limit', () => {
  const files = groups('0::/', { 'memory.max': LIMIT, 'memory.high': LIMIT / 2, 'memory.current': MB });
  assert.deepEqual(machineMemory(files), { total: LIMIT / 2, available: LIMIT / 2 - MB });
});

test('version 1, beside other controllers', () => {
  const files = groups('11:cpu,cpuacct:/other\n7:hugetlb,memory:/job\n1:name=systemd:/', {
    'memory/job/memory.limit_in_bytes': LIMIT,
    'memory/job/memory.usage_in_bytes': 120 * MB,
    'memory/job/memory.stat': `inactive_file 1\ntotal_inactive_file ${20 * MB}`,
  });
  assert.deepEqual(machineMemory(files), { total: LIMIT, available: 100 * MB });
});

test('the groups that a group lies in limit it too', () => {
  const files = groups('0::/pod/job', {
    'pod/memory.max': LIMIT / 4,
    'pod/memory.current': 10 * MB,
    'pod/job/memory.max': LIMIT,
    'pod/job/memory.current': MB,
  });
  assert.deepEqual(machineMemory(files), { total: LIMIT / 4, available: LIMIT / 4 - 10 * MB });
});

test('a group that has used up its limit leaves nothing, and never less', () => {
  const files = groups('0::/', { 'memory.max': LIMIT, 'memory.current': LIMIT + MB });
  assert.equal(machineMemory(files).available, 0);
});
