/** Memory that is needed from one moment to another, both included. */
export interface Request {
  readonly bytes: number;
  readonly first: number;
  readonly last: number;
}

/** Where memory is. */
export interface Place {
  /** By its number. */
  readonly buffer: number;
  readonly offset: number;
}

/** Where a binding may begin, as WebGPU guarantees it. */
export const ALIGNMENT = 256;

export function aligned(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}

/**
 * Places what is needed at different times at the same bytes: the largest first, each as far down in the first buffer
 * as there is room all the while (Pisarchyk and Lee 2020, "greedy by size").
 *
 * @param maxBytes of a buffer
 * @returns the place of each request, and the buffers' sizes
 */
export function place(requests: readonly Request[], maxBytes: number) {
  const places: Place[] = new Array(requests.length);
  const buffers: { request: Request; offset: number }[][] = [];
  const bySize = [...requests.keys()].sort((a, b) => requests[b].bytes - requests[a].bytes || a - b);
  for (const i of bySize) {
    const request = requests[i];
    let found: Place | undefined;
    for (let buffer = 0; found === undefined; buffer++) {
      buffers[buffer] ??= [];
      const offset = lowestRoom(request, buffers[buffer]);
      if (offset === 0 || offset + request.bytes <= maxBytes) found = { buffer, offset };
    }
    buffers[found.buffer].push({ request, offset: found.offset });
    buffers[found.buffer].sort((a, b) => a.offset - b.offset);
    places[i] = found;
  }
  const sizes = buffers.map((placed) =>
    Math.max(...placed.map(({ request, offset }) => offset + aligned(request.bytes))),
  );
  return { places, sizes };
}

/** The lowest offset at which nothing lies that is needed at the same time. */
function lowestRoom(
  { bytes, first, last }: Request,
  placed: readonly { readonly request: Request; readonly offset: number }[],
): number {
  let low = 0;
  for (const { request, offset } of placed) {
    if (request.last < first || request.first > last) continue;
    if (offset - low >= aligned(bytes)) return low;
    low = Math.max(low, offset + aligned(request.bytes));
  }
  return low;
}
