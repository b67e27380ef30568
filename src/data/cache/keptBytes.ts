/** Each part begins where a float may. */
const aligned = (bytes: number) => Math.ceil(bytes / 4) * 4;

/** Large pieces of memory: a hundred thousand images are no hundred thousand allocations. */
const PIECE_BYTES = 64 * 2 ** 20;

/** Memory for bytes that stay, up to a limit. What is kept is never moved, changed or given up. */
export class KeptBytes {
  private used = 0;
  private piece = new Uint8Array();
  private filled = 0;
  private ended = false;

  /**
   * @param limit bytes in all
   * @param mayGrow asked before another piece of so many bytes is taken; when it denies one, nothing more is kept
   */
  constructor(
    private readonly limit: number,
    private readonly mayGrow: (bytes: number) => boolean,
  ) {}

  /** Whether it has stopped short of its limit. */
  get hasEnded(): boolean {
    return this.ended;
  }

  /**
   * Keeps all of `parts` or none.
   *
   * @param besides bytes that go with them elsewhere, and count
   * @returns copies that stay, or undefined where there is no room: smaller ones may still fit
   */
  keep(parts: readonly Uint8Array[], besides = 0): Uint8Array[] | undefined {
    const length = parts.reduce((sum, part) => sum + part.length, 0);
    const room = parts.reduce((sum, part) => sum + aligned(part.length), 0);
    if (this.ended || this.used + length + besides > this.limit) return undefined;
    if (this.filled + room > this.piece.length && !this.grow(room)) return undefined;
    this.used += length + besides;
    return parts.map((part) => {
      const kept = this.piece.subarray(this.filled, this.filled + part.length);
      kept.set(part);
      this.filled += aligned(part.length);
      return kept;
    });
  }

  /** The rest of the last piece has not been touched, so that it is memory only by name. */
  private grow(least: number): boolean {
    const bytes = Math.max(least, PIECE_BYTES);
    const piece = this.mayGrow(bytes) ? allocate(bytes) : undefined;
    this.ended = piece === undefined;
    if (piece === undefined) return false;
    this.piece = piece;
    this.filled = 0;
    return true;
  }
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> | undefined {
  try {
    return new Uint8Array(bytes);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
