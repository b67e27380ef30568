import { MachineError } from '../../../base/errors/machineError.js';
import { adapterFacts } from './adapterFacts.js';
import { BufferUsage } from './bufferUsage.js';
import type { Dispatch } from './dispatches.js';
import { Pipelines, type Shader } from './pipelines.js';
import type { MatrixShape } from './shaders/tile.js';
import type { WorkgroupLimits } from './shaders/tiles.js';

/** A part of a buffer, in bytes. */
export interface Memory {
  readonly buffer: GPUBuffer;
  readonly offset: number;
  readonly bytes: number;
}

/** How many storage bindings a shader may have, and how many bytes each. */
export interface BindingLimits {
  readonly count: number;
  readonly bytes: number;
}

/** Submissions that may be under way while the next is made. */
export const MAX_IN_FLIGHT = 2;

/** Larger downloads, such as of parameters, are too rare for their buffers to be kept. */
const KEPT_STAGING_BYTES = 2 ** 16;

/** GPUMapMode.READ, which is a global in pages alone. */
const MAP_MODE_READ = 1;
const READABLE = BufferUsage.COPY_DST | BufferUsage.MAP_READ;

/** A GPU with the pipelines that have been compiled on it; all of its errors end in one place. */
export class Gpu {
  private readonly pipelines: Pipelines;
  private readonly buffers = new Set<GPUBuffer>();
  /** Buffers for downloads that are free, by their sizes. */
  private readonly staging = new Map<number, GPUBuffer[]>();
  private readonly inFlight: Promise<unknown>[] = [];
  /** The device's promises that have not come to anything yet. */
  private readonly open = new Set<Promise<unknown>>();
  private failure: Error | undefined;
  private isDisposed = false;

  /**
   * @param name of the adapter, for messages
   * @param matrix what subgroups multiply at once, where it has been opened with that
   */
  constructor(
    readonly device: GPUDevice,
    readonly name: string,
    readonly matrix?: MatrixShape,
  ) {
    this.pipelines = new Pipelines(device);
    this.following(device.lost).then(({ message }) => {
      if (this.isDisposed) return;
      const fix = 'train on from the last checkpoint with --continue_train, when it is there again';
      this.failure = new MachineError('the GPU is lost', { adapter: name, reason: message }, fix, true);
    });
    device.addEventListener('uncapturederror', (event) => {
      const { error } = event as GPUUncapturedErrorEvent;
      event.preventDefault(); // so that it is not printed besides
      const isMemory = error.constructor.name === 'GPUOutOfMemoryError';
      this.failure ??= isMemory
        ? this.tooLittle('a copy for the host', 0, error.message)
        : new Error(`${name}: ${error.message}`);
    });
  }

  /** The most bytes of a buffer that a shader can use as a whole. */
  get maxBindingBytes(): number {
    const { maxStorageBufferBindingSize, maxBufferSize } = this.device.limits;
    return Math.min(maxStorageBufferBindingSize, maxBufferSize);
  }

  /** Whether it is none, but software that stands in for one. */
  get isSoftware(): boolean {
    return adapterFacts({ info: this.device.adapterInfo }).isSoftware;
  }

  /** Storage bindings of a shader. */
  get bindingLimits(): BindingLimits {
    return { count: this.device.limits.maxStorageBuffersPerShaderStage, bytes: this.maxBindingBytes };
  }

  get workgroupLimits(): WorkgroupLimits {
    const { maxComputeWorkgroupStorageSize, maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX } =
      this.device.limits;
    const invocations = Math.min(maxComputeInvocationsPerWorkgroup, maxComputeWorkgroupSizeX);
    return { bytes: maxComputeWorkgroupStorageSize, invocations };
  }

  /**
   * Memory for shaders, zero at first.
   * @throws MachineError when there is not enough
   */
  async allocate(bytes: number, what: string): Promise<GPUBuffer> {
    const [size, most] = [wholeWords(bytes), this.maxBindingBytes];
    if (size > most) throw this.tooLittle(what, size, `a shader can use at most ${most} bytes as a whole`);
    return this.newBuffer(size, what, BufferUsage.STORAGE | BufferUsage.COPY_SRC | BufferUsage.COPY_DST);
  }

  /** Memory into which results are copied, for the host to read. Throws as `allocate`. */
  allocateReadable(bytes: number, what: string): Promise<GPUBuffer> {
    return this.newBuffer(wholeWords(bytes), what, READABLE);
  }

  /** Of all buffers that have been allocated here and nobody has freed. */
  get allocatedBytes(): number {
    return [...this.buffers].reduce((sum, { size }) => sum + size, 0);
  }

  free(buffer: GPUBuffer): void {
    buffer.destroy();
    this.buffers.delete(buffer);
  }

  /** A dispatch of a shader whose binding i is memory i. Throws Error when the adapter binds fewer. */
  dispatch(
    source: string,
    memories: readonly Memory[],
    workgroups: readonly [x: number, y: number],
  ): Dispatch {
    const most = this.device.limits.maxStorageBuffersPerShaderStage;
    if (memories.length > most) {
      throw new Error(`a kernel of ${memories.length} tensors: ${this.name} binds at most ${most}`);
    }
    const { pipeline, layout } = this.pipelines.of({ source, bindings: memories.length });
    const entries = memories.map(({ buffer, offset, bytes }, binding) => {
      const size = wholeWords(bytes);
      return { binding, resource: { buffer, offset, size } };
    });
    return { pipeline, bindings: this.device.createBindGroup({ layout, entries }), workgroups };
  }

  /**
   * Compiles shaders side by side, so that `dispatch` finds them: a driver takes a third of a second for a large one.
   * @throws Error when one is not valid
   */
  async compile(shaders: readonly Shader[]): Promise<void> {
    const modules = await this.checked(() => this.pipelines.modulesOf(shaders));
    const added = this.following(this.pipelines.add(modules));
    await added.catch(({ message }) => this.throwReason(new Error(`${this.name}: ${message}`)));
  }

  /** Submits what `encode` writes; waits only while others have piled up before it. */
  async submit(encode: (encoder: GPUCommandEncoder) => void): Promise<void> {
    this.throwFailure();
    const encoder = this.device.createCommandEncoder();
    encode(encoder);
    this.device.queue.submit([encoder.finish()]);
    this.inFlight.push(this.following(this.device.queue.onSubmittedWorkDone()).catch(ignore));
    if (this.inFlight.length > MAX_IN_FLIGHT) await this.inFlight.shift();
    this.throwFailure();
  }

  /** Waits for everything that has been submitted. */
  async finish(): Promise<void> {
    this.inFlight.length = 0;
    await this.following(this.device.queue.onSubmittedWorkDone());
    this.throwFailure();
  }

  /** A copy of memory as it is after all that has been submitted so far. */
  async read({ buffer, offset, bytes }: Memory): Promise<ArrayBuffer> {
    this.throwFailure();
    const size = wholeWords(bytes);
    const staging = this.stagingOf(size);
    const encoder = this.device.createCommandEncoder();
    encoder.copyBufferToBuffer(buffer, offset, staging, 0, size);
    this.device.queue.submit([encoder.finish()]);
    const copy = await this.readStaging(staging);
    if (size <= KEPT_STAGING_BYTES) this.staging.get(size)!.push(staging);
    else staging.destroy();
    return copy.slice(0, bytes);
  }

  /** A copy of a buffer that the host can read, as it is after all that has been submitted so far. */
  readStaging(staging: GPUBuffer): Promise<ArrayBuffer> {
    return this.mapped(staging, (bytes) => bytes.slice(0));
  }

  /** What `read` makes of the bytes of a buffer that the host can read, as they are after all that has been submitted so far. */
  async mapped<T>(staging: GPUBuffer, read: (bytes: ArrayBuffer) => T): Promise<T> {
    this.throwFailure();
    try {
      await this.following(staging.mapAsync(MAP_MODE_READ));
      this.throwFailure();
      const found = read(staging.getMappedRange());
      staging.unmap();
      return found;
    } catch (error) {
      return this.throwReason(error);
    }
  }

  private async newBuffer(size: number, what: string, usage: number): Promise<GPUBuffer> {
    const buffer = await this.checked(
      () => this.device.createBuffer({ label: what, size, usage }),
      (error) => this.tooLittle(what, size, error.message),
    );
    this.buffers.add(buffer);
    return buffer;
  }

  /** A buffer that the host can read, and nobody else uses now: of small ones those of earlier downloads serve again. */
  private stagingOf(size: number): GPUBuffer {
    const free = this.staging.get(size) ?? [];
    this.staging.set(size, free);
    return free.pop() ?? this.device.createBuffer({ label: 'download', size, usage: READABLE });
  }

  /** Data on memory that threads share is copied first: Dawn refuses it. */
  write({ buffer, offset }: Memory, data: Float32Array | Uint8Array | Uint32Array): void {
    this.throwFailure();
    const own = data.buffer instanceof ArrayBuffer ? data : data.slice();
    this.device.queue.writeBuffer(buffer, offset, own as Uint8Array<ArrayBuffer>);
  }

  /**
   * Makes something of the device's, and waits until it says whether that went well.
   * @param outOfMemory the error to throw where memory was lacking
   */
  async checked<T>(make: () => T, outOfMemory?: (error: GPUError) => Error): Promise<T> {
    this.throwFailure();
    this.device.pushErrorScope('out-of-memory');
    this.device.pushErrorScope('validation');
    let made: { readonly value: T } | { readonly error: unknown };
    try {
      made = { value: make() };
    } catch (error) {
      made = { error };
    }
    const scopes = [this.device.popErrorScope(), this.device.popErrorScope()];
    const [invalid, lacking] = await Promise.all(scopes.map((scope) => this.following(scope)));
    this.throwFailure();
    if ('error' in made) throw made.error;
    if (lacking !== null) throw outOfMemory?.(lacking) ?? this.tooLittle('programs', 0, lacking.message);
    if (invalid !== null) throw new Error(`${this.name}: ${invalid.message}`);
    return made.value;
  }

  /** Waits for all that the device still owes: Dawn aborts the process where a thread ends before its promises do. */
  async dispose(): Promise<void> {
    if (this.isDisposed) return;
    this.isDisposed = true;
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.clear();
    this.device.destroy();
    await Promise.allSettled(this.open);
  }

  private following<T>(promise: Promise<T>): Promise<T> {
    this.open.add(promise);
    const forget = () => this.open.delete(promise);
    promise.then(forget, forget);
    return promise;
  }

  /** Throws why the device has failed, or else `error`: browsers tell of a loss a moment after what it has made fail. */
  private async throwReason(error: unknown): Promise<never> {
    await Promise.race([this.device.lost, new Promise((resolve) => setTimeout(resolve, 1000))]);
    this.throwFailure();
    throw error;
  }

  private throwFailure(): void {
    if (this.failure !== undefined) throw this.failure;
  }

  private tooLittle(what: string, bytes: number, reason: string): MachineError {
    const megabytes = (count: number) => Math.ceil(count / 1e6);
    const taken = { 'takes MB': megabytes(bytes), 'MB taken by now': megabytes(this.allocatedBytes) };
    const facts = { adapter: this.name, what, ...taken, reason };
    const fix = 'train with smaller images (--crop_size), fewer at once (--batch_size), or --device cpu';
    return new MachineError('the GPU has not enough memory', facts, fix, true);
  }
}

/** Bytes as WebGPU takes them. */
function wholeWords(bytes: number): number {
  return Math.max(4, Math.ceil(bytes / 4) * 4);
}
function ignore(): void {} // the failure is told by what waits for the device's results
