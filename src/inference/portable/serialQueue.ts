import { Pix2PixError } from '../../base/errors/pix2pixError.js';

/** Runs tasks one after another, in the order in which they were given. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve();
  private closed = false;

  constructor(private readonly what: string) {}

  /** The task's own result or error; an error of one task leaves the others alone. */
  add<T>(task: () => Promise<T>): Promise<T> {
    if (this.closed) {
      throw new Pix2PixError(`${this.what} has been disposed`, {}, 'load it again, or dispose it later');
    }
    const result = this.last.then(task);
    this.last = result.catch(() => {});
    return result;
  }

  /** Takes no more tasks, and waits for those that it has. */
  async close(): Promise<void> {
    this.closed = true;
    await this.last;
  }
}
