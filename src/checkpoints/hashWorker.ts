import { parentPort, workerData } from 'node:worker_threads';
import { openSafetensors } from './safetensors.js';

// The thread in which a file is verified while another one already makes use of it. Started by `hasHash`.

const file = openSafetensors(workerData as string);
parentPort!.postMessage(file.sha256());
file.close();
