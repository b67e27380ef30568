import type { FloatImages } from '../../data/batch/floatImages.js';
import type { DeepImageBatch } from './generator.js';

const MAX = 65535;

/** 16-bit levels to -1 ... 1, NHWC to NCHW. */
export function fromLevels({ data, shape: [n, h, w, c] }: DeepImageBatch): FloatImages {
  const floats = new Float32Array(data.length);
  const area = h * w;
  for (let i = 0; i < n * area; i++) {
    const base = Math.floor(i / area) * c * area + (i % area);
    for (let k = 0; k < c; k++) floats[base + k * area] = (data[i * c + k] * 2) / MAX - 1;
  }
  return { data: floats, shape: [n, c, h, w] };
}

/** -1 ... 1 to 16-bit levels, rounded and limited, NCHW to NHWC. */
export function toLevels({ data, shape: [n, c, h, w] }: FloatImages): DeepImageBatch {
  const levels = new Uint16Array(data.length);
  const area = h * w;
  for (let i = 0; i < n * area; i++) {
    const base = Math.floor(i / area) * c * area + (i % area);
    for (let k = 0; k < c; k++) {
      const level = Math.round((data[base + k * area] + 1) * (MAX / 2));
      levels[i * c + k] = Math.max(0, Math.min(MAX, level));
    }
  }
  return { data: levels, shape: [n, h, w, c] };
}
