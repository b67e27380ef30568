import { join } from 'node:path';
import sharp from 'sharp';
import { type Service, startService } from '../../src/inference/serve/service.js';
import type { ServiceSettings } from '../../src/inference/serve/settings.js';
import { TINY } from '../tinyRun.js';
import { makeRun } from '../trainedRun.js';

// Services of small models, and requests to them.

/** What fetch takes as a body. */
export type Body = NonNullable<RequestInit['body']>;

/** Runs of these names, each with weights of its own. */
export async function makeModels(folder: string, ...names: readonly string[]): Promise<void> {
  for (const [seed, name] of names.entries())
    await (await makeRun(folder, name, [...TINY, '--seed', `${seed + 1}`])).dispose();
}

/** A service on any port, which ends as soon as it may. */
export function startTestService({ limits, ...settings }: ServiceSettings): Promise<Service> {
  return startService({ port: 0, threads: 1, limits: { drainDelay: 0, ...limits }, ...settings });
}

/** A service that is ended after `use`. */
export async function withService<T>(
  settings: ServiceSettings,
  use: (service: Service, url: string) => Promise<T>,
): Promise<T> {
  const service = await startTestService(settings);
  try {
    return await use(service, new URL(service.url).origin);
  } finally {
    await service.drain();
  }
}

/** A PNG of noise, the same for the same level. */
export async function picture(level: number, width = 32, height = 32): Promise<Buffer> {
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * level + (i >> 3)) % 256);
  return sharp(data, { raw: { width, height, channels: 3 } })
    .png()
    .toBuffer();
}

/** Asks for a translation of an image as the body. */
export function translate(url: string, image: Body, query = '', headers: Record<string, string> = {}) {
  return fetch(`${url}/v1/translate${query}`, {
    method: 'POST',
    headers: { 'Content-Type': 'image/png', ...headers },
    body: image,
  });
}

/** Asks for translations by JSON. */
export function translateJson(url: string, body: unknown, headers: Record<string, string> = {}) {
  return fetch(`${url}/v1/translate`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
}

/** The pixels of an image file. */
export const pixelsOf = (file: Uint8Array) => sharp(file).raw().toBuffer();

/** A file of weights in the folder of a run. */
export const weightsOf = (folder: string, name: string) => join(folder, name, 'latest_net_G.safetensors');
