import { contend } from './contender.js';

// The script that `pix2pix export --format web` writes, as it lies there.

contend(async (backend) => {
  const script = new URL('pix2pix.js', location.href).href;
  const { loadGenerator } = (await import(script)) as typeof import('../../web/pix2pix.js');
  const generator = await loadGenerator('model/', { backend: backend as 'wasm' | 'webgpu' });
  return (picture) => generator.translate(picture);
});
