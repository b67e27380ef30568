import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { f32 } from '../ir/tensorType.js';
import { binaryExpr, load, number } from './expressions.js';
import { InternTable } from './intern.js';
import { constant, external, map } from './tensors.js';

test('equal expressions and equal loops are one object', () => {
  const x = external('x', f32(4));
  const twice = () => map(f32(4), (i) => binaryExpr('mul', number(2), load(x, [i])));
  assert.equal(twice(), twice());
  assert.notEqual(
    twice(),
    map(f32(4), (i) => binaryExpr('mul', load(x, [i]), number(2))),
  );
  assert.equal(number(0.5), number(0.5));
  assert.notEqual(number(0), number(-0));
  assert.equal(constant([1, 2], [2]), constant([1, 2], [2]));
  assert.notEqual(constant([1, 2], [2]), constant([1, 2], [1, 2]));
  assert.notEqual(external('x', f32(4)), x, 'what comes from outside is one of its own');
});

test('what is no longer referenced is collected', async () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage: () => void = runInNewContext('gc');
  const table = new InternTable<object>();
  const makeAndForget = (key: string) =>
    new WeakRef(table.get(key, (id) => ({ id, filler: new Float64Array(1e5) })));
  const forgotten = makeAndForget('forgotten');
  const kept = table.get('kept', (id) => ({ id }));
  for (let i = 0; forgotten.deref() !== undefined && i < 50; i++) {
    await setTimeout(1); // an object that was just looked at lives until the end of the task
    collectGarbage();
  }
  assert.equal(forgotten.deref(), undefined);
  assert.equal(
    table.get('kept', () => assert.fail()),
    kept,
  );
});
