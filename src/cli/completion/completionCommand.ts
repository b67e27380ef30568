import { program } from '../../base/commandLine.js';
import { Pix2PixError } from '../../base/errors/pix2pixError.js';
import { WIDEST, wrap } from '../../options/help.js';
import { nearestName } from '../../options/nearest.js';
import { type Command, type Example, formatExamples } from '../command.js';
import { print } from '../output.js';
import { bashCompletion } from './bash.js';
import type { CompletedCommand } from './completed.js';
import { fishCompletion } from './fish.js';
import { zshCompletion } from './zsh.js';

const SHELLS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion } as const;

/** The names under which the program is installed. */
const PROGRAMS = ['pix2pix', 'pix2pix-ts'];

const EXAMPLES: readonly Example[] = [
  { does: 'bash, in ~/.bashrc', line: 'eval "$(pix2pix completion bash)"' },
  { does: 'zsh, in ~/.zshrc after compinit', line: 'eval "$(pix2pix completion zsh)"' },
  { does: 'fish, once', line: 'pix2pix completion fish > ~/.config/fish/completions/pix2pix.fish' },
];

const ABOUT =
  'Prints a script by which a shell completes commands, options and their values, names of runs and files. It is made ' +
  'of the tables that the program reads its options by, and starts nothing when it is used.';

/**
 * `pix2pix completion`.
 * @param completionsOfAll loads every command
 */
export function completionCommand(completionsOfAll: () => Promise<readonly CompletedCommand[]>): Command {
  return {
    completions: (summary) => [{ path: ['completion'], summary, options: [], words: Object.keys(SHELLS) }],
    help: (_argv, columns) =>
      [
        `Usage: ${program()} completion ${Object.keys(SHELLS).join('|')}`,
        wrap(ABOUT, Math.min(columns, WIDEST)).join('\n'),
        formatExamples('Examples', EXAMPLES, columns),
      ].join('\n\n'),
    run: async (argv) => {
      const write = scriptFor(argv);
      print(write(PROGRAMS, await completionsOfAll()).trimEnd());
      return 0;
    },
  };
}

function scriptFor(argv: readonly string[]) {
  const [shell = '', ...more] = argv;
  if (more.length === 0 && Object.hasOwn(SHELLS, shell)) return SHELLS[shell as keyof typeof SHELLS];
  const names = Object.keys(SHELLS);
  const near = nearestName(shell, names);
  throw new Pix2PixError(
    shell === '' ? 'the shell is missing' : `there is no completion for ${argv.join(' ')}`,
    { shells: names.join(', ') },
    near === undefined ? 'name one of these' : `did you mean ${near}?`,
  );
}
