import type { Command as CommanderCommand, Option } from 'commander';
import type { OptionSpec, OptionTable } from '../../options/spec.js';

/** What the value of an option, or a word of a command, can be: one of some, something in the file system, or anything. */
export type Values = readonly string[] | 'file' | 'folder' | 'run' | 'any';

export interface CompletedOption {
  /** `--netG`. */
  readonly flag: string;
  readonly help: string;
  /** Undefined for a switch. */
  readonly values?: Values;
}

/** A command as shells complete it. */
export interface CompletedCommand {
  /** `['dataset', 'synth']`. */
  readonly path: readonly string[];
  readonly summary: string;
  readonly options: readonly CompletedOption[];
  /** Its words that are no options. */
  readonly words: Values;
}

/** The options of a table, as shells complete them. */
export function completedTable(table: OptionTable): CompletedOption[] {
  return Object.entries(table).map(([flag, spec]) => ({
    flag: `--${flag}`,
    help: spec.help.split(';')[0],
    values: flag === 'name' ? 'run' : valuesOf(spec),
  }));
}

function valuesOf(spec: OptionSpec): Values | undefined {
  if (spec.kind === 'flag') return undefined;
  if (spec.kind === 'choice') return spec.choices;
  return spec.kind === 'string' ? valuesCalled(spec.metavar ?? '') : 'any';
}

/** A command of commander's, and those below it. */
export function completedTree(command: CommanderCommand, above: readonly string[] = []): CompletedCommand[] {
  const path = [...above, command.name()];
  const below = command.commands.flatMap((sub) => completedTree(sub, path));
  const names = command.commands.map((sub) => sub.name());
  const [argument] = command.registeredArguments;
  return [
    {
      path,
      summary: command.summary() || command.description(),
      options: command.options.filter(({ hidden }) => !hidden).map(completedOption),
      words: names.length > 0 ? names : argument === undefined ? [] : (argument.argChoices ?? 'file'),
    },
    ...below,
  ];
}

function completedOption({ long, description, flags, argChoices }: Option): CompletedOption {
  const [, name] = /[<[](.+)[>\]]$/.exec(flags) ?? [];
  const values = argChoices ?? (name === undefined ? undefined : valuesCalled(name.toUpperCase()));
  return { flag: long ?? flags, help: description, values };
}

/** By the name of the value in the help. */
function valuesCalled(name: string): Values {
  if (name.startsWith('RUN')) return 'run';
  if (name === 'DIR' || name === 'FOLDER') return 'folder';
  return name === 'FILE' || name === 'PATH' ? 'file' : 'any';
}
