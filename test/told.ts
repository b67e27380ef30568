import { AsyncLocalStorage } from 'node:async_hooks';
import { Pix2PixError } from '../src/base/errors/pix2pixError.js';
import { systemErrorInWords } from '../src/base/files/systemError.js';
import { COMMANDS } from '../src/cli/commands.js';
import { ending } from '../src/cli/train.js';
import { parseTrainOptions } from '../src/training/options.js';
import { Narration } from '../src/training/report/narration.js';
import { completeOptions } from '../src/training/saved/completeOptions.js';
import { trainHere } from './tinyRun.js';

// What the program says, without starting it: a process takes a second before it says a word. `tinyRun.ts` starts it, for
// what a process is needed for: its threads, exit code, signals and streams.

/** As of a process, so that a test can take either. */
export interface Told {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** What commands of this process have written. */
const written = new AsyncLocalStorage<Record<'stdout' | 'stderr', string>>();

for (const name of ['stdout', 'stderr'] as const) {
  const stream = process[name];
  const write = stream.write.bind(stream);
  stream.write = ((text: string, ...rest: unknown[]) => {
    const output = written.getStore(); // of others, as node:test, nothing is taken
    if (output === undefined) return Reflect.apply(write, undefined, [text, ...rest]);
    output[name] += text;
    for (const each of rest) if (typeof each === 'function') each();
    return true;
  }) as typeof stream.write;
}

/** A command other than `train` in this process and its working directory. An error that is a defect of ours is thrown. */
export async function commandHere(name: string, ...argv: readonly string[]): Promise<Told> {
  const output = { stdout: '', stderr: '' };
  try {
    const status = await written.run(output, async () => (await COMMANDS[name].load()).run(argv));
    return { status, ...output };
  } catch (error) {
    return { status: 1, stdout: output.stdout, stderr: output.stderr + inWords(error) };
  }
}

/** `pix2pix train` without its thread, its lock and its record. */
export async function trainingHere(...argv: readonly string[]): Promise<Told> {
  let stdout = '';
  try {
    const opt = completeOptions(parseTrainOptions(argv));
    const narration = new Narration(opt);
    const { summary } = await trainHere(argv, Number.POSITIVE_INFINITY, (event) => {
      for (const { kind, text } of narration.tell(event))
        stdout += `${kind === 'warning' ? 'warning: ' : ''}${text}\n`;
    });
    return { status: 0, stdout: `${stdout}${ending(opt, summary)}\n`, stderr: '' };
  } catch (error) {
    return { status: 1, stdout, stderr: inWords(error) };
  }
}

function inWords(error: unknown): string {
  const told = systemErrorInWords(error);
  if (!(told instanceof Pix2PixError)) throw told;
  return `error: ${told.message}\n`;
}
