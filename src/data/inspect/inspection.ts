import type { PassedOver } from '../listing/passedOver.js';

/** How often each of some values occurs, the most frequent first; of many, the first and how many are not told. */
export type Counts = readonly (readonly [value: string, count: number])[];

/** Some of many things: the first are named. */
export interface Examples<T = string> {
  readonly count: number;
  readonly shown: readonly T[];
}

/** The images of one folder. */
export interface FolderReport {
  /** Below the data root, '' for itself. */
  readonly folder: string;
  readonly images: number;
  readonly formats: Counts;
  /** `256 × 256` */
  readonly sizes: Counts;
  /** `3 channels`, or that there is a palette, and what is made of it. */
  readonly channels: Counts;
  /** `8 bits` or `float32`, and the least and greatest level or number that any image has. */
  readonly depths: readonly {
    readonly type: string;
    readonly images: number;
    readonly low: number;
    readonly high: number;
  }[];
  /** Paths for a contact sheet. */
  readonly samples: readonly string[];
}

/** Two folders whose images belong together by their names. */
export interface SidesReport {
  readonly a: string;
  readonly b: string;
  readonly pairs: number;
  readonly onlyA: Examples;
  readonly onlyB: Examples;
  /** Pairs whose sides differ in size: `7: 256 × 256, 255 × 256`. */
  readonly misaligned: Examples;
}

/** What is in a data root. */
export interface Inspection {
  readonly root: string;
  readonly images: number;
  readonly folders: readonly FolderReport[];
  readonly sides: readonly SidesReport[];
  readonly passedOver: PassedOver;
  /** With the reason. */
  readonly broken: Examples;
  /** Images that hold NaN or infinity, with the place of the first. */
  readonly notFinite: Examples;
  /** Files that are equal: `train/7.png = test/7.png`. */
  readonly duplicates: Examples;
  /** What the folders are to a training, and what would help where they are none. */
  readonly layout: { readonly found: string; readonly fix?: string };
}
