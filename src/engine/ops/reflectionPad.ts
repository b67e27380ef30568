import type { Emitter } from '../ir/emitter.js';
import type { Expr, Index } from '../ir/loopForm.js';
import { defineOp, type OpBuilder } from '../ir/op.js';
import { ShapeError } from '../ir/shapeError.js';
import { f32, formatType } from '../ir/tensorType.js';
import type { Value } from '../ir/value.js';
import { binaryExpr, load, number, select } from '../loops/expressions.js';
import { abs, difference, sum, times, whole } from '../loops/indices.js';
import { map } from '../loops/tensors.js';

interface PaddingAttributes {
  readonly padding: number;
}

/** Height and width, between which nothing differs. */
const AXES = [2, 3] as const;

/** Mirrored at the outermost rows and columns, which are not repeated. Linear: its gradient is the adjoint below. */
const reflectionPadOp: OpBuilder<PaddingAttributes> = defineOp<PaddingAttributes>({
  name: 'reflectionPad',
  type: ([x], { padding }) => {
    const [batch, channels, height, width] = x.shape;
    if (x.shape.length !== 4 || Math.min(height, width) <= padding) {
      const facts = { x: formatType(x), padding };
      throw new ShapeError(
        'reflectionPad: there is less to mirror than the padding',
        facts,
        'use larger images',
      );
    }
    return f32(batch, channels, height + 2 * padding, width + 2 * padding);
  },
  gradient: ({ dy, attributes }) => [reflectionPadGradientOp([dy], attributes)],
  loops: ([x], { attributes: { padding }, type }) => {
    // Mirrored at row 0 by an absolute value, and so at the last row, seen from there.
    const mirrored = (at: Index, extent: number) =>
      difference(whole(extent - 1), abs(difference(whole(extent - 1), abs(sum(at, -padding)))));
    const [, , height, width] = x.type.shape;
    return map(type, (n, c, row, column) => load(x, [n, c, mirrored(row, height), mirrored(column, width)]));
  },
  lower: (emit, [x], { attributes: { padding } }) =>
    emit.node('Pad', [x, emit.ints([0, 0, padding, padding, 0, 0, padding, padding])], { mode: 'reflect' }),
});

/** Adds what lies in the margins to what it was mirrored from. */
const reflectionPadGradientOp: OpBuilder<PaddingAttributes> = defineOp<PaddingAttributes>({
  name: 'reflectionPadGradient',
  type: ([dy], { padding }) => {
    const [batch, channels, height, width] = dy.shape;
    return f32(batch, channels, height - 2 * padding, width - 2 * padding);
  },
  gradient: ({ dy, attributes }) => [reflectionPad(dy, attributes.padding)],
  loops: ([dy], { attributes: { padding }, type }) => {
    const [, , height, width] = type.shape;
    return map(type, (n, c, row, column) =>
      sumOfMirrored(row, height, padding, (r) =>
        sumOfMirrored(column, width, padding, (k) => load(dy, [n, c, r, k])),
      ),
    );
  },
  lower: (emit, [dy], { type, attributes: { padding } }) =>
    AXES.reduce((folded, axis) => fold(emit, folded, axis, type.shape[axis], padding), dy),
});

/** An element along one axis, and what lies in the margins where it was mirrored to: left, and right. */
function sumOfMirrored(at: Index, extent: number, padding: number, element: (at: Index) => Expr): Expr {
  const within = (low: number, high: number, place: Index) =>
    select([{ index: at, low, high }], element(place), number(0));
  const own = element(sum(at, padding));
  const left = within(1, padding + 1, sum(times(at, -1), padding));
  const right = within(extent - 1 - padding, extent - 1, sum(times(at, -1), padding + 2 * (extent - 1)));
  return binaryExpr('add', own, binaryExpr('add', left, right));
}

/**
 * Along one axis: with x of `extent` elements between margins of p, the left margin mirrors x[1 ... p] and the right
 * one x[extent - 1 - p ... extent - 2]. Only these are added to; where they do not overlap, the rest is copied in the
 * same pass that puts everything together.
 */
function fold(emit: Emitter, dy: string, axis: number, extent: number, p: number): string {
  const range = (start: number, end: number) =>
    emit.node('Slice', [dy, emit.ints([start]), emit.ints([end]), emit.ints([axis])]);
  const mirrored = (start: number, end: number) =>
    emit.node('Slice', [
      dy,
      emit.ints([end - 1]),
      emit.ints([start === 0 ? Number.MIN_SAFE_INTEGER : start - 1]),
      emit.ints([axis]),
      emit.ints([-1]),
    ]);
  const [left, right] = [mirrored(0, p), mirrored(p + extent, extent + 2 * p)];
  const rest = extent - 2 - 2 * p;
  if (rest < 0) {
    const place = (part: string, before: number, after: number) =>
      emit.node('Pad', [part, emit.ints([before, after]), emit.float(0), emit.ints([axis])]);
    const atBothEnds = emit.node('Add', [place(left, 1, rest + p + 1), place(right, rest + p + 1, 1)]);
    return emit.node('Add', [range(p, p + extent), atBothEnds]);
  }
  const parts = [
    range(p, p + 1),
    emit.node('Add', [range(p + 1, 2 * p + 1), left]),
    ...(rest > 0 ? [range(2 * p + 1, 2 * p + 1 + rest)] : []),
    emit.node('Add', [range(extent - 1, extent - 1 + p), right]),
    range(extent + p - 1, extent + p),
  ];
  return emit.node('Concat', parts, { axis });
}

/**
 * Rows and columns before and after, mirrored at the edges (PyTorch's ReflectionPad2d).
 * @param x f32[N, C, H, W], H and W larger than the padding. Throws ShapeError otherwise.
 * @returns f32[N, C, H + 2 padding, W + 2 padding]
 */
export function reflectionPad(x: Value, padding: number): Value {
  return padding === 0 ? x : reflectionPadOp([x], { padding });
}

/** The adjoint of `reflectionPad`: f32[N, C, H + 2 padding, W + 2 padding] to f32[N, C, H, W]. */
export function reflectionPadGradient(dy: Value, padding: number): Value {
  return padding === 0 ? dy : reflectionPadGradientOp([dy], { padding });
}
