import { remembered } from '../app/remembered.js';

/** Fields of the plot of dots; null while nobody has chosen. */
export const scatterX = remembered<string | null>('scatterX', null);
export const scatterY = remembered<string | null>('scatterY', null);
/** Fields that are parallel axes; null while nobody has chosen. */
export const chosenAxes = remembered<readonly string[] | null>('axes', null);
