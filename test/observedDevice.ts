import type { State } from '../src/engine/ir/state.js';
import type { TrainOptions } from '../src/options/trainOptions.js';
import { openChosenDevice } from '../src/training/chosenDevice.js';

/** The device of these options, and notes of what is taken from it: outputs by name, and states with their quantity. */
export async function observed(opt: TrainOptions) {
  const inner = await openChosenDevice(opt);
  const fetched: string[] = [];
  const downloaded: { readonly state: State; readonly quantity: string }[] = [];
  const device = overriding(inner, {
    compile: async (program, options) => {
      const executable = await inner.compile(program, options);
      return {
        program,
        run: async (inputs) => {
          const results = await executable.run(inputs);
          return {
            fetch: (name) => {
              fetched.push(name);
              return results.fetch(name);
            },
          };
        },
        dispose: () => executable.dispose(),
      };
    },
    download: (state) => {
      downloaded.push({ state, quantity: 'itself' });
      return inner.download(state);
    },
    optimiser: async (trained, settings) => {
      const optimiser = await inner.optimiser(trained, settings);
      return overriding(optimiser, {
        download: (state, quantity) => {
          downloaded.push({ state, quantity });
          return optimiser.download(state, quantity);
        },
      });
    },
  });
  return { device, fetched, downloaded };
}

/** The same object, with some of its methods replaced. */
export function overriding<T extends object>(original: T, methods: Partial<T>): T {
  return new Proxy(original, {
    get(target, name) {
      if (Object.hasOwn(methods, name)) return methods[name as keyof T];
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
    set: (target, name, value) => Reflect.set(target, name, value),
  });
}
