import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PixelBudget } from './pixelBudget.js';

test('what is decoded at once stays within the budget; a larger image waits until it is alone', async () => {
  const budget = new PixelBudget(10);
  const order: string[] = [];
  const take = (name: string, pixels: number) => budget.take(pixels).then(() => order.push(name));
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  void take('6', 6);
  void take('4', 4);
  void take('20', 20);
  void take('1', 1); // would fit, but comes after the large one, which would else wait for ever
  await settle();
  assert.deepEqual(order, ['6', '4']);
  budget.release(6);
  await settle();
  assert.deepEqual(order, ['6', '4']);
  budget.release(4);
  await settle();
  assert.deepEqual(order, ['6', '4', '20']);
  budget.release(20);
  await settle();
  assert.deepEqual(order, ['6', '4', '20', '1']);
});
