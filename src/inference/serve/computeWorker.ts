import { parentPort } from 'node:worker_threads';
import { sendError } from '../../base/errors/sentError.js';
import { systemErrorInWords } from '../../base/files/systemError.js';
import { findGenerator } from '../generatorSource.js';
import { loadGenerator } from '../loadGenerator.js';
import type { ComputeAnswer, ComputeCall, ComputeRequest } from './computeThread.js';

/** The thread of `ComputeThread`: carries out its calls one after another. */

const generators = new Map<number, Awaited<ReturnType<typeof loadGenerator>>>();
const send = (answer: ComputeAnswer, transferred: ArrayBuffer[] = []) =>
  parentPort!.postMessage(answer, transferred);
let last = Promise.resolve();

parentPort!.on('message', (request: ComputeRequest) => {
  last = last.then(() => answer(request));
});

async function answer({ id, call }: ComputeRequest): Promise<void> {
  try {
    const result = await carryOut(call);
    const isImages = call.kind === 'translate';
    send({ id, result }, isImages ? [(result as { data: Uint8Array }).data.buffer as ArrayBuffer] : []);
  } catch (error) {
    send({ id, failure: sendError(systemErrorInWords(error)) });
  }
}

async function carryOut(call: ComputeCall): Promise<unknown> {
  const onWarning = (warning: string) => send({ warning });
  switch (call.kind) {
    case 'verify':
      findGenerator(call.source, { ...call.options, onWarning: () => {} }); // it is loaded next
      return undefined;
    case 'load': {
      const generator = await loadGenerator(call.source, { ...call.options, onWarning });
      generators.set(call.model, generator);
      return generator.info;
    }
    case 'translate':
      return generators.get(call.model)!.translate(call.images);
    case 'unload': {
      const generator = generators.get(call.model);
      generators.delete(call.model);
      return generator?.dispose();
    }
  }
}
