import type { Command } from './command.js';
import { fromCommander } from './fromCommander.js';

/**
 * The modules of a command are loaded when it is called: the whole program takes twice as long to load as one command.
 */
export const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  train: async () => (await import('./train.js')).trainCommand,
  test: async () => (await import('./test.js')).testCommand,
  evaluate: async () => fromCommander((await import('./evaluate.js')).evaluateCommand),
  translate: async () => fromCommander((await import('./translate.js')).translateCommand),
  serve: async () => fromCommander((await import('./serve.js')).serveCommand),
  export: async () => fromCommander((await import('./export.js')).exportCommand),
  import: async () => fromCommander((await import('./import.js')).importCommand),
  models: async () => fromCommander((await import('./models.js')).modelsCommand),
  dataset: async () => fromCommander((await import('./dataset.js')).datasetCommand),
  dashboard: async () => fromCommander((await import('./dashboard.js')).dashboardCommand),
  runs: async () => fromCommander((await import('./runs.js')).runsCommand),
  sweep: async () => fromCommander((await import('./sweep.js')).sweepCommand),
  devices: async () => fromCommander((await import('./devices.js')).devicesCommand),
  bench: async () => (await import('./bench.js')).benchCommand,
  demo: async () => (await import('./demo.js')).demoCommand,
  completion: async () => (await import('./completion/completionCommand.js')).completionCommand(loadCommands),
};

/** All of them, in the order in which they are listed. */
export function loadCommands(): Promise<Command[]> {
  return Promise.all(Object.values(COMMANDS).map((load) => load()));
}
