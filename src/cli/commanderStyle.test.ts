import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pix2pix, temporaryFolder } from '../../test/tinyRun.js';

// Commands that commander reads refuse and explain as train and test do, which read their options themselves.

const folder = temporaryFolder();

function refused(words: string, ...lines: readonly RegExp[]): void {
  const { status, stdout, stderr } = pix2pix(folder, words.split(' '));
  assert.deepEqual([status, stdout], [1, ''], words);
  const [first, ...more] = stderr.trimEnd().split('\n');
  assert.match(first, /^error: /);
  for (const line of more) assert.match(line, /^ {2}\S+ +\S/, stderr);
  for (const line of lines) assert.match(stderr, new RegExp(line.source, 'm'), words);
}

test('options', () => {
  refused('translate a b', /^error: --model is missing$/, /^ {2}fix +add --model RUN\|FILE$/);
  refused('translate --modle x a b', /^error: unknown option --modle$/, /did you mean --model\?$/);
  refused('export --model x --nope', /^error: unknown option --nope$/, /^ {2}fix +--help lists all options$/);
  refused('translate --model', /^error: --model needs a value$/);
  refused(
    'translate --model x a b --quality 500',
    /^error: --quality cannot be 500$/,
    /^ {2}takes +1 to 100$/,
  );
  refused('translate --model x a b --format pgn', /^error: --format cannot be pgn$/, /did you mean png\?$/);
  refused('dataset synth --out x --count y', /^ {2}takes +a whole number$/, /^ {2}fix +the default is 400$/);
});

test('words', () => {
  refused(
    'dataset',
    /^error: the command is missing$/,
    /^ {2}commands +inspect, synth, process, crop, combine, split, download$/,
  );
  refused('dataset synht', /^error: dataset has no command synht$/, /did you mean synth\?$/);
  refused('runs dif a b', /^error: runs has no command dif$/, /did you mean diff\?$/);
  refused('dataset download facade', /^error: the argument cannot be facade$/, /did you mean facades\?$/);
  refused('dataset combine a b', /^error: OUT is missing$/, /dataset combine --help shows what there is$/);
  refused('runs diff a b c', /^error: there are words too many$/, /^ {2}given +a b c$/);
});

test('help has the sections of all, and fits the terminal', () => {
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
    const { status, stdout } = pix2pix(folder, [...words.split(' '), '--help']);
    assert.equal(status, 0);
    assert.match(stdout, new RegExp(`^Usage: \\S+.* ${words}( [^\n]*)?\\n\\n[A-Z]`), words);
    assert.match(stdout, /^(Options|Commands)\n {2}/m, words);
    assert.doesNotMatch(
      stdout,
      /^(Options|Commands|Examples|Arguments):|default: "|\(choices|-h, --help/m,
      words,
    );
    const sections = stdout.split('\n').filter((line) => /^[A-Z]\w+$/.test(line));
    assert.equal(sections.indexOf('Examples') <= 0, true, words);
    // a line to copy is as long as the place of the program makes it
    const prose = stdout.split('\n').filter((line) => !/pix2pix/.test(line));
    for (const line of prose) assert.ok(line.length <= 80, `${words}: ${line}`);
  }
  assert.match(
    pix2pix(folder, ['translate', '--help']).stdout,
    /^Usage: .* --model RUN\|FILE \[options\] IN\.\.\. OUT$/m,
  );
});
