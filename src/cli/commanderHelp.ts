import type { Argument, Command, Option } from 'commander';
import { entry, WIDEST, wrap } from '../options/help.js';

/** The help of one of commander's commands, laid out as that of `train` is: what it is, examples, then all options. */
export function commanderHelp(command: Command, usage: string, columns: number): string {
  const width = Math.max(50, Math.min(columns, WIDEST));
  const options = command.options.filter((option) => !option.hidden);
  const added = addedTexts(command);
  const isExamples = (text: string) => text.startsWith('Examples');
  const section = (title: string, lines: readonly string[]) =>
    lines.length === 0 ? [] : [[title, ...lines].join('\n')];
  return [
    `Usage: ${usage} ${synopsis(command)}`.trimEnd(),
    wrap(sentence(command.description()), width).join('\n'),
    ...added.filter(isExamples),
    ...section(
      'Arguments',
      command.registeredArguments.map((each) => entry(nameOf(each), explanation(each), width)),
    ),
    ...section(
      'Options',
      options.map((option) => entry(flagsOf(option), explanation(option), width)),
    ),
    ...section(
      'Commands',
      command.commands.map((sub) => entry(sub.name(), sub.summary() || sub.description(), width)),
    ),
    ...added.filter((text) => !isExamples(text)).map((text) => rewrapped(text, width)),
  ].join('\n\n');
}

/** `--out <dir>` as `--out DIR`. */
export function flagsOf({ flags }: Pick<Option, 'flags'>): string {
  return flags.replace(/[<[](.+)[>\]]$/, (_, name: string) => name.toUpperCase());
}

/** What follows the command's name: required options, whether there are others, arguments. */
function synopsis(command: Command): string {
  const { options, registeredArguments, commands } = command;
  const required = options.filter(({ mandatory }) => mandatory).map(flagsOf);
  const hasOthers = options.some(({ mandatory, hidden }) => !mandatory && !hidden);
  const words = [...required, ...(hasOthers ? ['[options]'] : []), ...registeredArguments.map(nameOf)];
  return [...words, ...(commands.length > 0 ? [words.length > 0 ? '[COMMAND]' : 'COMMAND'] : [])].join(' ');
}

/** `<in...>` as `IN...`; `<in out...>`, where the last of many words is another thing, as `IN... OUT`. */
function nameOf(argument: Argument): string {
  const [first, ...rest] = argument.name().toUpperCase().split(' ');
  return [`${first}${argument.variadic ? '...' : ''}`, ...rest].join(' ');
}

/** An option or an argument. */
interface Described {
  readonly description: string;
  readonly argChoices?: readonly string[];
  readonly defaultValue?: unknown;
  /** How it is written, where not as it is kept. */
  readonly defaultValueDescription?: string;
  readonly mandatory?: boolean;
}

function explanation(described: Described): string {
  const { description, argChoices, defaultValue, defaultValueDescription, mandatory } = described;
  const choices = argChoices === undefined ? '' : `; one of ${argChoices.join(', ')}`;
  const isSet = defaultValue !== undefined && defaultValue !== false && String(defaultValue) !== '';
  const standing = mandatory ? ' (required)' : isSet ? ` [${defaultValueDescription ?? defaultValue}]` : '';
  return `${description}${choices}${standing}`;
}

/** The texts that `addHelpText` has added, which commander only prints. */
function addedTexts(command: Command): string[] {
  const texts: string[] = [];
  command.configureHelp({ formatHelp: () => '' });
  command.configureOutput({ writeOut: (text) => void texts.push(text.trim()) });
  command.outputHelp();
  return texts.filter((text) => text !== '');
}

/** Prose is broken where the terminal ends; lists, whose lines begin with spaces, are left as they are. */
function rewrapped(text: string, width: number): string {
  return /^ /m.test(text) ? text : wrap(text.replaceAll('\n', ' '), width).join('\n');
}

function sentence(text: string): string {
  const whole = text.charAt(0).toUpperCase() + text.slice(1);
  return /[.!?]$/.test(whole) ? whole : `${whole}.`;
}
