import type { Tensor } from '../../ir/loopForm.js';
import type { Program } from '../../ir/program.js';
import type { State } from '../../ir/state.js';
import { elementCount } from '../../ir/tensorType.js';
import type { HostStep } from '../../ir/value.js';
import { expressionsIn } from '../../loops/kernel.js';
import { tensorsIn } from '../../loops/operands.js';
import type { Schedule } from '../../loops/task.js';
import type { Gpu, Memory } from './gpu.js';
import { place, type Request } from './placement.js';
import { isHalf, isPacked } from './shaders/arrays.js';

/** The memory of all tensors of a program, and the buffers that are its own. */
export interface ProgramMemory {
  of(tensor: Tensor): Memory;
  readonly buffers: readonly GPUBuffer[];
}

/** Before the first task, and after the last. */
const BEFORE = -1;

/**
 * Gives the tensors of a program memory: what states and gradients have elsewhere, constants in a buffer, and all else
 * at places that are used again as soon as nothing reads them any more.
 *
 * @param given the memory of tensors that have some elsewhere
 * @throws Pix2PixError when there is not enough
 */
export async function allocateProgram(
  gpu: Gpu,
  program: Program,
  schedule: Schedule,
  given: ReadonlyMap<Tensor, Memory>,
): Promise<ProgramMemory> {
  const memories = new Map(given);
  const { lifetimes, constants } = lifetimesOf(program, schedule);
  const requested = [...lifetimes].filter(([tensor]) => !memories.has(tensor));
  const { places, sizes } = place(
    requested.map(([, request]) => request),
    gpu.maxBindingBytes,
  );
  const buffers: GPUBuffer[] = [];
  for (const bytes of sizes) buffers.push(await gpu.allocate(bytes, 'values of a program'));
  requested.forEach(([tensor, { bytes }], i) => {
    memories.set(tensor, { buffer: buffers[places[i].buffer], offset: places[i].offset, bytes });
  });
  for (const tensor of constants) {
    const bytes = bytesOf(tensor);
    const buffer = await gpu.allocate(bytes, 'a constant');
    buffers.push(buffer);
    const memory = { buffer, offset: 0, bytes };
    if (tensor.source.kind === 'constant') gpu.write(memory, Float32Array.from(tensor.source.data));
    memories.set(tensor, memory);
  }
  return { of: (tensor) => memories.get(tensor)!, buffers };
}

/**
 * The bytes of a program's values by the plan, and of what exchanges them with other processes, without states and what
 * optimisers keep: nothing is allocated to find out.
 */
export function plannedBytes(program: Program, schedule: Schedule, maxBytes: number): number {
  const { lifetimes, constants } = lifetimesOf(program, schedule);
  const elsewhere = gradientsInPlace(schedule);
  const exchanged = schedule.tasks.flatMap((task) =>
    task.kind === 'allReduce' ? task.step.values.map((value) => schedule.tensors.get(value)!) : [],
  );
  const requested = [...lifetimes].filter(([tensor]) => !elsewhere.has(tensor));
  const { sizes } = place(
    requested.map(([, request]) => request),
    maxBytes,
  );
  return [...sizes, ...[...constants, ...exchanged].map(bytesOf)].reduce((sum, bytes) => sum + bytes, 0);
}

/** The gradients that are computed where their optimiser keeps them: those of one state alone. */
export function gradientsInPlace({
  tensors,
  tasks,
}: Schedule): ReadonlyMap<Tensor, { readonly step: HostStep; readonly state: State }> {
  const hostSteps = tasks.flatMap((task) => (task.kind === 'host' ? [task.step] : []));
  const gradients = hostSteps.flatMap(({ inputs }) => inputs.map((value) => tensors.get(value)!));
  const found = hostSteps.flatMap((step) =>
    step.inputs.map((value, i) => [tensors.get(value)!, { step, state: step.states[i] }] as const),
  );
  const isAlone = (tensor: Tensor) => gradients.indexOf(tensor) === gradients.lastIndexOf(tensor);
  const isComputed = ({ source }: Tensor) => source.kind !== 'external' && source.kind !== 'constant';
  return new Map(found.filter(([tensor]) => isComputed(tensor) && isAlone(tensor)));
}

function lifetimesOf(program: Program, { tensors, tasks }: Schedule) {
  const lifetimes = new Map<Tensor, Request>();
  const constants = new Set<Tensor>();
  const begin = (tensor: Tensor, first: number) => {
    if (tensor.source.kind === 'constant') constants.add(tensor);
    else if (!lifetimes.has(tensor)) lifetimes.set(tensor, { bytes: bytesOf(tensor), first, last: first });
  };
  const use = (tensor: Tensor, last: number) => {
    begin(tensor, BEFORE);
    const lifetime = lifetimes.get(tensor);
    if (lifetime !== undefined) lifetimes.set(tensor, { ...lifetime, last });
  };
  for (const [value, tensor] of tensors) if (value.source.kind === 'input') begin(tensor, BEFORE);
  for (const [time, task] of tasks.entries()) {
    if (task.kind === 'host') for (const value of task.step.inputs) use(tensors.get(value)!, time);
    else if (task.kind === 'allReduce') {
      for (const value of task.step.values) {
        use(tensors.get(value.operands[0])!, time);
        begin(tensors.get(value)!, time);
      }
    } else {
      for (const tensor of tensorsIn(expressionsIn(task.kernel))) use(tensor, time);
      for (const { tensor } of task.kernel.stores) begin(tensor, time);
    }
  }
  for (const value of [...program.outputs.values(), ...program.writes.values()]) {
    use(tensors.get(value)!, tasks.length);
  }
  for (const [value, tensor] of tensors) {
    if (value.source.kind === 'state' || value.source.kind === 'updated') lifetimes.delete(tensor);
  }
  return { lifetimes, constants: [...constants] };
}

function bytesOf(tensor: Tensor): number {
  const count = elementCount(tensor.type.shape);
  if (isHalf(tensor)) return Math.ceil(count / 2) * 4;
  return isPacked(tensor) ? Math.ceil(count / 4) * 4 : 4 * count;
}
