/**
 * The part of the WebAssembly JavaScript interface that is used here. TypeScript declares it with the browser's
 * globals only, which this library must not see.
 */
interface WebAssemblyInterface {
  readonly Memory: new (limits: { initial: number; maximum: number }) => WasmMemory;
  readonly Module: new (bytes: Uint8Array<ArrayBuffer>) => object;
  readonly Instance: new (
    module: object,
    imports: { readonly env: { readonly memory: WasmMemory } },
  ) => { readonly exports: Readonly<Record<string, (...args: readonly number[]) => void>> };
}

/** A WebAssembly memory of fixed size. */
export interface WasmMemory {
  readonly buffer: ArrayBuffer;
}

const PAGE_BYTES = 64 * 1024;

const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: WebAssemblyInterface })
  .WebAssembly;

/** Zeroed memory of at least so many bytes, at most 2³². @throws RangeError when the system has none */
export function allocateMemory(bytes: number): WasmMemory {
  const pages = Math.ceil(bytes / PAGE_BYTES);
  return new Memory({ initial: pages, maximum: pages });
}

/** Compiles a module; the function returned gives its export `run` over a memory. */
export function compile(
  bytes: Uint8Array<ArrayBuffer>,
): (memory: WasmMemory) => (...args: readonly number[]) => void {
  const module = new Module(bytes);
  return (memory) => new Instance(module, { env: { memory } }).exports.run;
}
