import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoadOptions, loadGenerator } from './loadGenerator.js';

test('a name or a setting that is none is refused before anything is read', async () => {
  const refused = async (message: RegExp, model: unknown, options?: unknown) =>
    assert.rejects(loadGenerator(model as string, options as LoadOptions), message);
  await refused(/^Pix2PixError: no generator is named\n {2}model {2}undefined\n.*demo:facades/, undefined);
  await refused(/^Pix2PixError: no generator is named/, '');
  await refused(/^Pix2PixError: no generator is named/, new URL('file:///model.onnx'));
  const [model, runs] = ['demo:facades', { onWarning: () => {} }];
  await refused(/there is no norm mode eval\n {2}there are {2}batch, running/, model, {
    ...runs,
    normMode: 'eval',
  });
  for (const threads of [-1, 1.5, Number.NaN, '4'])
    await refused(/^Pix2PixError: threads are a whole number/, model, { ...runs, threads });
});
