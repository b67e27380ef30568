import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { RankLost, watchRanks } from './rankWatch.js';

const LAUNCH = { rank: 1, size: 2, localSize: 2, launcher: 'mpirun', mpi: 'MPICH' } as const;
/** What a rank waits longer than the one before it. */
const TURN = 5;

/** A watch whose time passes when it is told to. */
function watched(flags: { wait: number | undefined }, rankTimeout: number) {
  let time = 0;
  let lost: unknown;
  const watch = watchRanks(flags, LAUNCH, { name: 'run', rankTimeout }, () => time);
  watch.lost.catch((error) => {
    lost = error;
  });
  /** Lets so many seconds pass, in which the process looks every so many. */
  const pass = async (seconds: number, each = 0.1) => {
    for (let i = 0; i < Math.round(seconds / each); i++) {
      time += 1000 * each;
      mock.timers.tick(100);
    }
    await new Promise((resolve) => setImmediate(resolve));
    return lost;
  };
  return { pass, end: watch.end };
}

test('a rank that waits longer than --rank_timeout is told that others are lost, each in its turn', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  const flags = { wait: 3 as number | undefined };
  const { pass, end } = watched(flags, 30);
  assert.equal(await pass(29 + TURN), undefined);
  flags.wait = 5; // they have answered, and it waits again
  assert.equal(await pass(29 + TURN), undefined);
  flags.wait = undefined;
  assert.equal(await pass(1000), undefined);
  flags.wait = 1; // ranks that find each other have 20 s at least
  assert.equal(await pass(29 + TURN), undefined);
  const lost = await pass(2);
  assert.ok(lost instanceof RankLost);
  assert.match(lost.message, /^rank 1 has waited 30 seconds for the others: /);
  end();
});

test('time in which all ranks were suspended, or had none of the machine, is not waited', async (t) => {
  mock.timers.enable({ apis: ['setInterval'] });
  t.after(() => mock.timers.reset());
  const { pass, end } = watched({ wait: 3 }, 10);
  assert.equal(await pass(1), undefined);
  assert.equal(await pass(3600, 3600), undefined);
  assert.equal(await pass(7 + TURN), undefined);
  assert.ok((await pass(2)) instanceof RankLost);
  end();
});
