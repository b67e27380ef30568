import { parentPort, workerData } from 'node:worker_threads';
import { type RankTask, type RankThreadStart, ranksOf } from './rankThreads.js';

// One rank of rankThreads.ts.

const start = workerData as RankThreadStart;
const { default: task } = (await import(start.task)) as { readonly default: RankTask<unknown, unknown> };
parentPort!.postMessage(await task(ranksOf(start), start.data));
