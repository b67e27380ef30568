/** Keeps what is decoded at the same time within a number of pixels; an image larger than that has it for itself. */
export class PixelBudget {
  private used = 0;
  private readonly waiting: { readonly pixels: number; readonly start: () => void }[] = [];

  constructor(private readonly limit: number) {}

  /** Waits until so many pixels are free, and takes them. */
  take(pixels: number): Promise<void> {
    return new Promise((start) => {
      this.waiting.push({ pixels, start });
      this.admit();
    });
  }

  /** Gives pixels back. */
  release(pixels: number): void {
    this.used -= pixels;
    this.admit();
  }

  private admit(): void {
    for (let next = this.waiting[0]; next !== undefined; next = this.waiting[0]) {
      if (this.used > 0 && this.used + next.pixels > this.limit) return;
      this.waiting.shift();
      this.used += next.pixels;
      next.start();
    }
  }
}
