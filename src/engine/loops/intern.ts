let nextId = 0;

/**
 * A process-wide table of what has been built from equal parts (hash consing): the same key gives the same object,
 * which `make` builds around a new id. Objects that are no longer referenced are garbage-collected, and their keys
 * removed.
 */
export class InternTable<T extends object> {
  private readonly known = new Map<string, WeakRef<T>>();
  private readonly forgotten = new FinalizationRegistry<string>((key) => {
    if (this.known.get(key)?.deref() === undefined) this.known.delete(key);
  });

  get(key: string, make: (id: number) => T): T {
    const known = this.known.get(key)?.deref();
    if (known !== undefined) return known;
    const made = make(newId());
    this.known.set(key, new WeakRef(made));
    this.forgotten.register(made, key);
    return made;
  }
}

/** Grows from call to call, whatever it is for. */
export function newId(): number {
  return nextId++;
}

/** The ids of parts, for a key. */
export function ids(parts: readonly { readonly id: number }[]): string {
  return parts.map(({ id }) => id).join(',');
}
