import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { test } from 'node:test';
import { parseTestOptions, parseTrainOptions } from '../src/training/options.js';

/** The documents against the program: commands parse, links lead somewhere, messages exist. */
const root = resolve(import.meta.dirname, '../..');
const pages = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => join('docs', name)),
];
const textOf = (page: string) => readFileSync(join(root, page), 'utf8');

const commands = pages.flatMap((page) =>
  [...textOf(page).matchAll(/^(?:npx )?(pix2pix (?:train|test)\b.*)$/gm)].map(([, line]) => ({ page, line })),
);

test('every train and test command in the documents is one that the program takes', () => {
  assert.ok(commands.length > 25);
  for (const { page, line } of commands) {
    const [, command, ...words] = line.replace(/#.*$/, '').trim().split(/\s+/);
    const argv = words.filter((word, i) => word !== '--config' && words[i - 1] !== '--config');
    const isComplete = command === 'test' || argv.includes('--continue_train') || argv.length < words.length;
    assert.ok(isComplete || argv.includes('--dataroot'), `${page}: no --dataroot in: ${line}`);
    const parse = command === 'test' ? parseTestOptions : parseTrainOptions;
    assert.doesNotThrow(
      () => parse([...argv, ...(isComplete ? ['--dataroot', 'x'] : [])]),
      `${page}: ${line}`,
    );
  }
});

for (const page of pages) {
  test(`${page}: every link leads somewhere`, () => {
    for (const [, target] of textOf(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      assert.ok(existsSync(join(root, file)), `${target}: there is no ${file}`);
      if (anchor !== undefined)
        assert.ok(anchorsOf(file).includes(anchor), `${target}: no heading is called so`);
    }
  });
}

test('the code in the documents is what the oldest supported Node reads', () => {
  const blocks = pages.flatMap((page) => [...textOf(page).matchAll(/```(?:ts|js|html)\n([\s\S]*?)```/g)]);
  assert.ok(blocks.length > 5);
  for (const [, code] of blocks) assert.doesNotMatch(code, /^\s*(?:await )?using \w+ =/m);
});

test('every message in the tables of guide.md and deploy.md is one of the program', () => {
  const section = ['docs/guide.md', 'docs/deploy.md']
    .map((page) => textOf(page).split('## When something goes wrong')[1])
    .join('\n');
  const sources = readdirSync(join(root, 'src'), { recursive: true })
    .map((name) => join('src', String(name)))
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'));
  const program = [...sources, 'bin/pix2pix.js'].map(textOf).join('\n');
  const cells = [...section.matchAll(/^\| (`.*?) \|/gm)].map(([, cell]) => cell);
  const messages = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, message]) => message));
  assert.ok(messages.length > 30);
  for (const message of messages) {
    for (const part of message.split('...').map((text) => text.trim())) {
      assert.ok(program.includes(part), `no source says "${part}"`);
    }
  }
});

/** The names under which headings can be linked, as GitHub makes them. */
function anchorsOf(page: string): string[] {
  return [...textOf(page).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replace(/ /g, '-'),
  );
}
