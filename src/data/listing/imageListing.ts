import type { PassedOver } from './passedOver.js';
import type { PathList } from './pathList.js';

/** The images of a folder. */
export interface ImageListing {
  readonly images: PathList;
  /** The other files there. */
  readonly passedOver: PassedOver;
}
