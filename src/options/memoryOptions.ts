import { cacheImagesFault } from './cacheImages.js';
import { memorySizeFault } from './memorySize.js';
import type { OptionTable } from './spec.js';

/** How much memory a training takes, and a forecast of it. */
export const MEMORY_OPTIONS = {
  memory_limit: {
    kind: 'string',
    default: undefined,
    metavar: 'SIZE',
    group: 'Machine and messages',
    stored: 'never',
    check: memorySizeFault,
    help: 'memory to stay within, such as 4GB, at the price of time; by default what is free',
  },
  cache_images: {
    kind: 'string',
    isPublic: true,
    default: 'auto',
    metavar: 'SIZE',
    group: 'Machine and messages',
    stored: 'never',
    check: cacheImagesFault,
    help: 'memory in which decoded images are kept for later epochs: a size such as 4GB, off, or auto, half of what is free; images beyond it are decoded each time',
  },
  dry_run: {
    kind: 'flag',
    group: 'Machine and messages',
    stored: 'never',
    help: 'only say what memory and time the training would take',
  },
} as const satisfies OptionTable;
