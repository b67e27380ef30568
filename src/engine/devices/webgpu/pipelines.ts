/** A compute shader as its text, and how many storage bindings it has. */
export interface Shader {
  readonly source: string;
  readonly bindings: number;
}

/** A shader of which the text has been read. */
export interface ShaderModule extends Shader {
  readonly module: GPUShaderModule;
}

/** GPUShaderStage.COMPUTE, which is a global in pages alone. */
const COMPUTE_STAGE = 4;

/** The shaders that a device has compiled, each once. */
export class Pipelines {
  private readonly pipelines = new Map<string, GPUComputePipeline>();
  /** Of shaders that are to be compiled, or are being so: kernels of several programs may be the same. */
  private readonly modules = new Map<string, ShaderModule>();
  private readonly compiling = new Map<string, Promise<void>>();
  private readonly layouts = new Map<number, GPUBindGroupLayout>();

  constructor(private readonly device: GPUDevice) {}

  /** A shader's pipeline, compiled now where it has not been before. */
  of(shader: Shader): { readonly pipeline: GPUComputePipeline; readonly layout: GPUBindGroupLayout } {
    let pipeline = this.pipelines.get(shader.source);
    if (pipeline === undefined) {
      pipeline = this.device.createComputePipeline(this.descriptor(this.moduleOf(shader)));
      this.pipelines.set(shader.source, pipeline);
    }
    return { pipeline, layout: this.layout(shader.bindings) };
  }

  /** Reads the texts of those shaders that have not been compiled yet, of equal ones once. */
  modulesOf(shaders: readonly Shader[]): ShaderModule[] {
    const missing = new Map(shaders.map((shader) => [shader.source, shader]));
    return [...missing.values()]
      .filter(({ source }) => !this.pipelines.has(source))
      .map((shader) => {
        const read = this.modules.get(shader.source) ?? this.moduleOf(shader);
        this.modules.set(shader.source, read);
        return read;
      });
  }

  /**
   * Compiles them all at once, in threads of the device's own, and waits for those that others have begun to compile. Rejects
   * when one is not valid.
   */
  async add(modules: readonly ShaderModule[]): Promise<void> {
    const missing = modules.filter(({ source }) => !this.pipelines.has(source));
    const compiling = missing.map((shader) => {
      const begun = this.compiling.get(shader.source) ?? this.compile(shader);
      this.compiling.set(shader.source, begun);
      return begun;
    });
    const failed = (await Promise.allSettled(compiling)).find(({ status }) => status === 'rejected');
    if (failed !== undefined) throw (failed as PromiseRejectedResult).reason;
  }

  private async compile(shader: ShaderModule): Promise<void> {
    const { source } = shader;
    try {
      this.pipelines.set(source, await this.device.createComputePipelineAsync(this.descriptor(shader)));
    } finally {
      this.compiling.delete(source);
      this.modules.delete(source);
    }
  }

  private moduleOf(shader: Shader): ShaderModule {
    return { ...shader, module: this.device.createShaderModule({ code: shader.source }) };
  }

  private descriptor({ bindings, module }: ShaderModule): GPUComputePipelineDescriptor {
    const layout = this.device.createPipelineLayout({ bindGroupLayouts: [this.layout(bindings)] });
    return { layout, compute: { module, entryPoint: 'main' } };
  }

  private layout(bindings: number): GPUBindGroupLayout {
    let layout = this.layouts.get(bindings);
    if (layout === undefined) {
      const entries = Array.from({ length: bindings }, (_, binding) => {
        return { binding, visibility: COMPUTE_STAGE, buffer: { type: 'storage' as const } };
      });
      layout = this.device.createBindGroupLayout({ entries });
      this.layouts.set(bindings, layout);
    }
    return layout;
  }
}
