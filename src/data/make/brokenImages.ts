import { BadImageError } from '../decode/badImage.js';

/**
 * Images that cannot be used, while a data set is made of all others: one broken file of ten thousand is no reason to make
 * none. Whatever else goes wrong, such as a full disk, ends the work.
 */
export class BrokenImages {
  private readonly errors: BadImageError[] = [];

  /**
   * Does the job of one image, and leaves the image out where it is broken.
   * @returns whether the job was done
   */
  async leaveOut(job: () => Promise<void>): Promise<boolean> {
    try {
      await job();
      return true;
    } catch (error) {
      if (!(error instanceof BadImageError)) throw error;
      this.errors.push(error);
      return false;
    }
  }

  /** Those that were left out, in the order of their names: several are read at once. */
  byName(): readonly BadImageError[] {
    return this.errors.toSorted((a, b) => (a.file < b.file ? -1 : 1));
  }
}
