/**
 * Keeps a device's tuned choices from one process to the next: a file in Node, the browser's storage in a page.
 */
export interface TunedChoicesStore {
  /** The choices kept for a device, by key. Anyone may have written them: the reader checks them. */
  read(fingerprint: string): Promise<Readonly<Record<string, unknown>>>;
  /** Adds choices to those of others. False: nothing can be kept. */
  add(fingerprint: string, choices: Readonly<Record<string, unknown>>): Promise<boolean>;
}
