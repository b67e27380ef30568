import { type Command as CommanderCommand, CommanderError } from 'commander';
import { program } from '../base/commandLine.js';
import type { Command } from './command.js';

/**
 * Makes one of the program's commands from a tree of commander's, whose help and refusals are its own.
 * @param make given what to tell the exit code to, where that is not 0
 */
export function fromCommander(make: (setExitCode: (code: number) => void) => CommanderCommand): Command {
  const ignore = () => {};
  const name = make(ignore).name();
  const summary = make(ignore).summary() || make(ignore).description();
  const build = (setExitCode = ignore as (code: number) => void) =>
    make(setExitCode).name(`${program()} ${name}`).exitOverride();
  return {
    name,
    summary,
    help: (argv, columns) => helpOf(deepest(build(), argv), columns),
    run: async (argv) => {
      let exitCode = 0;
      const command = build((code) => {
        exitCode = code;
      });
      const every = [command, ...command.commands];
      for (const each of every) each.exitOverride();
      try {
        await command.parseAsync([...argv], { from: 'user' });
        return exitCode;
      } catch (error) {
        if (error instanceof CommanderError) return error.exitCode; // it has said what is wrong
        throw error;
      }
    },
  };
}

/** The whole help, with the texts around it that commander only prints. */
function helpOf(command: CommanderCommand, columns: number): string {
  let text = '';
  command.configureOutput({ writeOut: (part) => (text += part), getOutHelpWidth: () => columns });
  command.outputHelp();
  return text.trimEnd();
}

/** The subcommand that the words lead to. */
function deepest(command: CommanderCommand, argv: readonly string[]): CommanderCommand {
  const found = command.commands.find((candidate) => candidate.name() === argv[0]);
  return found === undefined ? command : deepest(found, argv.slice(1));
}
