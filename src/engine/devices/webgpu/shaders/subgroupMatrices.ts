import { indented } from '../../../loops/expressionWriter.js';
import type { Multiplication } from './multiplication.js';
import { halvesARow, invocationsOf, type MatrixShape, sharesOf, type Tile } from './tile.js';

/**
 * Each subgroup multiplies matrices of 16-bit floats, by what hardware has for it (tensor cores), and sums in 32 bits. A term of
 * a tile is a row in workgroup memory, so that of the left factor rows and columns are exchanged. Sums leave by workgroup
 * memory too, one row of matrices after another, since only there their elements have known places.
 */
export function multiplyMatrices(tile: Tile, matrix: MatrixShape): Multiplication {
  const sizes = { row: tile.rows, column: tile.columns };
  const array = (side: 'row' | 'column') =>
    `var<workgroup> ${side}Tile: array<f16, ${tile.depth * halvesARow(sizes[side])}>;`;
  const results = sharesOf(tile) * matrix.rows * tile.columnsEach;
  const across = tile.columns / tile.columnsEach;
  const [down, right] = [tile.rowsEach / matrix.rows, tile.columnsEach / matrix.columns];
  const sums = each(down, right, (i, j) => `sum${i}_${j}`);
  const type = `subgroup_matrix_result<f32, ${matrix.columns}, ${matrix.rows}>`;
  return {
    enables: ['f16', 'subgroups', 'chromium_experimental_subgroup_matrix'],
    builtins: ['@builtin(subgroup_id) subgroup: u32'],
    declarations: [array('row'), array('column'), `var<workgroup> results: array<f32, ${results}>;`],
    assign: (side, term, four, elements) => {
      const start = `${side}Place`;
      return [
        '{',
        `  let ${start} = ${term} * ${halvesARow(sizes[side])}u + 4u * ${four};`,
        ...elements.map((element, i) => `  ${side}Tile[${start} + ${i}u] = f16(${element});`),
        '}',
      ];
    },
    before: [
      `let ownRow = (subgroup / ${across}u) * ${tile.rowsEach}u;`,
      `let ownColumn = (subgroup % ${across}u) * ${tile.columnsEach}u;`,
      ...sums.map((name) => `var ${name}: ${type};`),
    ],
    products: products(tile, matrix, down, right),
    stores: Array.from({ length: down }, (_, i) => i).flatMap((i) => storesOf(tile, matrix, i, right)),
  };
}

function each<T>(rows: number, columns: number, make: (i: number, j: number) => T): T[] {
  const [is, js] = [rows, columns].map((count) => Array.from({ length: count }, (_, k) => k));
  return is.flatMap((i) => js.map((j) => make(i, j)));
}

function products(tile: Tile, matrix: MatrixShape, down: number, right: number): string[] {
  const { rows, columns, terms } = matrix;
  const load = (side: 'row' | 'column', own: string, first: number, type: string, order: string) => {
    const width = halvesARow(side === 'row' ? tile.rows : tile.columns);
    const place = `term * ${width}u + ${own}${first === 0 ? '' : ` + ${first}u`}`;
    return `subgroupMatrixLoad<${type}, ${order}>(&${side}Tile, ${place}, ${width}u)`;
  };
  const left = Array.from({ length: down }, (_, i) => {
    const type = `subgroup_matrix_left<f16, ${terms}, ${rows}>`;
    return `let left${i} = ${load('row', 'ownRow', i * rows, type, 'col_major')};`;
  });
  const rights = Array.from({ length: right }, (_, j) => {
    const type = `subgroup_matrix_right<f16, ${columns}, ${terms}>`;
    return `let right${j} = ${load('column', 'ownColumn', j * columns, type, 'row_major')};`;
  });
  const sums = each(down, right, (i, j) => {
    return `sum${i}_${j} = subgroupMatrixMultiplyAccumulate(left${i}, right${j}, sum${i}_${j});`;
  });
  const head = `for (var term = 0u; term < ${tile.depth}u; term += ${terms}u) {`;
  return [head, ...indented([...left, ...rights, ...sums]), '}'];
}

/** Stores the i-th row of each subgroup's matrices. */
function storesOf(tile: Tile, matrix: MatrixShape, i: number, right: number): string[] {
  const { columnsEach, rowsEach } = tile;
  const ofSubgroup = matrix.rows * columnsEach;
  const across = tile.columns / columnsEach;
  const moved = Array.from({ length: right }, (_, j) => {
    const place = `subgroup * ${ofSubgroup}u + ${j * matrix.columns}u`;
    return `subgroupMatrixStore<row_major>(&results, ${place}, sum${i}_${j}, ${columnsEach}u);`;
  });
  return [
    ...(i === 0 ? [] : ['workgroupBarrier();']),
    ...moved,
    'workgroupBarrier();',
    `for (var four = lane; four < ${(sharesOf(tile) * ofSubgroup) / 4}u; four += ${invocationsOf(tile)}u) {`,
    ...indented([
      'let place = 4u * four;',
      `let share = place / ${ofSubgroup}u;`,
      `let row = rowOrigin + (share / ${across}u) * ${rowsEach}u + ${i * matrix.rows}u + place % ${ofSubgroup}u / ${columnsEach}u;`,
      `let column = columnOrigin + (share % ${across}u) * ${columnsEach}u + place % ${columnsEach}u;`,
      'store(batch, row, column, vec4f(results[place], results[place + 1u], results[place + 2u], results[place + 3u]));',
    ]),
    '}',
  ];
}
