import { type Command as CommanderCommand, CommanderError } from 'commander';
import { program } from '../base/commandLine.js';
import type { Command } from './command.js';
import { commanderRefusal } from './commanderErrors.js';
import { commanderHelp } from './commanderHelp.js';
import { completedTree } from './completion/completed.js';

/**
 * Makes one of the program's commands from a tree of commander's. It reads the command line; help and refusals are worded
 * and laid out as those of the other commands.
 *
 * @param make given what to tell the exit code to, where that is not 0
 */
export function fromCommander(make: (setExitCode: (code: number) => void) => CommanderCommand): Command {
  return {
    help: (argv, columns) => {
      const { command, path } = deepest(
        make(() => {}),
        argv,
      );
      return commanderHelp(command, [program(), ...path].join(' '), columns);
    },
    completions: (summary) => completedTree(make(() => {}).summary(summary)),
    run: async (argv) => {
      let exitCode = 0;
      const command = make((code) => {
        exitCode = code;
      });
      silence(command);
      try {
        await command.parseAsync([...argv], { from: 'user' });
        return exitCode;
      } catch (error) {
        if (!(error instanceof CommanderError)) throw error;
        const { command: found, rest } = deepest(command, argv);
        throw commanderRefusal(error, found, rest);
      }
    },
  };
}

/** Refusals are thrown, and not printed. */
function silence(command: CommanderCommand): void {
  command
    .exitOverride()
    .helpCommand(false)
    .configureOutput({ writeErr: () => {}, outputError: () => {} });
  for (const sub of command.commands) silence(sub);
}

/** The subcommand that the words lead to, the names on the way, and the words after them. */
function deepest(
  command: CommanderCommand,
  argv: readonly string[],
): { command: CommanderCommand; path: string[]; rest: readonly string[] } {
  const sub = command.commands.find((candidate) => candidate.name() === argv[0]);
  if (sub === undefined) return { command, path: [command.name()], rest: argv };
  const { path, ...found } = deepest(sub, argv.slice(1));
  return { ...found, path: [command.name(), ...path] };
}
