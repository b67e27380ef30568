import type { Command, CommanderError, Option } from 'commander';
import { commandLine } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { nearestName } from '../options/nearest.js';
import { flagsOf } from './commanderHelp.js';

/**
 * What commander refuses, in the words in which this program refuses everything: what is wrong, what there is, the fix.
 *
 * @param command the one that refuses
 * @param argv what followed its name
 */
export function commanderRefusal(
  { code, message }: CommanderError,
  command: Command,
  argv: readonly string[],
): Pix2PixError {
  const named = command.options.find(({ flags }) => message.includes(`'${flags}'`));
  switch (code) {
    case 'commander.unknownOption':
      return unknownOption(/'([^']*)'/.exec(message)?.[1] ?? '', command);
    case 'commander.missingMandatoryOptionValue': {
      const other = argv.find((word) => /^--\w/.test(word) && !knows(command, word));
      if (other !== undefined) return unknownOption(other, command);
      return new Pix2PixError(
        `${named?.long} is missing`,
        { option: named?.description ?? '' },
        `add ${named && flagsOf(named)}`,
      );
    }
    case 'commander.optionMissingArgument':
      return new Pix2PixError(
        `${named?.long} needs a value`,
        { option: named?.description ?? '' },
        `write ${named && flagsOf(named)}`,
      );
    case 'commander.invalidArgument':
      return invalidValue(message, named);
    case 'commander.missingArgument': {
      const name = /'([^']*)'/.exec(message)?.[1] ?? '';
      const { description = '' } = command.registeredArguments.find((each) => each.name() === name) ?? {};
      return new Pix2PixError(
        `${name.toUpperCase()} is missing`,
        { [name.toUpperCase()]: description },
        helpOf(command),
      );
    }
    case 'commander.help': // nothing was given
      return new Pix2PixError('the command is missing', { commands: namesOf(command) }, helpOf(command));
    case 'commander.unknownCommand':
    case 'commander.excessArguments':
      return strayWord(command, argv);
    default:
      return new Pix2PixError(message.replace(/^error: /, ''), {}, helpOf(command));
  }
}

function unknownOption(word: string, command: Command): Pix2PixError {
  const written = word.split('=')[0];
  const near = nearestName(
    written.replace(/^-+/, ''),
    command.options.map((option) => option.name()),
  );
  const option = command.options.find((each) => each.name() === near);
  return new Pix2PixError(
    `unknown option ${written}`,
    option === undefined ? {} : { nearest: `${option.long}  ${option.description}` },
    option === undefined ? '--help lists all options' : `did you mean ${option.long}?`,
  );
}

/** `option '--count <n>' argument 'x' is invalid. It must be a whole number.` */
function invalidValue(message: string, option: Option | undefined): Pix2PixError {
  const [, given = ''] = /(?:argument|value) '([^']*)' is invalid/.exec(message) ?? [];
  const [, reason = ''] = /is invalid[^.]*\.\s*([\s\S]*)$/.exec(message) ?? [];
  const takes = reason.replace(/^(It must be|Allowed choices are) /, '').replace(/\.$/, '');
  const near = nearestName(given, takes.split(', '));
  const usual = option?.defaultValue === undefined ? undefined : `the default is ${option.defaultValue}`;
  return new Pix2PixError(
    `${option?.long ?? 'the argument'} cannot be ${given}`,
    { takes },
    near === undefined ? usual : `did you mean ${near}?`,
  );
}

function strayWord(command: Command, argv: readonly string[]): Pix2PixError {
  const names = command.commands.map((sub) => sub.name());
  const word = argv.find((each) => !each.startsWith('-')) ?? argv[0] ?? '';
  if (names.length === 0)
    return new Pix2PixError('there are words too many', { given: argv.join(' ') }, helpOf(command));
  const near = nearestName(word, names);
  return new Pix2PixError(
    `${command.name()} has no command ${word}`,
    { commands: namesOf(command) },
    near === undefined ? helpOf(command) : `did you mean ${near}?`,
  );
}

const namesOf = ({ commands }: Command) => commands.map((sub) => sub.name()).join(', ');

const knows = (command: Command, word: string) =>
  command.options.some(({ long }) => long === word.split('=')[0]);

const pathOf = (command: Command): string[] =>
  command.parent === null ? [command.name()] : [...pathOf(command.parent), command.name()];

const helpOf = (command: Command) => `${commandLine(...pathOf(command), '--help')} shows what there is`;
