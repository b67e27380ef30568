import { toFloatImages, toImageBatch } from '../data/floatImages.js';
import type { Boundary } from '../onnx/imageBoundary.js';
import { type Images, InferenceSession } from '../runtime/inferenceSession.js';
import type { Engine, Engines } from '../translation/tensorTranslator.js';
import type { GeneratorSource } from './generatorSource.js';

/**
 * The engines of a generator in ONNX Runtime. A graph that has conversions of its own inside is used as it is, with
 * conversions back where those are not what is asked for.
 */
export function sessionEngines(source: GeneratorSource, threads: number): Engines {
  const session = (boundary: Boundary): Promise<Engine> =>
    InferenceSession.create(source.model(boundary), { threads }) as Promise<Engine>;
  switch (source.info.boundary) {
    case 'float':
      return { uint8: () => session('uint8'), float: () => session('float') };
    case 'uint8':
      return { uint8: () => session('uint8'), float: async () => floatsByBytes(await session('uint8')) };
    case 'float255':
      return {
        uint8: async () => bytesByFloats(scaled(await session('float255'))),
        float: async () => scaled(await session('float255')),
      };
  }
}

type Shape4 = readonly [number, number, number, number];

/** -1 ... 1 through a session of any boundary. */
export function floatEngine(session: Engine, boundary: Boundary): Engine {
  if (boundary === 'float') return session;
  return boundary === 'uint8' ? floatsByBytes(session) : scaled(session);
}

/** Floats through a graph that takes and gives bytes: with the precision of those. */
function floatsByBytes(engine: Engine): Engine {
  return {
    run: async ({ data, shape }) => {
      const bytes = toImageBatch({ data: data as Float32Array, shape: shape as Shape4 });
      const out = (await engine.run(bytes)) as Images<Uint8Array>;
      return toFloatImages({ data: out.data, shape: out.shape as Shape4 });
    },
    dispose: () => engine.dispose(),
  };
}

/** Bytes through a graph that takes and gives floats. */
function bytesByFloats(engine: Engine): Engine {
  return {
    run: async ({ data, shape }) => {
      const floats = toFloatImages({ data: data as Uint8Array, shape: shape as Shape4 });
      const out = (await engine.run(floats)) as Images<Float32Array>;
      return toImageBatch({ data: out.data, shape: out.shape as Shape4 });
    },
    dispose: () => engine.dispose(),
  };
}

/** -1 ... 1 through a graph that takes and gives 0 ... 255. */
function scaled(engine: Engine): Engine {
  return {
    run: async ({ data, shape }) => {
      const out = await engine.run({ data: (data as Float32Array).map((x) => (x + 1) * 127.5), shape });
      return { data: (out.data as Float32Array).map((y) => y / 127.5 - 1), shape: out.shape };
    },
    dispose: () => engine.dispose(),
  };
}
