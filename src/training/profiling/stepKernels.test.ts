import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { parseTrainOptions } from '../options.js';
import { stepKernels } from './stepKernels.js';

const text = stepKernels(parseTrainOptions(['--dataroot', '.']));
const kernels = text.split('\n\n// ');

test('every kernel of a step is there once, with what it computes, how, and its WGSL', () => {
  const titles = kernels.flatMap((kernel) => kernel.match(/^(?:\/\/ )?(\d+) of (\d+): /)?.slice(1) ?? []);
  const count = kernels.length - 1;
  assert.deepEqual(titles, Array.from({ length: count }, (_, i) => [`${i + 1}`, `${count}`]).flat());
  for (const kernel of kernels.slice(0, -1)) {
    assert.match(kernel, / = [\s\S]*\n\/\/ m0, m1, ...: [\s\S]*workgroups\n@group\(0\) @binding\(0\)/);
    assert.match(kernel, /@compute @workgroup_size\(\d+\)\nfn main/);
  }
  assert.match(kernels[count], /fn stableTanh/); // what all of them call, once
  assert.equal(text.match(/fn stableTanh/g)!.length, 1);
});

test('the WGSL in docs/architecture.md is what runs', () => {
  const document = readFileSync('docs/architecture.md', 'utf8');
  const excerpts = [...document.matchAll(/```wgsl\n([\s\S]*?)```/g)].map(([, code]) =>
    code.trimEnd().split('\n'),
  );
  assert.equal(excerpts.length, 5);
  const at = kernels.findIndex((kernel) => kernel.includes('G.unet.1.3.1.conv2d'));
  const [convolution, norm] = [kernels[at], kernels[at + 1]].map((kernel) => kernel.split('\n'));
  for (const [i, excerpt] of excerpts.entries()) {
    let line = 0;
    for (const expected of excerpt) {
      const found = (i < 4 ? convolution : norm).indexOf(expected, line);
      assert.ok(found >= 0, `${expected} is not in the kernel, or not there`);
      line = found + 1;
    }
  }
});
