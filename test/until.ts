import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that a busy machine may take; a test that waits longer has failed. */
const PATIENCE = 120_000;

/** Waits for what happens elsewhere: in another process, at the other end of a connection. */
export async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (const end = performance.now() + PATIENCE; !(await isTrue()); await sleep(10)) {
    assert.ok(performance.now() < end, `waited in vain until ${isTrue}`);
  }
}
