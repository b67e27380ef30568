/** Where pages find WebGPU. */
export const WEBGPU_BROWSERS =
  'Chrome, Edge, Safari 26, Firefox 141 on Windows, or Firefox on Linux with dom.webgpu.enabled in about:config';
