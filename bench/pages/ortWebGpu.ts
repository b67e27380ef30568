import * as ort from 'onnxruntime-web/webgpu';
import { contend } from './contender.js';
import { translateByOrt } from './translateByOrt.js';

contend(() => translateByOrt(ort, 'webgpu'));
