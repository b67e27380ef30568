import type { CompletedCommand, CompletedOption, Values } from './completed.js';

/** A completion script for zsh: a file `_pix2pix` in `fpath`, or text to evaluate after `compinit`. */
export function zshCompletion(programs: readonly string[], commands: readonly CompletedCommand[]): string {
  const [program] = programs;
  const top = commands.filter(({ path }) => path.length === 1);
  const below = (name: string) => commands.filter(({ path }) => path.length === 2 && path[0] === name);
  return `#compdef ${programs.join(' ')}
# zsh completion for ${programs.join(' and ')}
_${program}_runs() {
  local folder=./checkpoints i=\${words[(i)--checkpoints_dir]}
  (( i < $#words )) && folder=\${(Q)words[i+1]}
  compadd -- $folder/*(N/:t)
}
_${program}() {
  local context state state_descr line
  typeset -A opt_args
  _arguments -C '1:command:->command' '*::argument:->argument'
  case $state in
  command)
    local -a commands=(${top.map(({ path, summary }) => quoted(`${path[0]}:${summary}`)).join(' ')})
    _describe command commands ;;
  argument)
    case $line[1] in
${top.map((command) => `    ${command.path[0]})\n${body(command, below(command.path[0]), program)} ;;`).join('\n')}
    esac ;;
  esac
}
if [[ $funcstack[1] == _${program} ]]; then _${program} "$@"; else compdef _${program} ${programs.join(' ')}; fi
`;
}

function body(command: CompletedCommand, below: readonly CompletedCommand[], program: string): string {
  if (below.length === 0) return argumentsOf(command, program);
  const cases = below.map(
    (sub) => `      ${sub.path[1]}) shift words; (( CURRENT-- ))\n  ${argumentsOf(sub, program)} ;;`,
  );
  return `      case $words[2] in\n${cases.join('\n')}\n      *)\n  ${argumentsOf(command, program)} ;;\n      esac`;
}

function argumentsOf({ options, words }: CompletedCommand, program: string): string {
  const rest = actionOf(words, program);
  const specs = [
    ...options.map((option) => specOf(option, program)),
    ...(rest === '' ? [] : [quoted(`*:word:${rest}`)]),
  ];
  return `      _arguments ${specs.join(' ')}`;
}

function specOf({ flag, help, values }: CompletedOption, program: string): string {
  const text = `${flag}[${help.replace(/[[\]\\:]/g, '\\$&')}]`;
  return quoted(values === undefined ? text : `${text}:value:${actionOf(values, program)}`);
}

function actionOf(values: Values, program: string): string {
  if (values === 'any') return ' ';
  if (values === 'run') return `_${program}_runs`;
  if (values === 'file') return '_files';
  if (values === 'folder') return '_files -/';
  return values.length === 0 ? '' : `(${values.join(' ')})`;
}

const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
