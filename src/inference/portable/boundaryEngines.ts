import { type FloatImages, toFloatImages, toImageBatch } from '../../data/batch/floatImages.js';
import type { ImageBatch } from '../../data/batch/imageBatch.js';
import type { Boundary } from '../../engine/onnx/modelForm.js';
import type { Engine } from './tensorTranslator.js';

// A graph that has conversions of images inside is used as it is, with conversions back where they are not wanted.

/** Images -1 ... 1 through a graph of any boundary; through one of bytes, with the precision of those. */
export function floatEngine(engine: Engine, boundary: Boundary): Engine {
  switch (boundary) {
    case 'float':
      return engine;
    case 'uint8':
      return {
        run: async (images) =>
          toFloatImages((await engine.run(toImageBatch(images as FloatImages))) as ImageBatch),
        dispose: () => engine.dispose(),
      };
    case 'float255':
      return {
        run: async ({ data, shape }) => {
          const out = await engine.run({ data: (data as Float32Array).map((x) => (x + 1) * 127.5), shape });
          return { data: (out.data as Float32Array).map((y) => y / 127.5 - 1), shape: out.shape };
        },
        dispose: () => engine.dispose(),
      };
  }
}

/** Bytes through a graph of any boundary. */
export function byteEngine(engine: Engine, boundary: Boundary): Engine {
  if (boundary === 'uint8') return engine;
  const floats = floatEngine(engine, boundary);
  return {
    run: async (images) =>
      toImageBatch((await floats.run(toFloatImages(images as ImageBatch))) as FloatImages),
    dispose: () => engine.dispose(),
  };
}
