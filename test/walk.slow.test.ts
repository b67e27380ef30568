import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import ts from 'typescript';
import { repositoryRoot } from './repository.js';

/** Stands between the outputs of two blocks. */
const SEPARATOR = '--- end of a block ---';

/** A block of TypeScript in docs/walk.md, and the output that the document shows for it: none where it shows none. */
interface Block {
  readonly code: string;
  readonly output: string;
  readonly line: number;
}

const text = readFileSync(join(repositoryRoot, 'docs/walk.md'), 'utf8');
const blocks = [...text.matchAll(/^```ts\n([\s\S]*?)^```\n(?:\n```text\n([\s\S]*?)^```\n)?/gm)].map(
  ({ 1: code, 2: output = '', index }): Block => ({
    code,
    output,
    line: text.slice(0, index).split('\n').length,
  }),
);

test('docs/walk.md: every block of code is run, and every output belongs to one', () => {
  const fences = [...text.matchAll(/^```(\w+)$/gm)].map(([, language]) => language);
  assert.equal(blocks.length, fences.filter((language) => language === 'ts').length);
  assert.equal(
    blocks.filter(({ output }) => output !== '').length,
    fences.filter((language) => language === 'text').length,
  );
  assert.deepEqual(new Set(fences), new Set(['ts', 'text']));
});

test('docs/walk.md: its code passes the type check and prints what the document shows', () => {
  // Beside the compiled documents, so that its relative imports lead to the compiled sources.
  const folder = join(repositoryRoot, 'dist/docs');
  const source = join(repositoryRoot, 'docs/walk.ts');
  const program = join(folder, `walk-${process.pid}.js`);
  const code = blocks.map((block) => `${block.code}\nconsole.log('${SEPARATOR}');\n`).join('');
  assert.deepEqual(typeErrors(source, code), []);
  const compilerOptions = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext };
  mkdirSync(folder, { recursive: true });
  writeFileSync(program, ts.transpileModule(code, { compilerOptions }).outputText);
  try {
    const { status, stdout, stderr } = spawnSync(process.execPath, [program], { encoding: 'utf8' });
    assert.deepEqual([status, stderr], [0, '']);
    const outputs = stdout.split(`${SEPARATOR}\n`);
    for (const [i, { output, line }] of blocks.entries())
      assert.equal(outputs[i], output, `the block at line ${line}`);
  } finally {
    rmSync(program);
  }
});

/** The errors of a module that is not on the disk, under the settings of the project. */
function typeErrors(path: string, code: string): string[] {
  const { config } = ts.readConfigFile(join(repositoryRoot, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, repositoryRoot);
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile } = host;
  host.fileExists = (name) => name === path || fileExists(name);
  host.readFile = (name) => (name === path ? code : readFile(name));
  const settings = { ...options, noEmit: true, incremental: false, tsBuildInfoFile: undefined };
  const program = ts.createProgram([path], settings, host);
  return ts
    .getPreEmitDiagnostics(program, program.getSourceFile(path))
    .map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, '\n'));
}
