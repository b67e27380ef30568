import { indented } from '../../../loops/expressionWriter.js';
import type { Multiplication } from './multiplication.js';
import { foursARow, type Tile } from './tile.js';

/** Each invocation multiplies a few rows by a few columns, in fours of columns. */
export function multiplyInRegisters(tile: Tile): Multiplication {
  const across = tile.columns / tile.columnsEach; // invocations next to each other along the columns,
  const down = tile.rows / tile.rowsEach; // and along the rows
  const sizes = { row: tile.rows, column: tile.columns };
  const array = (side: 'row' | 'column') =>
    `var<workgroup> ${side}Tile: array<vec4f, ${tile.depth * foursARow(sizes[side])}>;`;
  /** Each vector of sums of an invocation: its fours of rows and columns are as far apart as there are invocations. */
  const eachSum = (line: (sum: { name: string; row: string; column: string }) => string): string[] =>
    Array.from({ length: tile.rowsEach }, (_, i) => i).flatMap((i) =>
      Array.from({ length: tile.columnsEach / 4 }, (_, j) => {
        const row = `rowOrigin + 4u * rowFour + ${4 * down * Math.floor(i / 4) + (i % 4)}u`;
        const column = `columnOrigin + 4u * columnFour + ${4 * across * j}u`;
        return line({ name: `sum${i}_${j}`, row, column });
      }),
    );
  return {
    enables: [],
    builtins: [],
    declarations: [array('row'), array('column')],
    assign: (side, term, four, elements) => {
      const place = `${side}Tile[${term} * ${foursARow(sizes[side])}u + ${four}]`;
      return [`${place} = vec4f(${elements.join(', ')});`];
    },
    before: [
      `let rowFour = lane / ${across}u;`,
      `let columnFour = lane % ${across}u;`,
      ...eachSum(({ name }) => `var ${name} = vec4f();`),
    ],
    products: products(tile, across, down),
    stores: eachSum(({ name, row, column }) => `store(batch, ${row}, ${column}, ${name});`),
  };
}

function products(tile: Tile, across: number, down: number): string[] {
  const fours = (name: 'row' | 'column', count: number, apart: number, size: number) =>
    Array.from({ length: count }, (_, i) => {
      const place = `term * ${foursARow(size)}u + ${name}Four${i === 0 ? '' : ` + ${i * apart}u`}`;
      return `let ${name}s${i} = ${name}Tile[${place}];`;
    });
  const sums = Array.from({ length: tile.rowsEach }, (_, i) => i).flatMap((i) =>
    Array.from({ length: tile.columnsEach / 4 }, (_, j) => {
      const name = `sum${i}_${j}`;
      return `${name} = fma(vec4f(rows${Math.floor(i / 4)}.${'xyzw'[i % 4]}), columns${j}, ${name});`;
    }),
  );
  return [
    `for (var term = 0u; term < ${tile.depth}u; term++) {`,
    ...indented([
      ...fours('row', Math.ceil(tile.rowsEach / 4), down, tile.rows),
      ...fours('column', tile.columnsEach / 4, across, tile.columns),
      ...sums,
    ]),
    '}',
  ];
}
