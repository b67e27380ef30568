import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { compareWithRun, readRun } from '../test/agreement.js';

/**
 * Three steps of the reference implementation on a GPU, from its recorded weights and images: how far ours are from what it
 * recorded. `node dist/bench/gpuReference.js FILE.safetensors OUT.json` ends with 1 where they differ.
 */
const [recorded, out] = parseArgs({ allowPositionals: true }).positionals;
/** Losses relative to the recorded ones, and the share of the parameters within 1e-5. */
const LIMITS = { losses: 1e-3, parametersClose: 0.99 };

const found = await compareWithRun(readRun(recorded), 'webgpu');
writeFileSync(out, `${JSON.stringify(found, null, 2)}\n`);
console.log(JSON.stringify(found));
const isSame = found.losses <= LIMITS.losses && found.parametersClose >= LIMITS.parametersClose;
console.log(isSame ? 'the same model' : 'not the same model');
process.exitCode = isSame ? 0 : 1;
