import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command, Option } from 'commander';
import { commanderHelp } from './commanderHelp.js';
import { serveCommand } from './serve.js';

test('a default is shown as a person writes it', () => {
  const command = new Command('x').description('does x').option('--n <n>', 'how many', '3');
  command.addOption(new Option('--size <size>', 'how large').default(32e6, '32MB'));
  const help = commanderHelp(command, 'pix2pix x', 80);
  assert.match(help, /^ {2}--size SIZE +how large \[32MB\]$/m);
  assert.match(help, /^ {2}--n N +how many \[3\]$/m);
});

test('the examples of serve fit the terminal, and break nowhere but before an option', () => {
  const [, examples] = /^Examples\n((?: .*\n)+)/m.exec(commanderHelp(serveCommand(), 'pix2pix serve', 80))!;
  assert.match(examples, /curl .*\\\n +--data-binary @labels\.png http:\S+\/v1\/translate > photo\.png\n/);
  for (const line of examples.split('\n')) assert.ok(line.length <= 80, line);
});
