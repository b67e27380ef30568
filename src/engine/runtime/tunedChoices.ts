/**
 * Where a device's tuned choices are kept from one process to the next: a file in Node, the browser's storage in a page.
 */
export interface TunedChoicesStore {
  /** What is kept for a device, by key. Anyone may have written it: the reader checks what it is. */
  read(fingerprint: string): Promise<Readonly<Record<string, unknown>>>;
  /** Adds to it; what others have added in the meantime stays. False: nothing can be kept. */
  add(fingerprint: string, choices: Readonly<Record<string, unknown>>): Promise<boolean>;
}
