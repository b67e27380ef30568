import * as ort from 'onnxruntime-web/wasm';
import { contend } from './contender.js';
import { translateByOrt } from './translateByOrt.js';

contend(() => translateByOrt(ort, 'wasm'));
