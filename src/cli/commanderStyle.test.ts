import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Pix2PixError } from '../base/errors/pix2pixError.js';
import { COMMANDS } from './commands.js';

// Commands that commander reads refuse and explain as train and test do, which read their options themselves.

/** The first word's command, and the words after it. */
async function commandOf(words: string) {
  const [name, ...rest] = words.split(' ');
  return { command: await COMMANDS[name].load(), rest };
}

/** What a person reads when the words are refused. */
async function refused(words: string, ...lines: readonly RegExp[]): Promise<void> {
  const { command, rest } = await commandOf(words);
  const error = await Promise.resolve(command.run(rest)).then(
    () => assert.fail(`taken: ${words}`),
    (error: unknown) => error,
  );
  assert.ok(error instanceof Pix2PixError, `${error}`);
  const told = `error: ${error.message}`;
  for (const line of told.split('\n').slice(1)) assert.match(line, /^ {2}\S+ +\S/, told);
  for (const line of lines) assert.match(told, new RegExp(line.source, 'm'), words);
}

/** The text that `--help` prints, on a terminal of 80 columns. */
async function helpOf(words: string): Promise<string> {
  const { command, rest } = await commandOf(words);
  return command.help(rest, 80);
}

test('options', async () => {
  await refused('translate a b', /^error: --model is missing$/, /^ {2}fix +add --model RUN\|FILE$/);
  await refused('translate --modle x a b', /^error: unknown option --modle$/, /did you mean --model\?$/);
  await refused(
    'export --model x --nope',
    /^error: unknown option --nope$/,
    /^ {2}fix +--help lists all options$/,
  );
  await refused('translate --model', /^error: --model needs a value$/);
  await refused(
    'translate --model x a b --quality 500',
    /^error: --quality cannot be 500$/,
    /^ {2}takes +1 to 100$/,
  );
  await refused(
    'translate --model x a b --format pgn',
    /^error: --format cannot be pgn$/,
    /did you mean png\?$/,
  );
  await refused(
    'dataset synth --out x --count y',
    /^ {2}takes +a whole number$/,
    /^ {2}fix +the default is 400$/,
  );
});

test('words', async () => {
  await refused(
    'dataset',
    /^error: the command is missing$/,
    /^ {2}commands +inspect, synth, process, crop, combine, split, download$/,
  );
  await refused('dataset synht', /^error: dataset has no command synht$/, /did you mean synth\?$/);
  await refused('runs dif a b', /^error: runs has no command dif$/, /did you mean diff\?$/);
  await refused(
    'dataset download facade',
    /^error: the argument cannot be facade$/,
    /did you mean facades\?$/,
  );
  await refused(
    'dataset combine a b',
    /^error: OUT is missing$/,
    /dataset combine --help shows what there is$/,
  );
  await refused('runs diff a b c', /^error: there are words too many$/, /^ {2}given +a b c$/);
});

test('help has the sections of all, and fits the terminal', async () => {
  for (const words of [
    'translate',
    'evaluate',
    'dataset process',
    'export',
    'import',
    'dataset',
    'dataset synth',
    'dashboard',
    'runs',
    'runs sync',
  ]) {
    const help = await helpOf(words);
    assert.match(help, new RegExp(`^Usage: \\S+.* ${words}( [^\n]*)?\\n\\n[A-Z]`), words);
    assert.match(help, /^(Options|Commands)\n {2}/m, words);
    assert.doesNotMatch(
      help,
      /^(Options|Commands|Examples|Arguments):|default: "|\(choices|-h, --help/m,
      words,
    );
    const sections = help.split('\n').filter((line) => /^[A-Z]\w+$/.test(line));
    assert.equal(sections.indexOf('Examples') <= 0, true, words);
    // a line to copy is as long as the place of the program makes it
    const prose = help.split('\n').filter((line) => !/pix2pix/.test(line));
    for (const line of prose) assert.ok(line.length <= 80, `${words}: ${line}`);
  }
  assert.match(await helpOf('translate'), /^Usage: .* --model RUN\|FILE \[options\] IN\.\.\. OUT$/m);
});
