import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** Milliseconds that anything may take on a machine ten times as slow; a test that waits longer has failed. */
export const PATIENCE = 600_000;

/**
 * Waits for what happens elsewhere: in another process, in a browser, at the other end of a connection.
 *
 * @param complaint what a test that has failed says of the last answer
 */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  complaint = () => `waited in vain until ${isTrue}`,
): Promise<void> {
  for (const end = performance.now() + PATIENCE; !(await isTrue()); await sleep(50)) {
    assert.ok(performance.now() < end, complaint());
  }
}
