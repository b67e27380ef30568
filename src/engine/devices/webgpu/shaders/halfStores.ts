import { isElementStore, type Kernel, type Store } from '../../../loops/kernel.js';
import { contractionShape } from './contractionShape.js';
import { isOfFours, type Neighbours, storedBy, storedNeighbours } from './fourNeighbours.js';
import { mapNeighbours } from './mapShader.js';
import { isSharedRow } from './rowShader.js';
import { rowNeighbours } from './sharedRows.js';

/**
 * Whether a kernel's shader stores four neighbours at once, which are two words of 16-bit floats: half a word would be
 * stored together with the other half, which is another invocation's.
 */
export function isStoredByFours(kernel: Kernel, store: Store): boolean {
  const neighbours = neighboursOf(kernel, store);
  if (neighbours === undefined) return false;
  return storedBy([store]).every((access) => isOfFours({ ...access, ...neighbours }));
}

/** By which axes a kernel's shader goes by fours where it stores. */
function neighboursOf(kernel: Kernel, store: Store): Neighbours | undefined {
  if (kernel.phases.length === 0) return mapNeighbours(kernel);
  const shape = contractionShape(kernel);
  if (shape !== undefined) return storedNeighbours(shape.columns.axes, kernel.stores);
  return isSharedRow(kernel) && isElementStore(kernel, store) ? rowNeighbours(kernel) : undefined;
}
