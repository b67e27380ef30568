import { fileURLToPath } from 'node:url';

/**
 * What this process and those that it starts time and keep, such as the algorithms of layers, goes to a folder of the
 * benchmarks' own: a person's trainings must not take what was timed under their load. To be imported before anything is
 * measured.
 */
process.env.PIX2PIX_CACHE = fileURLToPath(new URL('../../bench/results/cache', import.meta.url));
