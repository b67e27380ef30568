import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withoutMemoryHooks } from './memoryHooks.js';

test('UCX is kept from patching the process, unless a person wants it', () => {
  const env: NodeJS.ProcessEnv = {};
  withoutMemoryHooks(env);
  assert.deepEqual(env, { UCX_MEM_EVENTS: 'no' });
  const own: NodeJS.ProcessEnv = { UCX_MEM_EVENTS: 'yes' };
  withoutMemoryHooks(own);
  assert.deepEqual(own, { UCX_MEM_EVENTS: 'yes' });
});
