import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { parseOptions } from './parse.js';
import type { OptionTable } from './spec.js';

// Python's own argparse, which the reference uses, judges the same command lines where a python3 is found.

const TABLE = {
  name: { kind: 'string', default: 'x', group: 'g', help: 'h' },
  n_epochs: { kind: 'int', default: 100, group: 'g', help: 'h' },
  n_epochs_decay: { kind: 'int', default: 100, group: 'g', help: 'h' },
  lr: { kind: 'float', default: 0.5, group: 'g', help: 'h' },
  lr_policy: { kind: 'choice', default: 'linear', choices: ['linear', 'step'], group: 'g', help: 'h' },
  no_flip: { kind: 'flag', group: 'g', help: 'h' },
} as const satisfies OptionTable;

const LINES: readonly (readonly string[])[] = [
  [],
  ['--n_epochs', '5'],
  ['--n_epochs=5'],
  ['--n_epochs_d', '5'],
  ['--n_e', '5'],
  ['--n', '5'],
  ['--na', 'a'],
  ['--no'],
  ['--no=1'],
  ['--no_flip', 'true'],
  ['--lr', '-1.5'],
  ['--lr', '-.5'],
  ['--lr=-2e-4'],
  ['--lr', '1e-3'],
  ['--lr', '.5'],
  ['--lr', '5.'],
  ['--lr', '+5'],
  ['--lr', 'five'],
  ['--lr', ''],
  ['--lr='],
  ['--lr_p', 'step'],
  ['--lr_policy', 'Step'],
  ['--l', '1'],
  ['--n_epochs', '5.0'],
  ['--n_epochs', '1e3'],
  ['--n_epochs', '-3'],
  ['--n_epochs', '+3'],
  ['--n_epochs', '007'],
  ['--n_epochs', '0x10'],
  ['--n_epochs', ''],
  ['--n_epochs'],
  ['--n_epochs', '--no_flip'],
  ['--n_epochs', '1', '--n_epochs', '2'],
  ['--name', ''],
  ['--name='],
  ['--name', '-'],
  ['--name', '-1'],
  ['--name', '-a'],
  ['--name', '-a b'],
  ['--name=-a'],
  ['--name=a=b'],
  ['--name', 'a=b'],
  ['word'],
  ['--unknown', '1'],
  ['--name', 'a', 'b'],
];

const PYTHON = `
import argparse, json, sys
given = json.load(sys.stdin)
class Parser(argparse.ArgumentParser):
    def error(self, message): raise ValueError(message)
def parse(argv):
    parser = Parser()
    for flag, spec in given['table'].items():
        if spec['kind'] == 'flag': parser.add_argument('--' + flag, action='store_true')
        else:
            kind = {'int': int, 'float': float}.get(spec['kind'], str)
            parser.add_argument('--' + flag, type=kind, default=spec['default'], choices=spec.get('choices'))
    try: return vars(parser.parse_args(argv))
    except ValueError: return None
json.dump([parse(argv) for argv in given['lines']], sys.stdout)
`;

const python = process.env.PIX2PIX_TEST_PYTHON ?? 'python3';
const answer = spawnSync(python, ['-c', PYTHON], {
  input: JSON.stringify({ table: TABLE, lines: LINES }),
  encoding: 'utf8',
});

test('command lines mean what argparse takes them for', {
  skip: answer.status === 0 ? false : 'no python3',
}, () => {
  const expected: unknown[] = JSON.parse(answer.stdout);
  LINES.forEach((line, i) => {
    assert.deepEqual(parsedOrNull(line), expected[i], JSON.stringify(line));
  });
});

function parsedOrNull(line: readonly string[]): unknown {
  try {
    return parseOptions(line, TABLE).values;
  } catch {
    return null;
  }
}
