import { commandLine, program } from '../base/commandLine.js';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { systemErrorInWords } from '../base/files/systemError.js';
import { bugs, homepage, productVersion } from '../base/product.js';
import { entry } from '../options/help.js';
import { nearestName } from '../options/nearest.js';
import { stopLiveTrainings } from '../training/liveTrainings.js';
import { outliveTerminal } from './closedTerminal.js';
import { type Example, formatExamples } from './command.js';
import { COMMANDS } from './commands.js';
import { restoreIgnoredHangUp } from './hangUp.js';
import { watchOutput } from './lostOutput.js';
import { missingSharp } from './missingSharp.js';
import { print, printError } from './output.js';

const FIRST_STEPS: readonly Example[] = [
  { does: 'see it work, on data that it makes itself', line: 'pix2pix demo' },
  {
    does: 'train on pairs of your own, in ./datasets/mine/train (and val, test)',
    line: 'pix2pix train --dataroot ./datasets/mine --name mine',
  },
  { does: 'translate its test images', line: 'pix2pix test --name mine' },
];

/**
 * Runs the program and ends the process with its exit code: 0 for success, 1 for an error, 128 + n when signal n ended
 * the work. An error that a user can correct is reported in one message; any other is a defect of ours and is reported
 * as one.
 *
 * @param argv the words after `pix2pix`
 */
export async function main(argv: readonly string[]): Promise<void> {
  watchOutput();
  restoreIgnoredHangUp();
  outliveTerminal();
  let hasFailed = false;
  const fail = (error: unknown) => {
    if (!hasFailed) process.exitCode = report(error, argv);
    hasFailed = true;
    if (!stopLiveTrainings()) process.exit();
  };
  process.on('uncaughtException', fail);
  process.on('unhandledRejection', fail);
  try {
    const code = await dispatch(argv);
    if (!hasFailed) process.exitCode = code;
  } catch (error) {
    process.exitCode = report(error, argv);
  }
}

async function dispatch(argv: readonly string[]): Promise<number> {
  const [name, ...rest] = argv;
  if (name === '--version' || name === '-V') return printed(productVersion);
  if (name === undefined || name === '--help' || name === '-h') return printed(programHelp(columns()));
  if (name === 'help') return dispatch([...rest.slice(0, 1), '--help']);
  if (!Object.hasOwn(COMMANDS, name)) throw unknownCommand(name);
  const command = await COMMANDS[name].load();
  if (rest.includes('--help') || rest.includes('-h')) return printed(command.help(rest, columns()));
  return command.run(rest);
}

function unknownCommand(name: string): Pix2PixError {
  const names = Object.keys(COMMANDS);
  if (name.startsWith('-')) {
    return new Pix2PixError(
      'the command is missing',
      { commands: names.join(', ') },
      commandLine('train', name, '...'),
    );
  }
  const near = nearestName(name, names);
  return new Pix2PixError(
    `pix2pix has no command ${name}`,
    { commands: names.join(', ') },
    near === undefined
      ? `${commandLine('--help')} shows what each does`
      : `did you mean ${commandLine(near)}?`,
  );
}

function programHelp(columns: number): string {
  const commands = Object.entries(COMMANDS).map(([name, { summary }]) => entry(name, summary, columns));
  return [
    `Usage: ${program()} COMMAND [options]`,
    'Image-to-image translation: learns from pairs to turn one image into another.',
    ['Commands', ...commands].join('\n'),
    formatExamples('Start here', FIRST_STEPS, columns),
    [
      'Options',
      entry('--help', 'with a command: all its options', columns),
      entry('--version', 'print the version', columns),
    ].join('\n'),
    `Documentation: ${homepage}`,
  ].join('\n\n');
}

function printed(text: string): number {
  print(text);
  return 0;
}

function columns(): number {
  return process.stdout.columns || Number(process.env.COLUMNS) || 80;
}

/** Tells of an error and gives the exit code. */
function report(error: unknown, argv: readonly string[]): number {
  const isVerbose = argv.includes('--verbose');
  const told = missingSharp(error) ?? systemErrorInWords(error);
  const stack = error instanceof Error ? error.stack : undefined;
  if (told instanceof Pix2PixError) {
    printError(isVerbose && stack ? stack : `error: ${told.message}`);
  } else {
    const text = error instanceof Error ? error.message : String(error);
    const fix = isVerbose ? '' : `\n  fix  add --verbose to see where, and report it: ${bugs}`;
    printError(`error: ${isVerbose && stack ? stack : text}\n  this is a defect of pix2pix-ts${fix}`);
  }
  return 1;
}
