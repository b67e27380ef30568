import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/** One figure, and what it is to reach. */
export interface Row {
  readonly what: string;
  readonly value: string;
  readonly target?: string;
}

/** The figures as a Markdown table, aligned for a terminal. */
export function formatTable(
  rows: readonly Row[],
  heading: readonly [string, string, string] = ['figure', 'measured', 'target'],
): string {
  return formatColumns([heading, ...rows.map(({ what, value, target }) => [what, value, target ?? ''])]);
}

/** Cells, row by row, the header first, as a Markdown table, aligned for a terminal. */
export function formatColumns(cells: readonly (readonly string[])[]): string {
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i])).join(' | ')} |`;
  const rule = `|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`;
  return [line(cells[0]), rule, ...cells.slice(1).map(line)].join('\n');
}

/** What figures were measured with, a line each. */
export function formatFacts(facts: Readonly<Record<string, unknown>>): string {
  return Object.entries(facts)
    .map(([name, value]) => `${name}: ${value}`)
    .join('\n');
}

/** Writes the results of a benchmark as JSON, and says where. */
export function writeResults(file: string, results: object): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  console.log(`written to ${file}`);
}
