import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import ts from 'typescript';
import { repositoryRoot } from './repository.js';

/** A file that another one imports. */
export interface Import {
  /** As written: './value.js', 'node:fs', 'sharp'. */
  readonly specifier: string;
  /** The imported source, relative to the repository with forward slashes; undefined for a package. */
  readonly file: string | undefined;
  /** Gone after compilation. */
  readonly typeOnly: boolean;
}

/** A TypeScript source of the repository. */
export interface Source extends TextFile {
  readonly imports: readonly Import[];
}

/** A file as it stands. */
export interface TextFile {
  /** Relative to the repository, with forward slashes. */
  readonly path: string;
  readonly text: string;
}

/** All files under a folder of the repository whose path matches; none if there is no such folder. */
export function readTexts(folder: string, matching: RegExp): TextFile[] {
  if (!existsSync(join(repositoryRoot, folder))) return [];
  return readdirSync(join(repositoryRoot, folder), { recursive: true })
    .map((name) => join(folder, String(name)).split(sep).join('/'))
    .filter((path) => matching.test(path) && !path.includes('node_modules'))
    .sort()
    .map((path) => ({ path, text: readFileSync(join(repositoryRoot, path), 'utf8') }));
}

/** All TypeScript sources under a folder of the repository, generated ones (`*_pb.ts`) included. */
export function readSources(folder: string): Source[] {
  return readTexts(folder, /\.tsx?$/).map(({ path, text }) => {
    let imports: Import[] | undefined;
    return {
      path,
      text,
      get imports() {
        imports ??= importsOf(path, text);
        return imports;
      },
    };
  });
}

function importsOf(path: string, text: string): Import[] {
  const found: Import[] = [];
  const add = (literal: ts.Node | undefined, typeOnly: boolean) => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return;
    const specifier = literal.text;
    found.push({ specifier, file: resolve(path, specifier), typeOnly });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) {
      add(node.moduleSpecifier, node.isTypeOnly);
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      add(node.arguments[0], false);
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      add(node.argument.literal, true);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(path, text, ts.ScriptTarget.ES2022));
  return found;
}

function resolve(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const path = normalize(join(dirname(from), specifier))
    .split(sep)
    .join('/');
  return relative('.', path).split(sep).join('/').replace(/\.js$/, '.ts');
}
