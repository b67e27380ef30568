import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pipelines } from './pipelines.js';

/** A device that notes what it reads and compiles, and refuses the source `invalid`. */
function notingDevice() {
  const [read, compiled]: string[][] = [[], []];
  const device = {
    createBindGroupLayout: () => ({}),
    createPipelineLayout: () => ({}),
    createShaderModule: ({ code }: { code: string }) => {
      read.push(code);
      return { code };
    },
    createComputePipelineAsync: async ({ compute }: { compute: { module: { code: string } } }) => {
      const { code } = compute.module;
      compiled.push(code);
      if (code === 'invalid') throw new Error('it is not valid');
      return { code };
    },
  };
  return { read, compiled, pipelines: new Pipelines(device as unknown as GPUDevice) };
}

const shader = (source: string) => ({ source, bindings: 1 });

test('a shader that several kernels have is compiled once, whoever asks for it at the same time or later', async () => {
  const { read, compiled, pipelines } = notingDevice();
  const asked = [['a', 'b', 'a'].map(shader), ['b', 'c'].map(shader)];
  const modules = asked.map((shaders) => pipelines.modulesOf(shaders)); // before either is compiled
  await Promise.all(modules.map((own) => pipelines.add(own)));
  await pipelines.add(pipelines.modulesOf(['a', 'c'].map(shader)));
  await pipelines.add(modules[0]);
  assert.deepEqual(compiled, ['a', 'b', 'c']);
  assert.deepEqual(read, ['a', 'b', 'c']);
  assert.deepEqual(pipelines.of(shader('b')).pipeline, { code: 'b' });
});

test('a shader that is not valid is an error for all who ask for it, again and again', async () => {
  const { compiled, pipelines } = notingDevice();
  for (let time = 0; time < 2; time++) {
    const modules = [['invalid', 'a'], ['invalid']].map((sources) =>
      pipelines.modulesOf(sources.map(shader)),
    );
    const adding = modules.map((own) => pipelines.add(own));
    for (const own of adding) await assert.rejects(own, /it is not valid/);
  }
  assert.deepEqual(compiled, ['invalid', 'a', 'invalid']);
});
