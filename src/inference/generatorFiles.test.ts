import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { assertClose } from '../../test/assertClose.js';
import { deviceWith } from '../../test/devices.js';
import { fixture } from '../../test/repository.js';
import { runProgram } from '../../test/runProgram.js';
import { readSafetensors } from '../checkpoints/safetensors.js';
import { Trace } from '../engine/ir/trace.js';
import { importRun } from '../interop/importRun.js';
import { generatorOfForeignFile, generatorOfRun } from './generatorFiles.js';

const root = mkdtempSync(join(tmpdir(), 'pix2pix-runs-'));
after(() => rmSync(root, { recursive: true }));

test('where there is no run of a name, runs are listed, and no other folders', () => {
  for (const folder of ['facades', 'images', 'theirs']) mkdirSync(join(root, folder));
  writeFileSync(join(root, 'facades', 'latest_net_G.safetensors'), '');
  writeFileSync(join(root, 'theirs', '200_net_G.pth'), '');
  assert.throws(
    () => generatorOfRun(join(root, 'images'), 'latest'),
    /no checkpoint latest of images\n[\s\S]* runs +facades, theirs\n +fix +name a run/,
  );
  assert.throws(() => generatorOfRun(join(root, 'facade'), 'latest'), /did you mean facades\?/);
});

const hd = readSafetensors(fixture('hd_pth.safetensors'));
for (const { net_g: netG, input_nc: inputNc, output_nc: outputNc } of JSON.parse(hd.metadata.get('cases')!)) {
  test(`pix2pixHD's ${netG} generator, as a file and as a run: PyTorch's output`, async () => {
    const file = fixture(`hd_${netG}.pth`);
    const run = join(root, `hd_${netG}`);
    const [{ found }] = importRun([file], run);
    assert.deepEqual(found, { netG, ngf: 1, inputNc, outputNc, norm: 'instance', useDropout: false });
    const input = hd.tensors.get(`${netG}.input`)!;
    for (const generator of [generatorOfForeignFile(file), generatorOfRun(run, 'latest')]) {
      const device = await deviceWith(generator.weights);
      const trace = new Trace(false);
      const y = generator.apply(trace, trace.input('x', { dtype: 'f32', shape: input.shape }));
      const found = await runProgram(trace.program({ y }), { x: input.data as Float32Array }, { device });
      const expected = hd.tensors.get(`${netG}.output`)!.data as Float32Array;
      assertClose(found.y, expected, netG, { relative: 1e-4 });
      await device.dispose();
    }
  });
}
