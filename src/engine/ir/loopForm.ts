import type { Shape, TensorType } from './tensorType.js';

/*
 * An op stated as loops, for all devices that run kernels. Everything here is immutable and interned: what is equal is
 * one object with one id, so common subexpressions are found by identity. `loops/` builds, prints and checks it.
 */

/** A tensor of a program of loops: given from outside, constant, or what a loop computes. */
export interface Tensor {
  /** Grows in order of building: a tensor's operands have smaller ids than itself. */
  readonly id: number;
  readonly type: TensorType;
  readonly source: TensorSource;
}

/** Where the elements of a tensor come from. */
export type TensorSource =
  | { readonly kind: 'external'; readonly name: string }
  | { readonly kind: 'constant'; readonly data: readonly number[] }
  | Loop;

/** How the elements of a tensor are computed. Axis i of the loop is the variable i; axes summed over come last. */
export type Loop = MapLoop | FoldLoop | ContractionLoop;

/** Each element by itself: the axes are those of the result. */
export interface MapLoop {
  readonly kind: 'map';
  readonly expr: Expr;
}

/** A map summed, or its maximum taken, over further axes of these extents. */
export interface FoldLoop {
  readonly kind: 'fold';
  readonly over: Shape;
  readonly op: FoldOp;
  readonly expr: Expr;
}

/** What a fold does with its elements. */
export type FoldOp = 'sum' | 'max';

/**
 * A sum of products, Σ a · b over `over`: matrix products and convolutions. `shape` has the axes that are not summed
 * over, which may be more than the result has: the element goes to the place `store`, or nowhere where that is outside
 * of the result. What is stored is `out`, in which the sum is the accumulator 0.
 */
export interface ContractionLoop {
  readonly kind: 'contraction';
  readonly shape: Shape;
  readonly over: Shape;
  readonly a: Expr;
  readonly b: Expr;
  readonly store: readonly Index[];
  readonly out: Expr;
}

/** A number for one point of a loop. */
export type Expr = { readonly id: number } & (
  | { readonly kind: 'const'; readonly value: number }
  /** An element, by one index for each axis. */
  | { readonly kind: 'load'; readonly tensor: Tensor; readonly index: readonly Index[] }
  /** The result of the fold of that number. */
  | { readonly kind: 'acc'; readonly of: number }
  | { readonly kind: 'fromIndex'; readonly index: Index }
  | { readonly kind: 'unary'; readonly op: UnaryOp; readonly x: Expr }
  | { readonly kind: 'binary'; readonly op: BinaryOp; readonly x: Expr; readonly y: Expr }
  /** x where all ranges hold, y elsewhere; the other one is not evaluated. For padding, concatenation and the like. */
  | { readonly kind: 'select'; readonly where: readonly Range[]; readonly x: Expr; readonly y: Expr }
  /** x where the number `of` is above 0, y elsewhere. */
  | { readonly kind: 'positive'; readonly of: Expr; readonly x: Expr; readonly y: Expr }
);

/** A function of a number. */
export type UnaryOp =
  | ('neg' | 'abs' | 'sign' | 'floor' | 'truncate' | 'sqrt' | 'exp' | 'log' | 'reciprocal')
  | ('tanh' | 'sigmoid' | 'softplus')
  /** The nearest 16-bit float, of two the even one; what is too large for it is infinite. */
  | 'half';
/** A function of two numbers. */
export type BinaryOp = 'add' | 'sub' | 'mul' | 'div' | 'min' | 'max';

/** low ≤ index < high */
export interface Range {
  readonly index: Index;
  readonly low: number;
  readonly high: number;
}

/** A quasi-affine whole number, Σ factor · atom + constant, and the bounds that it lies within, both included. */
export interface Index {
  readonly id: number;
  /** By ascending ids of their atoms; no factor is 0. */
  readonly terms: readonly Term[];
  readonly constant: number;
  readonly low: number;
  readonly high: number;
}

/** One summand of an index. */
export interface Term {
  readonly atom: Atom;
  readonly factor: number;
}

/** A whole number that indices are made of, and the bounds that it lies within, both included. */
export type Atom = {
  readonly id: number;
  readonly low: number;
  readonly high: number;
} /** The variable of a loop's axis: 0 ... extent - 1. */ & (
  | { readonly kind: 'variable'; readonly axis: number; readonly extent: number }
  /** Rounded down. */
  | { readonly kind: 'div'; readonly index: Index; readonly by: number }
  /** 0 ... by - 1, also of a negative index. */
  | { readonly kind: 'mod'; readonly index: Index; readonly by: number }
  | { readonly kind: 'abs'; readonly index: Index }
  /** A whole number read from a tensor: it may be any. */
  | { readonly kind: 'data'; readonly tensor: Tensor; readonly index: readonly Index[] }
);

/** The arguments of an op's `loops` rule besides its operands. */
export interface LoopContext<Attributes> {
  readonly attributes: Attributes;
  /** Of the result. */
  readonly type: TensorType;
}
