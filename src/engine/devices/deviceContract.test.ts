/** The requirements on every device of the registry. */
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import fc from 'fast-check';
import { shapes } from '../../../test/arbitraries.js';
import { openTestDevice } from '../../../test/devices.js';
import { foundDevices } from '../../../test/foundDevices.js';
import { fillDropoutMask } from '../../base/random/dropoutMask.js';
import { RandomStream } from '../../base/random/stream.js';
import { State } from '../ir/state.js';
import { elementCount, f32, i64, u8 } from '../ir/tensorType.js';
import { Trace } from '../ir/trace.js';
import { cast } from '../ops/cast.js';
import { add, mul, scale } from '../ops/elementwise.js';
import { sum } from '../ops/reduce.js';
import { detach, transpose } from '../ops/shape.js';
import { openDevice } from './openDevice.js';

const zero = { kind: 'constant', value: 0 } as const;
const buffer = (name: string, ...shape: number[]) => new State(name, f32(...shape), 'buffer', zero);
const counter = () => new State('tracked', i64(), 'counter', zero);

for (const { name, device } of foundDevices) {
  const contract = (title: string, check: () => Promise<void>) => test(`${name}: ${title}`, check);
  /** For devices that `--device` offers. */
  const choice = (title: string, check: () => Promise<void>) => {
    if (name !== 'interpreter') contract(title, check);
  };
  after(() => device.dispose());

  contract('a state is zero at first, and comes back as it was set', () =>
    fc.assert(
      fc.asyncProperty(fc.array(shapes, { minLength: 1, maxLength: 5 }), async (all) => {
        const states = [...all.map((shape, i) => buffer(`s${i}`, ...shape)), counter()];
        await device.allocate(states);
        for (const state of states)
          assert.ok([...(await device.download(state))].every((x) => Number(x) === 0));
        const given = states.map(({ type }, i) => {
          const numbers = { length: elementCount(type.shape) };
          return type.dtype === 'i64'
            ? BigInt64Array.of(2n ** 40n + 1n)
            : Float32Array.from(numbers, (_, k) => Math.fround(1 / (k + i + 1)));
        });
        for (const [i, state] of states.entries()) await device.upload(state, given[i]);
        for (const [i, state] of states.entries()) assert.deepEqual(await device.download(state), given[i]);
        await device.free(states);
      }),
      { seed: 1, numRuns: 20 },
    ),
  );

  contract('what was decided says for which device, and is taken from there alone', async () => {
    const { decided } = device;
    assert.equal(decided.fingerprint, device.fingerprint);
    const algorithms = { 'a layer of no program': 'direct' };
    device.restoreDecided({ fingerprint: 'another', algorithms });
    assert.deepEqual(device.decided, decided);
    device.restoreDecided(decided);
    assert.deepEqual(device.decided, decided);
  });

  contract('data is copied, in and out', async () => {
    const state = buffer('s', 2);
    await device.allocate([state]);
    const given = Float32Array.of(1, 2);
    await device.upload(state, given);
    given[0] = 7;
    const first = (await device.download(state)) as Float32Array;
    assert.deepEqual([...first], [1, 2]);
    first[1] = 7;
    await device.allocate([state]); // which has memory already
    assert.deepEqual([...(await device.download(state))], [1, 2]);
  });

  contract('what does not fit a state, and a state without memory, are refused by name', async () => {
    const state = buffer('weight', 3);
    await assert.rejects(device.download(state), /weight/);
    await assert.rejects(device.upload(state, new Float32Array(3)), /weight/);
    await device.allocate([state]);
    await assert.rejects(device.upload(state, new Float32Array(4)), /weight/);
    await assert.rejects(device.upload(state, new BigInt64Array(3)), /weight/);
    await device.free([state]);
    await assert.rejects(device.download(state), /weight/);
  });

  contract('bytes go in and out as they are; an input that nothing reads need not be given', async () => {
    const trace = new Trace(true);
    const bytes = trace.input('bytes', u8(2, 3));
    trace.input('unused', f32(7));
    const y = cast(transpose(cast(bytes, 'f32'), [1, 0]), 'u8');
    const executable = await device.compile(trace.program({ y }));
    const results = await executable.run({ tensors: { bytes: Uint8Array.of(1, 2, 3, 253, 254, 255) } });
    assert.deepEqual(await results.fetch('y'), Uint8Array.of(1, 253, 2, 254, 3, 255));
    await executable.dispose();
  });

  contract(
    'inputs are copied in; results are copies, fetched before the next run, awaited whenever',
    async () => {
      const trace = new Trace(true);
      const executable = await device.compile(trace.program({ y: scale(trace.input('x', f32(2)), 2) }));
      const given = Float32Array.of(1, 2);
      const first = await executable.run({ tensors: { x: given } });
      given[0] = 9;
      const copy = (await first.fetch('y')) as Float32Array;
      assert.deepEqual([...copy], [2, 4]);
      copy[0] = 9;
      assert.deepEqual([...(await first.fetch('y'))], [2, 4]);
      const early = first.fetch('y');
      const second = await executable.run({ tensors: { x: Float32Array.of(5, 6) } });
      assert.deepEqual([...(await early)], [2, 4]);
      assert.deepEqual([...(await second.fetch('y'))], [10, 12]);
      await assert.rejects(first.fetch('y'), /y of this run is gone/);
      await assert.rejects(second.fetch('z'), /has no output z/);
      await executable.dispose();
      await assert.rejects(second.fetch('y'), /y of this run is gone/);
    },
  );

  contract('a missing input and one of another size are refused by name', async () => {
    const trace = new Trace(true);
    const executable = await device.compile(trace.program({ y: scale(trace.input('real_A', f32(2)), 2) }));
    await assert.rejects(executable.run({ tensors: {} }), /input real_A is not given/);
    const tensors = { real_A: new Float32Array(3) };
    await assert.rejects(executable.run({ tensors }), /input real_A has 3 elements, the program takes 2/);
    await executable.dispose();
  });

  contract('an output that nothing computes is refused, not left undefined', async () => {
    const trace = new Trace(true);
    const x = trace.input('x', f32(3));
    await assert.rejects(device.compile(trace.program({ y: x })), /y is the program's input itself/);
    const executable = await device.compile(trace.program({ y: detach(x) }));
    const results = await executable.run({ tensors: { x: Float32Array.of(1, 2, 3) } });
    assert.deepEqual([...(await results.fetch('y'))], [1, 2, 3]);
    await executable.dispose();
  });

  contract('programs read states as they are, write them at the end and move counters', async () => {
    const [state, tracked] = [buffer('running', 2), counter()];
    await device.allocate([state, tracked]);
    await device.upload(state, Float32Array.of(1, 2));
    const trace = new Trace(true);
    const before = scale(trace.read(state), 10);
    trace.write(state, add(trace.read(state), trace.input('x', f32(2))));
    trace.count(tracked);
    trace.count(tracked);
    const executable = await device.compile(trace.program({ before }));
    for (let run = 0; run < 3; run++) {
      const results = await executable.run({ tensors: { x: Float32Array.of(1, 10) } });
      assert.deepEqual([...(await results.fetch('before'))], [10 + 10 * run, 20 + 100 * run]);
    }
    assert.deepEqual([...(await device.download(state))], [4, 32]);
    assert.deepEqual([...(await device.download(tracked))], [6n]);
    await device.upload(state, Float32Array.of(0, 0));
    const results = await executable.run({ tensors: { x: Float32Array.of(1, 10) } });
    assert.deepEqual([...(await results.fetch('before'))], [0, 0]);
    await executable.dispose();
  });

  contract('masks and noise are drawn by seed, purpose, draw and place, unless they are given', async () => {
    const trace = new Trace(true);
    const masks = [0.5, 0.2].map((rate) => trace.dropoutMask(f32(300), rate));
    const noise = trace.noise('uniform', f32(40));
    const outputs = { a: detach(masks[0]), b: detach(masks[1]), noise: detach(noise) };
    const executable = await device.compile(trace.program(outputs));
    const random = { seed: 3, purpose: 'dropout.test', draw: 7 } as const;
    const results = await executable.run({ tensors: {}, random });
    for (const [index, [output, rate]] of (
      [
        ['a', 0.5],
        ['b', 0.2],
      ] as const
    ).entries()) {
      const expected = new Float32Array(300);
      fillDropoutMask(expected, new RandomStream(3, 'dropout.test', [7, index]), rate);
      assert.deepEqual(await results.fetch(output), expected);
    }
    const stream = new RandomStream(3, 'noise.test', [7, 0]);
    const expected = Float32Array.from({ length: 40 }, () => stream.uniform());
    assert.deepEqual(await results.fetch('noise'), expected);
    const ones = new Float32Array(300).fill(1);
    const given = await executable.run({ tensors: { 'dropout.0': ones }, random });
    assert.deepEqual(await given.fetch('a'), ones);
    await executable.dispose();
  });

  contract('it says what it is, for records and for tuned choices', async () => {
    assert.equal(device.name, name);
    assert.ok(Object.values(device.versions).every((version) => /^\d+\.\d+/.test(version)));
    const again = await openTestDevice(name);
    assert.equal(again.fingerprint, device.fingerprint);
    assert.notEqual(device.fingerprint, '');
    await again.dispose();
  });

  choice('its memory model goes from the fastest strategy to the leanest', async () => {
    const trace = new Trace(true);
    const state = buffer('w', 1000);
    const program = trace.program({ y: sum(mul(trace.read(state), trace.input('x', f32(1000)))) });
    const { strategies, predict, processBytes, available } = device.memory;
    assert.ok(strategies.length > 0 && available() > 0);
    for (const strategy of strategies) {
      const { process, states, kept, working, total } = predict(program, strategy);
      assert.equal(process, processBytes);
      assert.equal(states, 4000);
      assert.ok(kept >= 4000, 'the input is kept');
      assert.equal(total, process + states + kept + working);
    }
  });

  choice('a time is predicted without memory for the states', async () => {
    const trace = new Trace(true);
    const program = trace.program({
      y: sum(mul(trace.read(buffer('w', 1000)), trace.input('x', f32(1000)))),
    });
    const { convolutions, others, optimisers, total } = await device.predictTime(program);
    assert.deepEqual([convolutions, optimisers], [0, 0]);
    assert.ok(others > 0 && total === others);
  });

  choice('a profile has every run of every node, and is empty unless it was asked for', async () => {
    const profiled = await openDevice(name, { threads: 1, profiling: true });
    const trace = new Trace(true);
    const program = trace.program({ y: sum(trace.input('x', f32(100))) });
    for (const [on, isProfiled] of [
      [profiled, true],
      [device, false],
    ] as const) {
      const executable = await on.compile(program);
      for (let run = 0; run < 3; run++) await executable.run({ tensors: { x: new Float32Array(100) } });
      await executable.dispose();
      const { nodes } = await on.profile();
      assert.equal(nodes.length > 0, isProfiled);
      for (const { milliseconds } of nodes) assert.equal(milliseconds.length, 3);
    }
    await profiled.dispose();
  });

  contract('disposing of it lets go of everything', async () => {
    const own = await openTestDevice(name);
    const state = buffer('weight', 3);
    await own.allocate([state]);
    const trace = new Trace(true);
    const executable = await own.compile(trace.program({ y: scale(trace.read(state), 2) }));
    const results = await executable.run({ tensors: {} });
    await own.dispose();
    await assert.rejects(own.download(state), /weight/);
    await assert.rejects(results.fetch('y'), /y of this run is gone/);
    await own.dispose(); // again, which does nothing
  });
}
