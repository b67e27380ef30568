import type { Emitter } from '../ir/emitter.js';

/**
 * Maps [N, out, s rows, s columns] whose row s j + f, column s l + g is row j, column l of phase (f, g) of [N, s, s, out, rows,
 * columns]: two exchanges of neighbouring axes, for which the runtime has fast copies. `DepthToSpace`, which does the same, takes
 * twice to four times as long.
 */
export function interleave(
  emit: Emitter,
  phases: string,
  s: number,
  [batch, outputs, rows, columns]: readonly number[],
): string {
  const flat = emit.reshape(phases, [batch * s, s, outputs * rows * columns]);
  const columnsJoined = emit.node('Transpose', [flat], { perm: [0, 2, 1] });
  const lines = emit.reshape(columnsJoined, [batch, s, outputs * rows, columns * s]);
  const rowsJoined = emit.node('Transpose', [lines], { perm: [0, 2, 1, 3] });
  return emit.reshape(rowsJoined, [batch, outputs, s * rows, s * columns]);
}
