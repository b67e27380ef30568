import { signal } from '@preact/signals';
import type { Backend, WebGenerator } from '../pix2pix.js';
import { pix2pix } from '../pix2pix.js';

/** How the generator is. */
export type State =
  | { readonly kind: 'loading'; readonly loaded: number; readonly total: number }
  | { readonly kind: 'ready'; readonly backend: Backend; readonly milliseconds?: number }
  | { readonly kind: 'failed'; readonly message: string };

/** Translates a picture that changes: always the newest, and no more than one at a time. */
export class Translation {
  readonly state = signal<State>({ kind: 'loading', loaded: 0, total: 1 });
  readonly result = signal<ImageData | undefined>(undefined);
  private generator: WebGenerator;
  private next: (() => ImageData) | undefined;
  private isRunning = false;

  /** @param backend default: the GPU, where there is one */
  constructor(
    readonly model: URL,
    private readonly backend: Backend | undefined,
  ) {
    this.generator = this.load(backend);
  }

  /** Once the model is there. Throws as `loadGenerator`. */
  async ready(): Promise<WebGenerator> {
    return this.generator.ready();
  }

  /** Translates what `picture` gives when its turn has come. */
  request(picture: () => ImageData): void {
    this.next = picture;
    if (!this.isRunning) void this.run();
  }

  dispose(): void {
    this.next = undefined;
    this.generator.dispose().catch(() => {});
  }

  /** Loads the model again, after it could not be. */
  tryAgain(): void {
    this.generator.dispose().catch(() => {});
    this.generator = this.load(this.backend);
  }

  private load(backend: Backend | undefined): WebGenerator {
    this.state.value = { kind: 'loading', loaded: 0, total: 1 };
    const onProgress = (progress: { loaded: number; total: number }) => {
      this.state.value = { kind: 'loading', ...progress };
    };
    const generator = pix2pix(this.model, { onProgress, backend });
    generator.ready().then(
      () => {
        this.state.value = { kind: 'ready', backend: generator.backend };
      },
      (error: Error) => this.fail(error),
    );
    return generator;
  }

  private async run(): Promise<void> {
    this.isRunning = true;
    for (let picture = this.next; picture !== undefined; picture = this.next) {
      this.next = undefined;
      try {
        await this.translate(picture());
      } catch (error) {
        await this.recover(error as Error, picture);
      }
    }
    this.isRunning = false;
  }

  private async translate(picture: ImageData): Promise<void> {
    const { backend } = await this.generator.ready();
    const start = performance.now();
    this.result.value = await this.generator.translate(picture);
    this.state.value = { kind: 'ready', backend, milliseconds: performance.now() - start };
  }

  /** A GPU may be gone, after a sleep of the machine or a reset of its driver: the processor goes on. */
  private async recover(error: Error, picture: () => ImageData): Promise<void> {
    const wasOnGpu = this.state.value.kind === 'ready' && this.state.value.backend === 'webgpu';
    if (!wasOnGpu || this.backend === 'webgpu') return this.fail(error);
    this.generator.dispose().catch(() => {});
    this.generator = this.load('wasm');
    this.next ??= picture;
  }

  private fail(error: Error): void {
    this.state.value = { kind: 'failed', message: error.message };
  }
}
