/** What several processes take of a GPU's memory besides; `collectiveContract.test.ts` has what they compute. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { foundGpu } from '../../../../test/foundDevices.js';
import { Twin } from '../../../../test/twin.js';
import { State } from '../../ir/state.js';
import { f32 } from '../../ir/tensorType.js';
import { Trace } from '../../ir/trace.js';
import { allReduce } from '../../ops/allReduce.js';
import { scale } from '../../ops/elementwise.js';
import { detach } from '../../ops/shape.js';
import { openDevice } from '../openDevice.js';

await foundGpu?.dispose();
const skip = foundGpu === undefined && 'there is no GPU here';

const [PARAMETERS, STATISTICS] = [300_000, 50_000];
/** Besides what is planned: numbers of updates, and what is rounded up. */
const SMALL = 16_384;

/** A training of one parameter, by gradients that the inputs are, which sums something over the processes besides. */
function training(states: readonly State[]) {
  const trace = new Trace(true);
  const inputs = [scale(trace.input('gradient', f32(PARAMETERS)), 2)];
  trace.hostStep({ kind: 'adam', name: 'W', states, inputs, learningRate: 'lr' });
  return trace.program({ total: detach(allReduce(trace.input('statistics', f32(STATISTICS)))) });
}

test('several processes exchange gradients through one buffer, which memory is planned for', {
  skip,
}, async () => {
  const device = await openDevice('webgpu', { boundsChecks: true, collective: new Twin() });
  const states = [new State('w', f32(PARAMETERS), 'parameter', { kind: 'constant', value: 0 })];
  await device.optimiser(states, { betas: [0.5, 0.999], epsilon: 1e-8, accumulates: true });
  const accumulated = 4 * PARAMETERS; // planned by whoever asks for it
  const planned = device.memory.predict(training(states), device.memory.strategies[0]);
  assert.equal(planned.states, device.memory.parameterBytes * PARAMETERS);
  const own = planned.total - planned.states;
  for (let programs = 1; programs <= 2; programs++) {
    const executable = await device.compile(training(states));
    const tensors = {
      gradient: new Float32Array(PARAMETERS).fill(1),
      statistics: new Float32Array(STATISTICS).fill(programs),
    };
    for (const accumulation of [undefined, { share: 1, isFirst: true, isLast: true }]) {
      const results = await executable.run({ tensors, scalars: { lr: 0.1 }, accumulation });
      assert.ok((await results.fetch('total')).every((x) => x === 2 * programs));
    }
    const expected = planned.states + accumulated + programs * own;
    const apart = device.allocatedBytes! - expected;
    assert.ok(Math.abs(apart) < programs * SMALL, `${programs}: ${apart} bytes more than ${expected}`);
  }
  await device.dispose();
});
