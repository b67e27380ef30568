/** What a page of `npm run bench:browser` offers to the program that drives it. */
export interface Bench {
  /** Milliseconds since the page was opened until the first translation was on the screen, and its bytes R, G, B, A. */
  readonly first: Promise<{ readonly milliseconds: number; readonly pixels: number[] }>;
  /** Milliseconds of one translation after the other. @param seconds how long at least; two in any case */
  frames(seconds: number): Promise<number[]>;
}
