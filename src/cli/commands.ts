import type { Command as CommanderCommand } from 'commander';
import type { Command } from './command.js';
import type { CompletedCommand } from './completion/completed.js';

/** A command as the list of commands has it. */
export interface ListedCommand {
  /** One line for the list of commands. */
  readonly summary: string;
  /** Its modules are loaded when it is called: all of them together take eight times as long as the list. */
  load(): Promise<Command>;
}

/** In the order in which they are listed. */
export const COMMANDS: Readonly<Record<string, ListedCommand>> = {
  train: {
    summary: 'train a model on pairs of images',
    load: async () => (await import('./train.js')).trainCommand,
  },
  test: {
    summary: 'translate images with a trained model and write a page of results',
    load: async () => (await import('./test.js')).testCommand,
  },
  evaluate: {
    summary: 'measure which checkpoint is good',
    load: async () => ofCommander((await import('./evaluate.js')).evaluateCommand),
  },
  translate: {
    summary: 'translate images with a trained generator',
    load: async () => ofCommander((await import('./translate.js')).translateCommand),
  },
  serve: {
    summary: 'translate images over HTTP',
    load: async () => ofCommander((await import('./serve.js')).serveCommand),
  },
  export: {
    summary: 'write a trained generator as ONNX, weights or a web page',
    load: async () => ofCommander((await import('./export.js')).exportCommand),
  },
  import: {
    summary: 'make a run of models that PyTorch or the TensorFlow port wrote',
    load: async () => ofCommander((await import('./import.js')).importCommand),
  },
  models: {
    summary: 'list trained generators that others have published, and fetch one',
    load: async () => ofCommander((await import('./models.js')).modelsCommand),
  },
  dataset: {
    summary: 'look at, make, join or fetch data to train on',
    load: async () => ofCommander((await import('./dataset.js')).datasetCommand),
  },
  dashboard: {
    summary: 'watch trainings and compare runs in the browser',
    load: async () => ofCommander((await import('./dashboard.js')).dashboardCommand),
  },
  runs: {
    summary: 'list runs, see what changed between two, export them',
    load: async () => ofCommander((await import('./runs.js')).runsCommand),
  },
  sweep: {
    summary: 'train many runs: a grid or a random search, with several seeds',
    load: async () => ofCommander((await import('./sweep.js')).sweepCommand),
  },
  devices: {
    summary: 'list what this machine can compute on, and what is missing',
    load: async () => ofCommander((await import('./devices.js')).devicesCommand),
  },
  bench: {
    summary: 'time training steps on this machine, for any options',
    load: async () => (await import('./bench.js')).benchCommand,
  },
  demo: {
    summary: 'the whole way in three minutes: make data, train, look at the results',
    load: async () => (await import('./demo.js')).demoCommand,
  },
  completion: {
    summary: 'print a script for bash, zsh or fish that completes all of this',
    load: async () => (await import('./completion/completionCommand.js')).completionCommand(allCompletions),
  },
};

async function ofCommander(
  make: (setExitCode: (code: number) => void) => CommanderCommand,
): Promise<Command> {
  const { fromCommander } = await import('./fromCommander.js');
  return fromCommander(make);
}

/** What shells complete. */
async function allCompletions(): Promise<CompletedCommand[]> {
  const each = Object.values(COMMANDS).map(async ({ summary, load }) => (await load()).completions(summary));
  return (await Promise.all(each)).flat();
}
