import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { sessionOf } from '../../../test/writtenRun.js';
import type { RunSession } from '../writing/runRecord.js';
import { isWholeHistory, optionOrigins } from './optionOrigins.js';

const start = (options: RunSession['options'], given = Object.keys(options)) =>
  sessionOf('first', { options: { ...DEFAULTS, ...options }, given });
const goOn = (id: string, from: string | undefined, options: RunSession['options'], given: string[]) => {
  const resumedFrom = { session: from, epoch: 1, step: 10 };
  return sessionOf(id, { options: { ...DEFAULTS, continue_train: true, ...options }, given, resumedFrom });
};
const DEFAULTS = { lr: 0.0002, netG: 'unet_256', max_steps: 'inf' };
const originOf = (sessions: readonly RunSession[], name: string) => {
  const { givenIn, value, before } = optionOrigins(sessions).find((origin) => origin.name === name)!;
  return { givenIn, value, before };
};

test('what an earlier session was given still counts where it was taken over, and only there', () => {
  const sessions = [
    start({ netG: 'unet_128', max_steps: 100 }),
    goOn('second', 'first', { netG: 'unet_128', lr: 0.0001 }, ['lr']),
    goOn('third', 'second', { netG: 'unet_128', lr: 0.0001 }, []),
  ];
  assert.deepEqual(originOf(sessions, 'netG'), { value: 'unet_128', givenIn: 1, before: undefined });
  const slower = { value: 0.0001, givenIn: 2, before: { value: 0.0002, session: 1 } };
  assert.deepEqual(originOf(sessions, 'lr'), slower);
  const unlimited = { value: 'inf', givenIn: undefined, before: { value: 100, session: 1 } };
  assert.deepEqual(originOf(sessions, 'max_steps'), unlimited);
});

test('a run goes on from the session whose checkpoint it took, and one that began anew from none', () => {
  const branch = [
    start({ lr: 0.001 }),
    goOn('second', 'first', { lr: 0.005 }, ['lr']),
    goOn('third', 'first', { lr: 0.001 }, []),
  ];
  assert.deepEqual(originOf(branch, 'lr'), { value: 0.001, givenIn: 1, before: undefined });
  const anew = [start({ lr: 0.001 }), { ...start({}), id: 'second' }];
  assert.deepEqual(originOf(anew, 'lr'), { value: 0.0002, givenIn: undefined, before: undefined });
  assert.equal(isWholeHistory(anew), true);
  assert.equal(isWholeHistory([goOn('only', undefined, {}, [])]), false);
  assert.deepEqual([optionOrigins([]), isWholeHistory([])], [[], false]);
});

test('whatever the sessions are, the values are those of the last, and each was given where it is said', () => {
  const options = fc.record({ lr: fc.constantFrom(1, 2), netG: fc.constantFrom('a', 'b') });
  const session = fc.record({
    options,
    given: fc.subarray(['lr', 'netG']),
    from: fc.constantFrom('s0', 's1', 's2', undefined),
    continues: fc.boolean(),
  });
  fc.assert(
    fc.property(fc.array(session, { minLength: 1, maxLength: 5 }), (drawn) => {
      const sessions = drawn.map(({ options, given, from, continues }, i) =>
        sessionOf(`s${i}`, {
          options,
          given,
          resumedFrom: continues ? { session: from, epoch: 1, step: 1 } : undefined,
        }),
      );
      for (const { name, value, givenIn } of optionOrigins(sessions)) {
        assert.equal(value, sessions.at(-1)!.options[name]);
        if (givenIn === undefined) continue;
        assert.ok(sessions[givenIn - 1].given.includes(name));
        assert.equal(sessions[givenIn - 1].options[name], value);
      }
    }),
  );
});
