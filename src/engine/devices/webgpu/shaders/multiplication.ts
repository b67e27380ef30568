/** How a workgroup multiplies what it has loaded of both factors, and where it has the sums: lines of a shader. */
export interface Multiplication {
  readonly enables: readonly string[];
  /** Of the shader's entry point, besides those that all have. */
  readonly builtins: readonly string[];
  /** Workgroup memory: the tiles of both factors. */
  readonly declarations: readonly string[];
  /** Lines that put four neighbours along a side, at a term, into that side's tile. */
  assign(side: 'row' | 'column', term: string, four: string, elements: readonly string[]): readonly string[];
  /** Before the loops: the sums, 0 at first. */
  readonly before: readonly string[];
  /** Adds the products of the terms in workgroup memory. */
  readonly products: readonly string[];
  /** Calls `store` for every four sums of a row, next to each other. */
  readonly stores: readonly string[];
}
