import type { CompletedCommand, Values } from './completed.js';

/** A completion script for bash, from 3.2 on, which macOS has. */
export function bashCompletion(programs: readonly string[], commands: readonly CompletedCommand[]): string {
  const groups = commands.filter(({ path }) => path.length > 1).map(({ path }) => `'${path.join(' ')}'`);
  const top = commands.filter(({ path }) => path.length === 1).map(({ path }) => path[0]);
  return `# bash completion for ${programs.join(' and ')}: eval "$(${programs[0]} completion bash)"
_${id(programs[0])}() {
  local IFS=$'\\n' cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  local path="\${COMP_WORDS[1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    _${id(programs[0])}_words "${[...top, '--help', '--version'].join(' ')}"
    return
  fi
  case "$path \${COMP_WORDS[2]}" in
    ${groups.join('|')}) [ "$COMP_CWORD" -gt 2 ] && path="$path \${COMP_WORDS[2]}" ;;
  esac
  case "$path:$prev" in
${commands.flatMap((command) => valueCases(command, programs[0])).join('\n')}
  esac
  case "$cur" in
    -*) case "$path" in
${commands.map(({ path, options }) => `      '${path.join(' ')}') _${id(programs[0])}_words "${[...options.map(({ flag }) => flag), '--help'].join(' ')}" ;;`).join('\n')}
    esac ;;
    *) case "$path" in
${commands.map(({ path, words }) => `      '${path.join(' ')}') ${action(words, programs[0])} ;;`).join('\n')}
    esac ;;
  esac
}
_${id(programs[0])}_words() { COMPREPLY=($(compgen -W "\${1// /$'\\n'}" -- "$cur")); }
_${id(programs[0])}_files() {
  compopt -o filenames 2>/dev/null
  COMPREPLY=($(compgen "$1" -- "$cur"))
}
_${id(programs[0])}_runs() {
  local i folder=./checkpoints
  for ((i = 1; i < COMP_CWORD; i++)); do
    [ "\${COMP_WORDS[i]}" = --checkpoints_dir ] && folder="\${COMP_WORDS[i+1]}"
  done
  COMPREPLY=($(compgen -W "$(cd "$folder" 2>/dev/null && ls -d */ 2>/dev/null | sed 's,/$,,')" -- "$cur"))
}
complete -F _${id(programs[0])} ${programs.join(' ')}
`;
}

/** What comes after an option that takes a value; options of like values share a line. */
function valueCases({ path, options }: CompletedCommand, program: string): string[] {
  const byAction = new Map<string, string[]>();
  for (const { flag, values } of options) {
    if (values === undefined) continue;
    const todo = action(values, program);
    byAction.set(todo, [...(byAction.get(todo) ?? []), `'${path.join(' ')}:${flag}'`]);
  }
  return [...byAction].map(([todo, patterns]) => `    ${patterns.join('|')}) ${todo}; return ;;`);
}

function action(values: Values, program: string): string {
  if (values === 'any') return ':';
  if (values === 'run') return `_${id(program)}_runs`;
  if (values === 'file') return `_${id(program)}_files -f`;
  if (values === 'folder') return `_${id(program)}_files -d`;
  return `_${id(program)}_words "${values.join(' ')}"`;
}

const id = (program: string) => program.replace(/\W/g, '_');
