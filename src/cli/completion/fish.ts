import type { CompletedCommand, CompletedOption, Values } from './completed.js';

/** A completion script for fish: a file `pix2pix.fish` in its folder of completions. */
export function fishCompletion(programs: readonly string[], commands: readonly CompletedCommand[]): string {
  const lines = programs.flatMap((program) => [
    `complete -c ${program} -f`,
    ...commands.flatMap((command) => linesOf(program, command, isParent(command, commands))),
  ]);
  return `# fish completion for ${programs.join(' and ')}
function __${programs[0]}_runs
  for run in ./checkpoints/*/
    basename $run
  end
end
${lines.join('\n')}
`;
}

function linesOf(
  program: string,
  { path, summary, options, words }: CompletedCommand,
  isParent: boolean,
): string[] {
  const seen = path.map((name) => `__fish_seen_subcommand_from ${name}`).join('; and ');
  const above =
    path.length === 1
      ? '__fish_use_subcommand'
      : `__fish_seen_subcommand_from ${path[0]}; and not __fish_seen_subcommand_from ${path[1]}`;
  const offered = `complete -c ${program} -n '${above}' -a ${path.at(-1)} -d ${quoted(summary)}`;
  const after =
    isParent || words.length === 0 ? [] : [`complete -c ${program} -n '${seen}'${actionOf(words)}`];
  return [offered, ...after, ...options.map((option) => optionLine(program, seen, option))];
}

/** Whether the command has others below it, which offer themselves. */
function isParent({ path }: CompletedCommand, commands: readonly CompletedCommand[]): boolean {
  return commands.some((other) => other.path.length > path.length && other.path[0] === path[0]);
}

function optionLine(program: string, seen: string, { flag, help, values }: CompletedOption): string {
  const value = values === undefined ? '' : ` ${values === 'file' ? '-r' : '-x'}${actionOf(values)}`;
  return `complete -c ${program} -n '${seen}' -l ${flag.slice(2)}${value} -d ${quoted(help)}`;
}

function actionOf(values: Values): string {
  if (values === 'any') return '';
  if (values === 'run') return " -a '(__pix2pix_runs)'";
  if (values === 'file') return ' -F';
  if (values === 'folder') return " -a '(__fish_complete_directories)'";
  return ` -a '${values.join(' ')}'`;
}

/** In single quotes, where fish reads a backslash before a quote or a backslash. */
const quoted = (text: string) => `'${text.replace(/[\\']/g, '\\$&')}'`;
