/** GPUBufferUsage, which is a global in pages alone (https://gpuweb.github.io/gpuweb/#namespacedef-gpubufferusage). */
export const BufferUsage = {
  MAP_READ: 0x1,
  COPY_SRC: 0x4,
  COPY_DST: 0x8,
  STORAGE: 0x80,
  QUERY_RESOLVE: 0x200,
} as const;
