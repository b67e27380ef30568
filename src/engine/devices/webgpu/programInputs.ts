import type { Program } from '../../ir/program.js';
import { elementCount } from '../../ir/tensorType.js';
import type { Value } from '../../ir/value.js';
import type { RunInputs } from '../../runtime/executable.js';
import { fillInput } from '../../runtime/fillInput.js';
import { maskStream } from '../../runtime/randomInputs.js';
import type { Dispatch } from './dispatches.js';
import { maskShader, streamWords } from './dropoutMask.js';
import type { Gpu, Memory } from './gpu.js';
import { ALIGNMENT } from './placement.js';

interface Input {
  readonly name: string;
  readonly memory: Memory;
  /** Padded to whole words. */
  readonly bytes: Uint8Array;
  readonly elements: Float32Array | Uint8Array;
  /** Of a dropout mask: draws it where it is needed, by the words at its place among the masks. */
  readonly mask?: { readonly place: number; readonly dispatch: Dispatch };
}

/** Brings what a run is given into the GPU's memory; dropout masks that it is not given are drawn there. */
export class ProgramInputs {
  private constructor(
    private readonly gpu: Gpu,
    private readonly program: Program,
    private readonly inputs: readonly Input[],
    /** Of the masks' streams, and the same on the host. */
    private readonly streams: GPUBuffer | undefined,
    private readonly words: Uint32Array,
  ) {}

  /** @param memoryOf an input, undefined where the program does not use it */
  static async prepare(
    gpu: Gpu,
    program: Program,
    memoryOf: (input: Value) => Memory | undefined,
  ): Promise<ProgramInputs> {
    const used = [...program.inputs].flatMap(([name, value]) => {
      const memory = memoryOf(value);
      return memory === undefined ? [] : [{ name, value, memory }];
    });
    const masks = used.filter(({ name }) => program.dropoutMasks.has(name));
    const bytes = ALIGNMENT * masks.length;
    const streams = masks.length === 0 ? undefined : await gpu.allocate(bytes, 'the streams of masks');
    const inputs = await gpu.checked(() =>
      used.map((input): Input => {
        const place = masks.indexOf(input);
        if (place < 0 || streams === undefined) return writtenInput(input);
        const { source, workgroups } = maskShader(
          elementCount(input.value.shape),
          program.dropoutMasks.get(input.name)!,
        );
        const stream = { buffer: streams, offset: ALIGNMENT * place, bytes: 16 };
        const dispatch = gpu.dispatch(source, [input.memory, stream], workgroups);
        return { ...writtenInput(input), mask: { place, dispatch } };
      }),
    );
    return new ProgramInputs(gpu, program, inputs, streams, new Uint32Array(bytes / 4));
  }

  /**
   * @returns what is to be dispatched before the run
   * @throws Error when an input is missing or of another size; nothing has been written then
   */
  give(run: RunInputs): readonly Dispatch[] {
    const drawn = this.inputs.filter(
      ({ name, mask }) => mask !== undefined && run.random !== undefined && run.tensors[name] === undefined,
    );
    const written = this.inputs.filter((input) => !drawn.includes(input));
    for (const { name, elements } of written) fillInput(this.program, name, elements, run);
    for (const { memory, bytes } of written) this.gpu.write(memory, bytes);
    if (drawn.length === 0) return [];
    for (const { name, mask } of drawn) {
      this.words.set(streamWords(maskStream(this.program, name, run.random!)), (mask!.place * ALIGNMENT) / 4);
    }
    this.gpu.write({ buffer: this.streams!, offset: 0, bytes: this.words.byteLength }, this.words);
    return drawn.map(({ mask }) => mask!.dispatch);
  }

  dispose(): void {
    if (this.streams !== undefined) this.gpu.free(this.streams);
  }
}

function writtenInput({ name, value, memory }: { name: string; value: Value; memory: Memory }): Input {
  const bytes = new Uint8Array(memory.bytes);
  const { dtype, shape } = value.type;
  const elements = dtype === 'u8' ? bytes.subarray(0, elementCount(shape)) : new Float32Array(bytes.buffer);
  return { name, memory, bytes, elements };
}
