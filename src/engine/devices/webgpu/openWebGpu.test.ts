import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { webGpuPackages } from './webGpuPackage.js';

const [own, general] = webGpuPackages();

const ABSENT: object = { code: 'ERR_MODULE_NOT_FOUND' };

/** What is said when the device is opened where these packages are, and no others; each is the text of its module. */
function opening(packages: Readonly<Record<string, string>>, absent = ABSENT): string {
  const hook = `export async function resolve(specifier, context, next) {
    const text = ${JSON.stringify(packages)}[specifier];
    if (text !== undefined) return { url: 'data:text/javascript,' + encodeURIComponent(text), shortCircuit: true };
    if (!${JSON.stringify([own, general])}.includes(specifier)) return next(specifier, context);
    throw Object.assign(new Error('not there'), ${JSON.stringify(absent)});
  }`;
  const code = `
    import { register } from 'node:module';
    register('data:text/javascript,' + encodeURIComponent(${JSON.stringify(hook)}));
    const { openDevice } = await import(${JSON.stringify(new URL('../openDevice.js', import.meta.url).href)});
    await openDevice('webgpu').catch((error) => console.log(error.message));`;
  const argv = ['--input-type=module', '--eval', code];
  return spawnSync(process.execPath, argv, { encoding: 'utf8' }).stdout;
}

/** A package whose WebGPU tells its name as soon as it is asked for an adapter. */
const telling = (name: string) =>
  `export const create = () => ({ requestAdapter() { throw new Error(${JSON.stringify(`asked ${name}`)}) } })`;

test('this platform’s own package comes before the one that has all platforms', () => {
  assert.match(opening({ [own]: telling(own), [general]: telling(general) }), new RegExp(`asked ${own}`));
  assert.match(opening({ [own]: telling(own) }), new RegExp(`asked ${own}`));
  assert.match(opening({ [general]: telling(general) }), new RegExp(`asked ${general}`));
});

test('one that does not load leaves it to the other, or else says why', () => {
  const broken = 'throw new Error("libvulkan is missing\\nand more")';
  assert.match(opening({ [own]: broken, [general]: telling(general) }), new RegExp(`asked ${general}`));
  assert.match(opening({ [own]: broken }), /does not load\n +reason +\S+: libvulkan is missing\n/);
});

test('without any it is said how to install it, under Plug and Play too', () => {
  const ofYarn = { code: 'MODULE_NOT_FOUND', pnpCode: 'MISSING_PEER_DEPENDENCY' };
  for (const absent of [ABSENT, ofYarn]) {
    const said = opening({}, absent);
    assert.match(said, /is not installed\n +fix +npm install --no-save webgpu, or pass --device cpu/);
  }
});
